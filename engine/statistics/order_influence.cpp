// Influence of what depends on positions: Gini, quantiles, Lorenz ordinates and what they make.
#include <limits>

#include "engine/statistics/influence.hpp"

namespace puente {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

bool has_shares(const OrderedWelfare& w) { return w.weight() > 0 && w.total() > 0; }

/// Σ_j v_j |y − y_j| for the k-th in order; the same for ties, whose differences are 0.
double distance_to_all(const OrderedWelfare& w, std::size_t k) {
  const double y = w.y(w.ascending()[k]);
  return y * (2 * w.weight_of_first(k + 1) - w.weight()) + w.total() - 2 * w.total_of_first(k + 1);
}

}  // namespace

/// G = Σ_i Σ_j v_i v_j |y_i − y_j| / (2 W T), which the trapezoids under the Lorenz curve equal.
double gini(const OrderedWelfare& w) {
  if (!has_shares(w)) return missing;
  double sum = 0;
  for (std::size_t k = 0; k < w.ascending().size(); ++k) sum += w.v(w.ascending()[k]) * distance_to_all(w, k);
  return sum / (2 * w.weight() * w.total());
}

Contributions gini_contributions(const OrderedWelfare& w) {
  if (!has_shares(w)) return missing_contributions(w);
  const double g = gini(w);
  Contributions e(w.records(), 0.0);
  for (std::size_t k = 0; k < w.ascending().size(); ++k) {
    const std::size_t i = w.ascending()[k];
    e[i] = w.v(i) * (distance_to_all(w, k) / (w.weight() * w.total()) - g / w.weight() - g * w.y(i) / w.total());
  }
  return e;
}

Contributions quantile_contributions(const OrderedWelfare& w, double p) {
  if (!(w.weight() > 0)) return missing_contributions(w);
  const double q = w.quantile(p).value;
  const double slope = 1 / (w.weight() * w.density(q));
  return contributions_of(w, [&](std::size_t i) { return slope * (p - (w.y(i) <= q ? 1 : 0)); });
}

double lorenz(const OrderedWelfare& w, double p) {
  if (!has_shares(w)) return missing;
  const OrderedWelfare::Quantile at = w.quantile(p);
  return (w.total_of_first(at.before) + (p * w.weight() - w.weight_of_first(at.before)) * at.value) / w.total();
}

/// L = (Σ_{y<q} v (y − q) + p W q) / T, whose derivative through q is 0.
Contributions lorenz_contributions(const OrderedWelfare& w, double p) {
  if (!has_shares(w)) return missing_contributions(w);
  const double q = w.quantile(p).value, ordinate = lorenz(w, p);
  return contributions_of(w, [&](std::size_t i) {
    const double y = w.y(i), below = y < q ? y - q : 0.0;
    return (below + p * q - ordinate * y) / w.total();
  });
}

Contributions share_contributions(const OrderedWelfare& w, double lower, double upper) {
  // The ends of the curve are 0 and 1 whatever the sample.
  Contributions e = upper < 1 || !has_shares(w) ? lorenz_contributions(w, upper) : Contributions(w.records(), 0.0);
  return lower > 0 ? difference(e, lorenz_contributions(w, lower)) : e;
}

namespace {

/// (1 − L(upper)) / L(lower).
Contributions top_over_bottom(const OrderedWelfare& w, double upper, double lower) {
  const Contributions top = share_contributions(w, upper, 1), bottom = share_contributions(w, 0, lower);
  return quotient(1 - lorenz(w, upper), top, lorenz(w, lower), bottom);
}

}  // namespace

Contributions palma_contributions(const OrderedWelfare& w) { return top_over_bottom(w, 0.9, 0.4); }

Contributions s80_s20_contributions(const OrderedWelfare& w) { return top_over_bottom(w, 0.8, 0.2); }

Contributions p90_p10_contributions(const OrderedWelfare& w) {
  if (!(w.weight() > 0)) return missing_contributions(w);
  return quotient(w.quantile(0.9).value, quantile_contributions(w, 0.9), w.quantile(0.1).value, quantile_contributions(w, 0.1));
}

}  // namespace puente
