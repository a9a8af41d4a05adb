#include "engine/programmes/effects.hpp"

#include "engine/core/elementary.hpp"
#include "engine/core/finite.hpp"

namespace puente {

void Composition::reset(std::size_t n) {
  touched = false;
  first_reach = first_size = nullptr;
  for (Amounts* amounts : {&absolute, &factor, &gross_factor, &after, &log_odds, &points}) amounts->reset(n);
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

namespace {

void add_where_reached(Amounts& amounts, const double* reach, const double* size, std::size_t n) {
  const bool first = !amounts.written();
  double* sum = amounts.write();
  if (first)
    for (std::size_t i = 0; i < n; ++i) sum[i] = reach[i] != 0 ? size[i] : 0.0;
  else
    for (std::size_t i = 0; i < n; ++i) sum[i] += reach[i] != 0 ? size[i] : 0.0;
}

void multiply_where_reached(Amounts& amounts, const double* reach, const double* size, std::size_t n) {
  const bool first = !amounts.written();
  double* product = amounts.write();
  if (first)
    for (std::size_t i = 0; i < n; ++i) product[i] = reach[i] != 0 ? 1 + size[i] : 1.0;
  else
    for (std::size_t i = 0; i < n; ++i) product[i] *= reach[i] != 0 ? 1 + size[i] : 1.0;
}

/// What effects on gross levels add: their factor on the costs.
const double* gross_change(const double* costs, const Composition& c, std::size_t n, std::vector<double>& out) {
  out.assign(n, 0);
  if (costs == nullptr || !c.gross_factor.written()) return out.data();
  for (std::size_t i = 0; i < n; ++i) out[i] = costs[i] * (c.gross_factor[i] - 1);
  return out.data();
}

/// Of the level's four, the numbers of every unit.
struct LevelAmounts {
  explicit LevelAmounts(const Composition& c)
      : absolute(c.absolute.all(scratch[0])), factor(c.factor.all(scratch[1])), gross_factor(c.gross_factor.all(scratch[2])),
        after(c.after.all(scratch[3])) {
    if (c.first_reach == nullptr) return;
    for (std::size_t i = 0; i < scratch[1].size(); ++i) scratch[1][i] = c.first_reach[i] != 0 ? 1 + c.first_size[i] : 1.0;
  }
  std::vector<double> scratch[4];
  const double *absolute, *factor, *gross_factor, *after;
};

bool neutral(const Composition& c) {
  return c.first_reach == nullptr && !c.absolute.written() && !c.factor.written() && !c.gross_factor.written() && !c.after.written();
}

}  // namespace

void Composition::touch() {
  touched = true;
  if (first_reach != nullptr) multiply_where_reached(factor, first_reach, first_size, factor.size());
  first_reach = first_size = nullptr;
}

void add_absolute(Composition& c, const double* reach, const double* size, std::size_t n) {
  c.touch();
  add_where_reached(c.absolute, reach, size, n);
}

void begin_relative(Composition& c, const double* reach, const double* size) {
  c.touched = true;
  c.first_reach = reach;
  c.first_size = size;
}

void add_relative(Composition& c, const double* reach, const double* size, bool on_gross, std::size_t n) {
  c.touch();
  multiply_where_reached(c.factor, reach, size, n);
  if (on_gross) multiply_where_reached(c.gross_factor, reach, size, n);
}

void add_points(Composition& c, const double* reach, const double* size, std::size_t n) {
  c.touch();
  add_where_reached(c.points, reach, size, n);
}

void add_odds(Composition& c, const double* reach, const double* odds_ratio, std::size_t n) {
  c.touch();
  double* sum = c.log_odds.fill();
  for (std::size_t i = 0; i < n; ++i) sum[i] += reach[i] != 0 ? log(odds_ratio[i]) : 0.0;
}

void add_shift(Composition& c, const double* reach, double log_odds, std::size_t n) {
  c.touch();
  double* sum = c.log_odds.fill();
  for (std::size_t i = 0; i < n; ++i) sum[i] += reach[i] != 0 ? log_odds : 0.0;
}

void add_after(Composition& c, const double* reach, const double* size, std::size_t n) {
  c.touch();
  add_where_reached(c.after, reach, size, n);
}

void remove_observed(const double* data, const Composition& observed, const double* costs, std::size_t n, double* none) {
  std::vector<double> scratch;
  const double* gross = gross_change(costs, observed, n, scratch);
  const LevelAmounts was(observed);
  for (std::size_t i = 0; i < n; ++i) none[i] = (data[i] - was.after[i] - gross[i]) / was.factor[i] - was.absolute[i];
}

bool apply_level(const double* data, const double* none, const Composition& observed, const Composition& now,
                 const double* costs, std::size_t n, double* level) {
  std::int64_t odd = 0;
  const auto set = [&](std::size_t i, double x) {
    level[i] = x;
    odd |= not_finite(x);
  };
  if (neutral(observed) && now.first_reach != nullptr) {  // the none-world is the data
    const double *reach = now.first_reach, *size = now.first_size;
    for (std::size_t i = 0; i < n; ++i) set(i, data[i] * (reach[i] != 0 ? 1 + size[i] : 1.0));
    return odd == 0;
  }
  const bool only_relative = now.factor.written() && !now.absolute.written() && !now.gross_factor.written() && !now.after.written();
  if (neutral(observed) && only_relative) {
    std::vector<double> unused;
    const double* factor = now.factor.all(unused);
    for (std::size_t i = 0; i < n; ++i) set(i, data[i] * factor[i]);
    return odd == 0;
  }
  std::vector<double> scratch;
  const double* gross = gross_change(costs, now, n, scratch);
  const LevelAmounts was(observed), is(now);
  for (std::size_t i = 0; i < n; ++i) {
    const double changed = (none[i] + is.absolute[i]) * is.factor[i] + gross[i] + is.after[i];
    const bool same = (is.absolute[i] == was.absolute[i]) & (is.factor[i] == was.factor[i]) &
                      (is.gross_factor[i] == was.gross_factor[i]) & (is.after[i] == was.after[i]);
    set(i, same ? data[i] : changed);
  }
  return odd == 0;
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
