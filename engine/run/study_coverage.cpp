// The part of StudyCompiler that compiles coverage: shares, limits, reserves, units of draw, and what couples programmes.
#include <algorithm>

#include "engine/run/study_compiler.hpp"

namespace puente {

using rules::Compiler;
using rules::Type;

void StudyCompiler::compile_coverage(const Programme& programme, CompiledProgramme& p, Compiler& world) {
  const Coverage& coverage = programme.coverage;
  const std::string at = "programmes." + programme.name + ".coverage.";
  p.cut_needed = coverage.mode == CoverageMode::share || coverage.mode == CoverageMode::ranked;
  p.cut_resolved = !p.cut_needed;
  if (coverage.mode == CoverageMode::observed && !programme.observed)
    mistake(coverage.place, "programme '" + programme.name + "' has coverage 'observed' but no `observed` that says who is offered it in the data");
  if (!p.cut_needed) return;
  if (coverage.mode == CoverageMode::share && !coverage.share)
    mistake(coverage.place, at + "share is missing: mode 'share' needs it");
  if (coverage.mode == CoverageMode::ranked && (!coverage.by || coverage.quota.has_value() == coverage.budget.has_value()))
    mistake(coverage.place, at + "mode 'ranked' needs `by` and either `quota` or `budget`");
  p.by = add(world, coverage.by, {programme.entity, Type::number, {}, at + "by"});
  p.within = add(world, coverage.within, {programme.entity, std::nullopt, {}, at + "within"});
  p.unit_of_draw = add(world, coverage.unit_of_draw, {programme.entity, std::nullopt, {}, at + "unit_of_draw"});
  if (coverage.reserve)
    p.reserved_for = world.add(coverage.reserve->group, {programme.entity, Type::boolean, {}, at + "quota.group"});
  check_units_of_draw(programme);
  p.units.counted = coverage.of_units && coverage.mode == CoverageMode::share;
  if (p.within.index < 0) return;
  const rules::Typed& typed = world.typed(p.within);
  if (typed.type == Type::number)
    mistake(coverage.place, at + "within must be a category or a condition: give the column labels, or compare it");
  p.within_labels = typed.type == Type::category ? typed.labels.size() : 2;
}

/// Units of draw come in whole, which neither a reserve nor a share of weight can promise.
void StudyCompiler::check_units_of_draw(const Programme& programme) {
  const Coverage& coverage = programme.coverage;
  const std::string at = "programmes." + programme.name + ".coverage";
  if (coverage.of_units && !coverage.unit_of_draw)
    mistake(coverage.place, at + ": of = \"units\" is a share of units of draw: say which with `unit_of_draw`");
  if (coverage.of_units && coverage.mode == CoverageMode::ranked)
    mistake(coverage.place, at + ": of = \"units\" is for mode \"share\"");
  if (coverage.reserve && coverage.unit_of_draw)
    mistake(coverage.place, at + ": `quota` reserves a share for some of those in a unit, and `unit_of_draw` takes units whole: use one of them");
  if (coverage.reserve && coverage.overlap)
    mistake(coverage.place, at + ": `quota` with a group and `overlap` both say who comes first: use one of them");
  if (coverage.overlap && coverage.mode != CoverageMode::share)
    mistake(coverage.overlap->place, at + ".overlap is for mode \"share\"");
  if (coverage.overlap && coverage.unit_of_draw && !coverage.of_units)
    mistake(coverage.overlap->place, at + ": units of draw overlap as a share of their number: of = \"units\"");
}

void StudyCompiler::compile_scalars(CompiledProgramme& p, std::span<const double> parameters) {
  const Programme& programme = *p.programme;
  const std::string at = "programmes." + programme.name + ".";
  const Coverage& coverage = programme.coverage;
  p.share = scalar(coverage.share, at + "coverage.share", Unit::one(), 1, parameters);
  p.quota = scalar(coverage.quota, at + "coverage.quota", Unit::one(), -1, parameters);
  p.budget = scalar(coverage.budget, at + "coverage.budget", money(), -1, parameters);
  if (coverage.reserve) p.reserved_share = scalar(coverage.reserve->min_share, at + "coverage.quota.min_share", Unit::one(), 0, parameters);
  if (coverage.overlap && coverage.overlap->kind == Overlap::Kind::joint_share)
    p.overlap_value = scalar(coverage.overlap->value, at + "coverage.overlap.value", Unit::one(), 0, parameters);
  p.cost_fixed = scalar(programme.cost_fixed, at + "cost.fixed", money(), 0, parameters);
  if (!(p.share >= 0 && p.share <= 1))
    tell(coverage.share->error(0, at + "coverage.share is " + shortest(p.share) + ": a share lies between 0 and 1"));
  if (!(p.reserved_share >= 0 && p.reserved_share <= 1))
    tell(coverage.reserve->min_share.error(0, at + "coverage.quota.min_share is " + shortest(p.reserved_share) + ": a share lies between 0 and 1"));
  if (!(p.overlap_value >= 0 && p.overlap_value <= 1))
    tell(coverage.overlap->value.error(0, at + "coverage.overlap.value is " + shortest(p.overlap_value) + ": a share of the pool lies between 0 and 1"));
  if (coverage.quota && !(p.quota >= 0)) tell(coverage.quota->error(0, at + "coverage.quota is " + shortest(p.quota) + ": a quota is not negative"));
  if (coverage.budget && !(p.budget >= 0)) tell(coverage.budget->error(0, at + "coverage.budget is " + shortest(p.budget) + ": a budget is not negative"));
}

/// Finds who shares the cost of delivery.
void StudyCompiler::link_joint_costs(std::vector<CompiledProgramme>& programmes) {
  for (CompiledProgramme& p : programmes)
    for (std::size_t i = 0; p.programme->joint_cost && i < programmes.size(); ++i)
      if (programmes[i].programme->name == p.programme->joint_cost->with) p.joint_with = static_cast<int>(i);
}

/// Who pays: what the levy is on, and how far it reaches welfare, which must be written.
void StudyCompiler::compile_levy(CompiledScenario& compiled, rules::Compiler& none) {
  const Scenario& scenario = *compiled.scenario;
  if (!scenario.financing) return;
  CompiledLevy& levy = compiled.levy;
  const std::string at = "scenarios." + scenario.name + ".financing.";
  levy.needed = true;
  levy.resolved = false;
  levy.flat = scenario.financing->levy == Financing::Levy::flat;
  if (levy.flat && scenario.financing->on) mistake(scenario.financing->place, at + "on is for a proportional levy: a flat one is the same for all");
  levy.on = add(none, scenario.financing->on, {Entity::household, Type::number, money(), at + "on"});
  levy.who = add(none, scenario.financing->who, {Entity::household, Type::boolean, {}, at + "who"});
  const auto pass = scenario.pass_through.find("levy");
  if (pass == scenario.pass_through.end())
    mistake(scenario.financing->place, "the levy of scenario '" + scenario.name + "' cannot reach welfare: write welfare.pass_through.levy, 1 if all of it does");
  else levy.pass = pass->second;
}

/// Finds programmes that are coupled with one decided before them, so that one walk in the file's order decides all.
void StudyCompiler::couple_programmes(CompiledScenario& scenario) {
  auto& programmes = scenario.programmes;
  const auto position = [&](const std::string& name) {
    for (std::size_t i = 0; i < programmes.size(); ++i)
      if (programmes[i].programme->name == name) return static_cast<int>(i);
    return -1;  // not run here: it has no clients
  };
  for (std::size_t i = 0; i < programmes.size(); ++i) {
    CompiledProgramme& p = programmes[i];
    if (!p.programme->coverage.overlap || !p.cut_needed) continue;
    const Overlap& overlap = *p.programme->coverage.overlap;
    p.overlaps = position(overlap.with);
    if (p.overlaps < 0) continue;
    const std::string names = "programme '" + p.programme->name + "' overlaps with '" + overlap.with + "'";
    const Programme& other = *programmes[static_cast<std::size_t>(p.overlaps)].programme;
    if (static_cast<std::size_t>(p.overlaps) == i) mistake(overlap.place, names + ", itself");
    else if (static_cast<std::size_t>(p.overlaps) > i) mistake(overlap.place, names + ": write '" + overlap.with + "' before it in the file");
    const auto& unit = p.programme->coverage.unit_of_draw;
    if (!unit && other.entity != p.programme->entity)
      mistake(overlap.place, names + ", which is received by the other entity: they can overlap over units of draw");
    if (unit && (!other.coverage.unit_of_draw || other.coverage.unit_of_draw->text != unit->text))
      mistake(overlap.place, names + " over '" + unit->text + "', which must be the unit_of_draw of both");
  }
}

}  // namespace puente
