// Intervals about an estimate. `level` is the share of samples whose interval holds the truth, 0.95 say; `df` the design's
// degrees of freedom, infinite for the normal. An estimate or standard error that is missing (NaN) has a missing interval
// (both ends NaN), as where a rule below says so. Pure functions; what lies outside its range is an error.
#pragma once

#include <limits>
#include <span>

namespace puente {

struct Interval {
  double lower = std::numeric_limits<double>::quiet_NaN(), upper = std::numeric_limits<double>::quiet_NaN();
};

inline constexpr double without_limit = std::numeric_limits<double>::infinity();

/// estimate ± t · se, with t of `df` degrees of freedom. Missing where df is below 1: a sample without degrees of freedom.
Interval symmetric_interval(double estimate, double se, double level, double df = without_limit);

/// For a proportion p, on the scale of log(p/(1 − p)), whose standard error is se/(p(1 − p)) (R survey's svyciprop "logit"):
/// within (0, 1). Missing at p = 0 and p = 1, where a sample says nothing of its error.
Interval logit_interval(double p, double se, double level, double df = without_limit);

/// The middle `level` of the replicates' estimates, interpolated between order statistics (R's quantile type 7). Missing
/// replicates are an error: they would bias it.
Interval percentile_interval(std::span<const double> replicates, double level);

/// estimate − (quantiles of (θ_r − estimate)/se_r) · se (Efron and Tibshirani 1993, section 12.5): follows a skewed
/// estimator. Two replicates at least; a replicate's standard error must be above 0.
Interval bootstrap_t_interval(double estimate, double se, std::span<const double> replicates, std::span<const double> replicate_se,
                              double level);

}  // namespace puente
