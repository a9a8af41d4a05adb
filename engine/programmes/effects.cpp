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
  ownership = false;
  given.clear();
  owner_factor.clear();
  matrices.clear();
  matrix_reach.clear();
}

double shifted_share(double p, double shift) {
  if (shift == 0) return p;
  const double odds = p * exp(shift);
  return odds / (1 - p + odds);
}

double share_without(double base, const Composition& observed, std::size_t i) {
  return shifted_share(base - observed.points[i], -observed.log_odds[i]);
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

void add_shift(Composition& c, const double* reach, double log_odds, std::size_t n) {
  c.touched = true;
  for (std::size_t i = 0; i < n; ++i) c.log_odds[i] += reach[i] != 0 ? log_odds : 0.0;
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

Culprits apply_class(const double* data, const double* base, const double* uniform, const Composition& observed,
                     const Composition& now, std::size_t n, double* condition) {
  Culprits outside;
  for (std::size_t i = 0; i < n; ++i) {
    condition[i] = data[i];
    if (now.log_odds[i] == observed.log_odds[i] && now.points[i] == observed.points[i]) continue;
    const double none = share_without(base[i], observed, i);
    const double p = shifted_share(none, now.log_odds[i]) + now.points[i];
    if (!(none >= 0 && none <= 1 && p >= 0 && p <= 1)) outside.push_back(i);
    condition[i] = latent_given(data[i] != 0, base[i], uniform[i]) < p ? 1.0 : 0.0;
  }
  return outside;
}

}  // namespace puente
