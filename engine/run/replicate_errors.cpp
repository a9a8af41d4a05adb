#include "engine/run/replicate_errors.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"
#include "engine/statistics/interval.hpp"

namespace puente {

namespace {

template <class Named>
const Named& named(const std::vector<Named>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  expect(found != all.end(), "replicates have the figures of the run");
  return *found;
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

/// `interval(name, i, figure, replicates of the figure)` of every figure.
template <class IntervalOf>
SampleLimits limits_of(const std::vector<Series>& series, const std::vector<Variable>& figures, std::size_t replicates, IntervalOf interval) {
  SampleLimits limits;
  std::vector<double> values;
  for (const Series& replicated : series) {
    Variable lower = named(figures, replicated.name), upper = lower;
    for (std::size_t i = 0; i < lower.values.size(); ++i) {
      gather(replicated, i, replicates, values);
      const Interval found = all_finite(values) ? interval(replicated.name, i, lower.values[i], values) : Interval{};
      lower.values[i] = found.lower;
      upper.values[i] = found.upper;
    }
    limits.lower.push_back(std::move(lower));
    limits.upper.push_back(std::move(upper));
  }
  return limits;
}

}  // namespace

std::vector<Variable> replicate_errors(const std::vector<Series>& series, const std::vector<Variable>& figures, const ReplicateSpread& spread) {
  std::vector<Variable> errors;
  std::vector<double> values;
  for (const Series& replicated : series) {
    Variable error = named(figures, replicated.name);
    for (std::size_t i = 0; i < error.values.size(); ++i) {
      gather(replicated, i, spread.rscales.size(), values);
      error.values[i] = all_finite(values) ? std::sqrt(replicate_variance(spread.scale, spread.rscales, values, error.values[i], spread.centre)) : NAN;
    }
    errors.push_back(std::move(error));
  }
  return errors;
}

SampleLimits percentile_limits(const std::vector<Series>& series, const std::vector<Variable>& figures, std::size_t replicates, double level) {
  const auto percentiles = [level](const std::string&, std::size_t, double, const std::vector<double>& values) { return percentile_interval(values, level); };
  return limits_of(series, figures, replicates, percentiles);
}

SampleLimits bootstrap_t_limits(const std::vector<Series>& series, const std::vector<Series>& of_replicates, const std::vector<Variable>& figures,
                                const std::vector<Variable>& errors, std::size_t replicates, double level) {
  std::vector<double> own;
  return limits_of(series, figures, replicates, [&](const std::string& name, std::size_t i, double figure, const std::vector<double>& values) {
    const double se = named(errors, name).values[i];
    if (se == 0) return Interval{figure, figure};
    gather(named(of_replicates, name), i, replicates, own);
    const bool sound = std::isfinite(se) && std::all_of(own.begin(), own.end(), [](double v) { return std::isfinite(v) && v > 0; });
    return sound ? bootstrap_t_interval(figure, se, values, own, level) : Interval{};
  });
}

}  // namespace puente
