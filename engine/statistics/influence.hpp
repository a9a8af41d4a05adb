// Linearisation: how much each record moves an estimate. With record i counting v_i (its weight times the persons of the group
// in it, 0 outside the group) and θ a function of Σ-type totals over records, its contribution is
//   e_i = v_i · ∂θ/∂v_i,  so that  θ̂ − θ ≈ Σ e_i over the sample, and V(θ̂) is the design's variance of the total of e
// (design_variance.hpp; Deville 1999, Survey Methodology 25; Osier 2009). e_i = w_i z_i of the literature. Contributions add:
// those of a difference (between groups, between scenarios on the same records) are the difference of contributions, and
// a statistic of several statistics has the sum of theirs times its derivatives. They hold fixed what the weights are: a
// calibration or an estimated model is not repeated (replicate weights do).
//
// Derivatives are of our own conventions (DESIGN 6: strict poor, replication-invariant Gini, split decile shares), exact but
// for quantiles and what jumps at a line that is itself estimated, which need a density: Gaussian kernel, bandwidth
// h = σ W^(−1/5) with σ the weighted standard deviation and W the sum of weights of the same group (convey's densfun
// and h_fun, after Osier 2009; Eurostat's ARPT and ARPR). The derivatives of a quantile are (p − 1[y ≤ q]) / (W f(q)).
//
// One `OrderedWelfare` a group and scenario sorts once, O(n log n), and serves every statistic in O(n). Records come in the
// population's order, whatever ranks and threads hold them: the bits are then a pure function of the records. Where a
// statistic is missing (NaN), so are its contributions. Pure functions; immutable objects.
#pragma once

#include <span>
#include <utility>

#include "engine/statistics/contributions.hpp"

namespace puente {

// Of records as they are.
Contributions weight_contributions(const OrderedWelfare& w);
Contributions total_contributions(const OrderedWelfare& w);
Contributions mean_contributions(const OrderedWelfare& w);
/// Σ v a / Σ v b: a share, a proportion in a group, coverage. Spans of n.
Contributions ratio_contributions(std::span<const double> v, std::span<const double> a, std::span<const double> b);

// Inequality. Positive values only where the index needs them (DESIGN 6), as WelfareResult.
/// ∂G/∂v_k = (Σ_j v_j |y_k − y_j| / T − G − (W y_k / T) G) / W.
Contributions gini_contributions(const OrderedWelfare& w);
double gini(const OrderedWelfare& w);
Contributions entropy_contributions(const OrderedWelfare& w, double alpha);
Contributions atkinson_contributions(const OrderedWelfare& w, double epsilon);

// Of positions.
Contributions quantile_contributions(const OrderedWelfare& w, double p);
/// L(p), the Lorenz curve with the record at p split.
Contributions lorenz_contributions(const OrderedWelfare& w, double p);
double lorenz(const OrderedWelfare& w, double p);
/// Share of welfare between two positions, L(upper) − L(lower).
Contributions share_contributions(const OrderedWelfare& w, double lower, double upper);
Contributions palma_contributions(const OrderedWelfare& w);    ///< share of the top tenth over that of the lower 40 %
Contributions s80_s20_contributions(const OrderedWelfare& w);
Contributions p90_p10_contributions(const OrderedWelfare& w);

// Compositions.
/// Σ_k factor_k · e_k.
Contributions combine(std::span<const std::pair<double, const Contributions*>> parts);
/// a − b on the same records: paired.
Contributions difference(const Contributions& a, const Contributions& b);
/// Of a/b, given both values.
Contributions quotient(double a, const Contributions& of_a, double b, const Contributions& of_b);

}  // namespace puente
