#include "engine/statistics/interval.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/student.hpp"

namespace puente {

namespace {

void check_level(double level) {
  if (!(level > 0 && level < 1)) throw bad_input("a level of " + shortest(level) + " for intervals; it lies between 0 and 1, as 0.95");
}

void check_replicates(std::span<const double> replicates) {
  if (replicates.size() < 2)
    throw bad_input("an interval from " + std::to_string(replicates.size()) + " replicates; it needs two at least, some hundreds to be of use");
  const auto missing = std::find_if(replicates.begin(), replicates.end(), [](double x) { return !std::isfinite(x); });
  if (missing != replicates.end())
    throw bad_input("replicate " + std::to_string(missing - replicates.begin() + 1) +
                    " has no estimate; an interval of the others would be biased: use a linearised one");
}

/// Between order statistics (n − 1) p + 1, as R's quantile type 7.
double between(const std::vector<double>& sorted, double p) {
  const double at = static_cast<double>(sorted.size() - 1) * p;
  const auto below = std::min(static_cast<std::size_t>(at), sorted.size() - 2);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

Interval middle(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  return {between(values, (1 - level) / 2), between(values, (1 + level) / 2)};
}

}  // namespace

Interval symmetric_interval(double estimate, double se, double level, double df) {
  check_level(level);
  if (!(df >= 1) || !(se >= 0)) return {};
  const double reach = student_quantile((1 + level) / 2, df) * se;
  return {estimate - reach, estimate + reach};
}

Interval logit_interval(double p, double se, double level, double df) {
  if (std::isfinite(p) && !(p >= 0 && p <= 1)) throw bad_input("a logit interval of " + shortest(p) + ", which is no proportion");
  if (!(p > 0 && p < 1)) {
    check_level(level);
    return {};
  }
  const Interval of_logit = symmetric_interval(log(p / (1 - p)), se / (p * (1 - p)), level, df);
  const auto proportion = [](double x) { return 1 / (1 + exp(-x)); };
  return {proportion(of_logit.lower), proportion(of_logit.upper)};
}

Interval percentile_interval(std::span<const double> replicates, double level) {
  check_level(level);
  check_replicates(replicates);
  return middle({replicates.begin(), replicates.end()}, level);
}

Interval bootstrap_t_interval(double estimate, double se, std::span<const double> replicates, std::span<const double> replicate_se,
                              double level) {
  check_level(level);
  check_replicates(replicates);
  expect(replicate_se.size() == replicates.size(), "a standard error for every replicate");
  std::vector<double> t;
  for (std::size_t r = 0; r < replicates.size(); ++r) {
    if (!(replicate_se[r] > 0))
      throw bad_input("replicate " + std::to_string(r + 1) + " has a standard error of " + shortest(replicate_se[r]) +
                      ", so that bootstrap-t cannot be had: use the percentile interval");
    t.push_back((replicates[r] - estimate) / replicate_se[r]);
  }
  const Interval of_t = middle(std::move(t), level);
  return {estimate - of_t.upper * se, estimate - of_t.lower * se};
}

}  // namespace puente
