#include "engine/run/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/interval.hpp"

namespace puente {

namespace {

/// Whether figure i of the variable is a proportion, whose logit may have limits. A difference of two is none.
bool is_proportion(const Variable& variable, std::size_t i) {
  constexpr std::size_t alphas = 3;  // the last dimension of fgt
  return (variable.name == "fgt" && i % alphas == 0) || variable.name == "attendance" || variable.name == "work" || variable.name == "coverage";
}

/// The standard errors of a sample for one variable, and how its limits are found.
struct SamplePart {
  const Variable* errors = nullptr;
  const Variable *lower = nullptr, *upper = nullptr;  ///< where they are given
  const Variable* proportions = nullptr;              ///< the variable itself, where proportions have logit limits
  double df = 0;
  Interval limits(std::size_t i, double figure, double level) const {
    const double se = errors->values[i];
    if (lower != nullptr) return {lower->values[i], upper->values[i]};
    if (proportions == nullptr || !is_proportion(*proportions, i)) return symmetric_interval(figure, se, level, df);
    return logit_interval(std::clamp(figure, 0.0, 1.0), se, level, df);
  }
};

/// One source of uncertainty of all figures of a variable: from its realisations, or as standard errors.
class Part {
 public:
  Part(const char* called, const Series* series, std::size_t count, bool percentiles, double level)
      : name(called), series_(series), count_(count), percentiles_(percentiles), level_(level) {}
  Part(const char* called, const SamplePart& sample, double level) : name(called), sample_(sample), level_(level) {}
  struct Distance {
    double se = NAN, below = NAN, above = NAN, mean = NAN, mean_error = NAN;
  };
  Distance of(std::size_t i, double figure) {
    if (sample_.errors != nullptr) {
      const Interval interval = sample_.limits(i, figure, level_);
      return {sample_.errors->values[i], figure - interval.lower, interval.upper - figure, NAN, NAN};
    }
    if (series_ == nullptr) return {};
    gather(*series_, i, count_, values_);
    const Spread spread = spread_of(values_, level_);
    if (percentiles_) return {spread.se, std::max(0.0, figure - spread.lower), std::max(0.0, spread.upper - figure), spread.mean, spread.mean_error};
    const double margin = inverse_normal_cdf((1 + level_) / 2) * spread.se;
    return {spread.se, margin, margin, spread.mean, spread.mean_error};
  }
  const char* name;

 private:
  const Series* series_ = nullptr;
  SamplePart sample_;
  std::size_t count_ = 0;
  bool percentiles_ = false;
  double level_;
  std::vector<double> values_;
};

/// Missing stays missing.
double square_above_zero(double x) { return x < 0 ? 0 : x * x; }

std::string percent(double level) {
  std::string text = shortest(100 * level);
  return text + " %";
}

class Intervals {
 public:
  explicit Intervals(const UncertaintyParts& uncertainty) : uncertainty_(uncertainty) {}
  /// Appends what belongs beside each variable to the variables.
  void add(std::vector<Variable>& variables, bool differences);

 private:
  SamplePart sample_of(const Variable& variable, bool differences) const;
  void add_beside(const Variable& variable, std::vector<Part>& parts, std::vector<Variable>& out) const;
  const UncertaintyParts& uncertainty_;
};

void Intervals::add(std::vector<Variable>& variables, bool differences) {
  std::vector<Variable> beside;
  for (const Variable& variable : variables) {
    if (variable.dimensions.empty() || variable.dimensions.front() != "scenario" || variable.name.ends_with("_error_bound")) continue;
    std::vector<Part> parts;
    const auto part = [&](const char* name, const Realisations* realisations, bool percentiles) {
      if (realisations == nullptr) return;
      parts.emplace_back(name, differences ? realisations->difference(variable.name) : realisations->variable(variable.name), realisations->count(),
                         percentiles, uncertainty_.level);
    };
    part("parameters", uncertainty_.parameters, true);
    part("simulation", uncertainty_.simulation, false);
    if (uncertainty_.sampling != nullptr) parts.emplace_back("sampling", sample_of(variable, differences), uncertainty_.level);
    add_beside(variable, parts, beside);
  }
  variables.insert(variables.end(), beside.begin(), beside.end());
}

SamplePart Intervals::sample_of(const Variable& variable, bool differences) const {
  const SamplingErrors& sampling = *uncertainty_.sampling;
  const auto find = [&](const std::vector<Variable>& all) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Variable& v) { return v.name == variable.name; });
    return found == all.end() ? nullptr : &*found;
  };
  const SampleLimits& limits = differences ? sampling.difference_limits : sampling.limits;
  const bool logit = sampling.interval == IntervalKind::logit && !differences;
  const Variable* errors = find(differences ? sampling.differences : sampling.variables);
  return {errors, find(limits.lower), find(limits.upper), logit ? &variable : nullptr, sampling.degrees_of_freedom};
}

