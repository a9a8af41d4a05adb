#include "engine/run/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/core/error.hpp"
#include "engine/run/contrasts.hpp"
#include "engine/statistics/interval.hpp"

namespace puente {

namespace {

/// Whether figure i of the variable is a proportion, whose logit may have limits. A difference of two, between scenarios or groups, is none.
bool is_proportion(const Variable& variable, std::size_t i) {
  constexpr std::size_t alphas = 3;  // the last dimension of fgt
  return (variable.name == "fgt" && i % alphas == 0) || variable.name == "attendance" || variable.name == "work" || variable.name == "coverage";
}

/// Standard errors for one variable, and how its limits are found.
struct ErrorPart {
  const Variable* errors = nullptr;
  const Variable *lower = nullptr, *upper = nullptr;  ///< where they are given
  const Variable* proportions = nullptr;              ///< the variable itself, where proportions have logit limits
  double df = 0;
  GroupAxis groups{};
  std::size_t contrasts = 0;                          ///< index of the first among the groups
  Interval limits(std::size_t i, double figure, double level) const {
    const double se = errors->values[i];
    if (lower != nullptr) return {lower->values[i], upper->values[i]};
    if (proportions == nullptr || !is_proportion(*proportions, i) || groups.group_of(i) >= contrasts) return symmetric_interval(figure, se, level, df);
    return logit_interval(std::clamp(figure, 0.0, 1.0), se, level, df);
  }
};

/// One source of uncertainty of all figures of a variable: from its realisations, or as standard errors.
class Part {
 public:
  Part(const char* called, const Series* series, std::size_t count, std::size_t cluster, double level)
      : name(called), series_(series), count_(count), cluster_(cluster), level_(level) {}
  Part(const char* called, const ErrorPart& errors, double level) : name(called), errors_(errors), level_(level) {}
  /// Limits, and how far they are from the figure.
  struct Distance {
    double se = NAN, lower = NAN, upper = NAN, below = NAN, above = NAN, mean = NAN, mean_error = NAN;
  };
  Distance of(std::size_t i, double figure) {
    if (errors_.errors != nullptr) {
      const Interval interval = errors_.limits(i, figure, level_);
      return {errors_.errors->values[i], interval.lower, interval.upper, figure - interval.lower, interval.upper - figure, NAN, NAN};
    }
    if (series_ == nullptr) return {};
    gather(*series_, i, count_, values_);
    const Spread spread = spread_of(values_, level_, cluster_);
    return {spread.se, spread.lower, spread.upper, figure - spread.lower, spread.upper - figure, spread.mean, spread.mean_error};
  }
  const char* name;

 private:
  const Series* series_ = nullptr;
  ErrorPart errors_;
  std::size_t count_ = 0, cluster_ = 1;
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
  Intervals(const Results& results, const UncertaintyParts& uncertainty)
      : results_(results), uncertainty_(uncertainty), contrasts_(first_contrast(results.dimension("group").labels)) {}
  /// Appends what belongs beside each variable to the variables.
  void add(std::vector<Variable>& variables, bool differences);

 private:
  ErrorPart part_of(const Variable& variable, const SamplingErrors& errors, bool differences) const;
  void add_beside(const Variable& variable, std::vector<Part>& parts, std::vector<Variable>& out) const;
  const Results& results_;
  const UncertaintyParts& uncertainty_;
  std::size_t contrasts_;
};

void Intervals::add(std::vector<Variable>& variables, bool differences) {
  std::vector<Variable> beside;
  for (const Variable& variable : variables) {
    if (variable.dimensions.empty() || variable.dimensions.front() != "scenario" || variable.name.ends_with("_error_bound")) continue;
    std::vector<Part> parts;
    if (const Realisations* draws = uncertainty_.parameters; draws != nullptr)
      parts.emplace_back("parameters", differences ? draws->difference(variable.name) : draws->variable(variable.name), draws->count(), uncertainty_.cluster,
                         uncertainty_.level);
    if (uncertainty_.simulation != nullptr) parts.emplace_back("simulation", part_of(variable, *uncertainty_.simulation, differences), uncertainty_.level);
    if (uncertainty_.sampling != nullptr) parts.emplace_back("sampling", part_of(variable, *uncertainty_.sampling, differences), uncertainty_.level);
    add_beside(variable, parts, beside);
  }
  variables.insert(variables.end(), beside.begin(), beside.end());
}

ErrorPart Intervals::part_of(const Variable& variable, const SamplingErrors& errors, bool differences) const {
  const SampleLimits& limits = differences ? errors.difference_limits : errors.limits;
  const bool logit = errors.interval == IntervalKind::logit && !differences;
  return {find_variable(differences ? errors.differences : errors.variables, variable.name), find_variable(limits.lower, variable.name),
          find_variable(limits.upper, variable.name), logit ? &variable : nullptr, errors.degrees_of_freedom,
          results_.group_axis(variable), contrasts_};
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
    lower.values[i] = distance.lower;
    upper.values[i] = distance.upper;
  }
  for (Variable* beside : {&se, &lower, &upper}) out.push_back(std::move(*beside));
  if (mean) out.push_back(std::move(*mean));
  if (error) out.push_back(std::move(*error));
  if (parts.size() > 1)
    for (Variable& part : of_parts) out.push_back(std::move(part));
}

}  // namespace

void add_intervals(Results& results, const UncertaintyParts& uncertainty) {
  results.provenance[interval_level] = uncertainty.level;
  if (uncertainty.simulation != nullptr) results.provenance[simulation_degrees_of_freedom] = uncertainty.simulation->degrees_of_freedom;
  if (uncertainty.parameters != nullptr) results.provenance[interval_draws] = static_cast<double>(uncertainty.parameters->count());
  if (const SamplingErrors* sampling = uncertainty.sampling; sampling != nullptr) {
    results.provenance[sampling_degrees_of_freedom] = sampling->degrees_of_freedom;
    results.provenance[sampling_interval] = interval_names()[static_cast<std::size_t>(sampling->interval)];
  }
  Intervals intervals(results, uncertainty);
  intervals.add(results.variables, false);
  intervals.add(results.differences, true);
}

namespace {

std::vector<Variable> deviations(const std::vector<Series>& series, std::size_t count, const std::vector<Variable>& figures) {
  std::vector<Variable> errors;
  std::vector<double> values;
  for (const Series& realised : series) {
    const Variable* figure = find_variable(figures, realised.name);
    if (figure == nullptr) continue;
    Variable& error = errors.emplace_back(*figure);
    for (std::size_t i = 0; i < realised.figures; ++i) {
      gather(realised, i, count, values);
      error.values[i] = spread_of(values, 0.95).se;
    }
  }
  return errors;
}

}  // namespace

SamplingErrors standard_errors(const Realisations& realisations, const Results& results) {
  return {deviations(realisations.variables(), realisations.count(), results.variables),
          deviations(realisations.differences(), realisations.count(), results.differences), static_cast<double>(realisations.count()) - 1};
}

bool has_intervals(const Results& results) { return results.find("mean_welfare_se") != nullptr; }

std::vector<std::string> interval_suffixes() {
  return {"_se", "_lower", "_upper", "_mean", "_mcse", "_se_parameters", "_se_simulation", "_se_sampling"};
}

}  // namespace puente
