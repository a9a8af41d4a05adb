#include "engine/programmes/effects.hpp"

#include "engine/core/elementary.hpp"

namespace puente {

void Composition::reset(std::size_t n) {
  touched = false;
  absolute.assign(n, 0);
  factor.assign(n, 1);
  gross_factor.assign(n, 1);
  after.assign(n, 0);
  log_odds.assign(n, 0);
  points.assign(n, 0);
}

void add_absolute(Composition& c, const double* reach, const double* size, std::size_t n) {
  c.touched = true;
  for (std::size_t i = 0; i < n; ++i) c.absolute[i] += reach[i] != 0 ? size[i] : 0.0;
}

void add_relative(Composition& c, const double* reach, const double* size, bool on_gross, std::size_t n) {
  c.touched = true;
  for (std::size_t i = 0; i < n; ++i) c.factor[i] *= reach[i] != 0 ? 1 + size[i] : 1.0;
  if (!on_gross) return;
  for (std::size_t i = 0; i < n; ++i) c.gross_factor[i] *= reach[i] != 0 ? 1 + size[i] : 1.0;
}

void add_points(Composition& c, const double* reach, const double* size, std::size_t n) {
  c.touched = true;
  for (std::size_t i = 0; i < n; ++i) c.points[i] += reach[i] != 0 ? size[i] : 0.0;
}

void add_odds(Composition& c, const double* reach, const double* odds_ratio, std::size_t n) {
  c.touched = true;
  for (std::size_t i = 0; i < n; ++i) c.log_odds[i] += reach[i] != 0 ? log(odds_ratio[i]) : 0.0;
}

void add_after(Composition& c, const double* reach, const double* size, std::size_t n) {
  c.touched = true;
  for (std::size_t i = 0; i < n; ++i) c.after[i] += reach[i] != 0 ? size[i] : 0.0;
}

void remove_observed(const double* data, const Composition& observed, const double* costs, std::size_t n, double* none) {
  for (std::size_t i = 0; i < n; ++i) {
    const double gross = costs == nullptr ? 0.0 : costs[i] * (observed.gross_factor[i] - 1);
    none[i] = (data[i] - observed.after[i] - gross) / observed.factor[i] - observed.absolute[i];
  }
}

void apply_level(const double* data, const double* none, const Composition& observed, const Composition& now,
                 const double* costs, std::size_t n, double* level) {
  for (std::size_t i = 0; i < n; ++i) {
    const double gross = costs == nullptr ? 0.0 : costs[i] * (now.gross_factor[i] - 1);
    const double changed = (none[i] + now.absolute[i]) * now.factor[i] + gross + now.after[i];
    const bool same = now.absolute[i] == observed.absolute[i] && now.factor[i] == observed.factor[i] &&
                      now.gross_factor[i] == observed.gross_factor[i] && now.after[i] == observed.after[i];
    level[i] = same ? data[i] : changed;
  }
}

namespace {

/// Probability after shifting the logit by `shift`: p·e^s / (1 − p + p·e^s); exact 0 and 1 stay.
double shifted(double p, double shift) {
  if (shift == 0) return p;
  const double odds = p * exp(shift);
  return odds / (1 - p + odds);
}

}  // namespace

std::size_t apply_class(const double* data, const double* base, const double* uniform, const Composition& observed,
                        const Composition& now, std::size_t n, double* condition) {
  std::size_t outside = 0;
  for (std::size_t i = 0; i < n; ++i) {
    condition[i] = data[i];
    if (now.log_odds[i] == observed.log_odds[i] && now.points[i] == observed.points[i]) continue;
    const double none = shifted(base[i] - observed.points[i], -observed.log_odds[i]);
    const double p = shifted(none, now.log_odds[i]) + now.points[i];
    if (!(none >= 0 && none <= 1 && p >= 0 && p <= 1)) ++outside;
    // The latent uniform given the class seen: below the observed probability where the condition held, above it elsewhere.
    const double latent = data[i] != 0 ? uniform[i] * base[i] : base[i] + uniform[i] * (1 - base[i]);
    condition[i] = latent < p ? 1.0 : 0.0;
  }
  return outside;
}

}  // namespace puente