/// A part's own limits may both lie on one side of the figure (percentiles of a biased one): combined they reach to it at least.
void Intervals::add_beside(const Variable& variable, std::vector<Part>& parts, std::vector<Variable>& out) const {
  const auto named = [&](const std::string& suffix, const std::string& what) {
    Variable beside{variable.name + suffix, variable.dimensions, std::vector<double>(variable.values.size(), NAN), variable.units,
                    variable.long_name + ": " + what, ""};
    return beside;
  };
  Variable se = named("_se", "standard error"), lower = named("_lower", "lower limit, " + percent(uncertainty_.level)),
           upper = named("_upper", "upper limit, " + percent(uncertainty_.level));
  std::optional<Variable> mean, error;
  if (uncertainty_.parameters != nullptr) {
    mean = named("_mean", "mean of the draws");
    error = named("_mcse", "Monte Carlo standard error of the mean of the draws");
  }
  std::vector<Variable> of_parts;
  for (const Part& part : parts) of_parts.push_back(named(std::string("_se_") + part.name, std::string("standard error from ") + part.name));
  for (std::size_t i = 0; i < variable.values.size(); ++i) {
    const double figure = variable.values[i];
    double variance = 0, below = 0, above = 0;
    Part::Distance distance;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      distance = parts[p].of(i, figure);
      of_parts[p].values[i] = distance.se;
      variance += distance.se * distance.se;
      below += square_above_zero(distance.below);
      above += square_above_zero(distance.above);
      if (p > 0 || !mean) continue;
      mean->values[i] = distance.mean;
      error->values[i] = distance.mean_error;
    }
    se.values[i] = parts.size() == 1 ? of_parts[0].values[i] : std::sqrt(variance);
    lower.values[i] = figure - std::sqrt(below);
    upper.values[i] = figure + std::sqrt(above);
    if (parts.size() > 1) continue;
    lower.values[i] = figure - distance.below;
    upper.values[i] = figure + distance.above;
  }
  for (Variable* beside : {&se, &lower, &upper}) out.push_back(std::move(*beside));
  if (mean) out.push_back(std::move(*mean));
  if (error) out.push_back(std::move(*error));
  if (parts.size() > 1)
    for (Variable& part : of_parts) out.push_back(std::move(part));
}

void add_draws_of(const std::vector<Series>& series, const std::vector<Variable>& like, std::vector<Variable>& out) {
  for (const Series& draws : series) {
    const auto shape = std::find_if(like.begin(), like.end(), [&](const Variable& v) { return v.name == draws.name; });
    Variable variable = *shape;
    variable.dimensions.insert(variable.dimensions.begin(), "draw");
    variable.values = draws.values;
    out.push_back(std::move(variable));
  }
}

}  // namespace

void add_intervals(Results& results, const UncertaintyParts& uncertainty) {
  Intervals intervals(uncertainty);
  intervals.add(results.variables, false);
  intervals.add(results.differences, true);
}

void add_draws(Results& results, const Realisations& draws, std::size_t first) {
  Dimension draw{"draw", {}, {}, "1", "draw of the uncertain parameters"};
  for (std::size_t d = 0; d < draws.count(); ++d) draw.values.push_back(static_cast<double>(first + d));
  results.dimensions.push_back(std::move(draw));
  add_draws_of(draws.variables(), results.variables, results.groups["draws"]);
  if (!draws.differences().empty()) add_draws_of(draws.differences(), results.differences, results.groups["draws/difference"]);
}

}  // namespace puente
