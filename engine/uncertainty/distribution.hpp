// What is uncertain about a parameter, and the inverse distribution function that turns a uniform into its draw. One uniform
// a draw, so that quasi-random and stratified designs work (DESIGN 7, rule 1). Valid after construction, immutable, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace puente {

enum class DistributionKind : std::uint8_t { normal, lognormal, beta, uniform, triangular, pert, discrete, empirical };

/// Names as a scenario file writes them, in the order of the enum.
const std::vector<std::string>& distribution_names();

/// As written; `value` is the parameter's own.
///   normal      mean `value`, standard deviation `se`
///   lognormal   mean `value`, standard deviation `se`; with `log_scale` the median is `value` and `se` is of the logarithm
///   beta        mean `value`, standard deviation `se`, or `alpha` and `beta`; on [0, 1] or [low, high]
///   uniform     between `low` and `high`
///   triangular  between `low` and `high`, mode `value`
///   pert        beta between `low` and `high`, mode `value`, mean (low + shape·value + high)/(shape + 2)
///   discrete    `values` with `probabilities`
///   empirical   each of `estimates` with the same probability
/// `low` and `high` truncate the others (either alone will do): the distribution given that it lies between them.
struct Uncertainty {
  DistributionKind kind = DistributionKind::normal;
  std::optional<double> se, low, high, alpha, beta, shape;
  bool log_scale = false;
  std::vector<double> values, probabilities, estimates;
};

/// What is wrong with a parameter's uncertainty, and under which key to show it.
struct UncertaintyMistake {
  std::string key, message;
};
std::optional<UncertaintyMistake> mistake_in(const Uncertainty& uncertainty, double value);

/// The value of a parameter that states none: the mean, where the other keys tell it.
std::optional<double> implied_value(const Uncertainty& uncertainty);

class ParameterDistribution {
 public:
  /// Throws Error (bad_input) with what mistake_in says.
  ParameterDistribution(const Uncertainty& uncertainty, double value);

  /// The u-th quantile, u in (0, 1).
  double quantile(double u) const;
  /// The same at u = P(Z <= z), without the way over u where the distribution is a normal or its exponential.
  double at_normal(double z) const;

 private:
  double cdf(double x) const;
  double whole_quantile(double u) const;
  void take_points(const Uncertainty& uncertainty, const std::vector<double>& values, const std::vector<double>& probabilities);
  void take_beta(const Uncertainty& uncertainty, double value);
  void truncate(const Uncertainty& uncertainty);

  DistributionKind kind_;
  double centre_ = 0, spread_ = 1;     ///< normal: mean and standard deviation, of the logarithm for lognormal; triangular: mode
  double a_ = 1, b_ = 1;               ///< beta and pert
  double low_, high_;                  ///< no draw lies outside
  double below_ = 0, within_ = 1;      ///< probability under `low`, and between `low` and `high`, before truncation
  std::vector<double> points_, cumulative_;
};

}  // namespace puente
