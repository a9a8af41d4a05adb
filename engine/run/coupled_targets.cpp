#include "engine/run/coupled_targets.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/core/error.hpp"

namespace puente {

namespace {

std::string share(double x, double pool) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", pool > 0 ? x / pool : 0.0);
  return text;
}

double wanted(const CompiledProgramme& p, const OverlapBounds& bounds, double pool) {
  switch (p.programme->coverage.overlap->kind) {
    case Overlap::Kind::least: return bounds.least;
    case Overlap::Kind::coincidental: return bounds.chance;
    case Overlap::Kind::full: return bounds.most;
    case Overlap::Kind::joint_share: break;
  }
  return p.overlap_value * pool;
}

}  // namespace

double overlap_target(const CompiledScenario& scenario, std::size_t p, const OverlapRoom& room, double target, double pool,
                      Rounding rounding) {
  const CompiledProgramme& programme = scenario.programmes[p];
  const OverlapBounds bounds = overlap_bounds(room, target);
  double joint = wanted(programme, bounds, pool);
  if (rounding == Rounding::to_whole) joint = std::floor(joint + 0.5);
  const double slack = 1e-9 * pool;  // of shares written as quotients
  if (joint < bounds.least - slack || joint > bounds.most + slack) {
    const std::string mine = "'" + programme.programme->name + "'", other = "'" + programme.programme->coverage.overlap->with + "'";
    Diagnostics mistake;
    mistake.add(programme.programme->coverage.overlap->value.error(
        0, "scenario '" + scenario.scenario->name + "': " + mine + " covers " + share(target, pool) + " of its pool, of which " +
               share(room.with, pool) + " are clients of " + other + ": their overlap lies between " + share(bounds.least, pool) +
               " and " + share(bounds.most, pool) + " (by chance " + share(bounds.chance, pool) + "), not at " +
               shortest(programme.overlap_value)));
    mistake.throw_if_errors();
  }
  return std::clamp(joint, bounds.least, std::max(bounds.least, bounds.most));
}

}  // namespace puente
