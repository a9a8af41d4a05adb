#include "engine/run/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/interval.hpp"

namespace puente {

namespace {

// Entries of the provenance.
constexpr const char* interval_level = "interval_level";
constexpr const char* sampling_degrees_of_freedom = "sampling_degrees_of_freedom";

/// One source of uncertainty of all figures of a variable: from its realisations, or as standard errors.
class Part {
 public:
  Part(const char* called, const Series* series, std::size_t count, std::size_t cluster, double level)
      : name(called), series_(series), count_(count), cluster_(cluster), level_(level) {}
  Part(const char* called, const Variable* errors, double df, double level) : name(called), errors_(errors), df_(df), level_(level) {}
  struct Distance {
    double se = NAN, below = NAN, above = NAN, mean = NAN, mean_error = NAN;
  };
  Distance of(std::size_t i, double figure) {
    if (errors_ != nullptr) {
      const Interval interval = symmetric_interval(figure, errors_->values[i], level_, df_);
      return {errors_->values[i], figure - interval.lower, interval.upper - figure, NAN, NAN};
    }
    if (series_ == nullptr) return {};
    gather(*series_, i, count_, values_);
    const Spread spread = spread_of(values_, level_, cluster_);
    return {spread.se, std::max(0.0, figure - spread.lower), std::max(0.0, spread.upper - figure), spread.mean, spread.mean_error};
  }
  const char* name;

 private:
  const Series* series_ = nullptr;
  const Variable* errors_ = nullptr;
  std::size_t count_ = 0, cluster_ = 1;
  double df_ = 0, level_;
  std::vector<double> values_;
};

std::string percent(double level) {
  std::string text = shortest(100 * level);
  return text + " %";
}

const Variable* find_variable(const std::vector<Variable>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Variable& v) { return v.name == name; });
  return found == all.end() ? nullptr : &*found;
}

class Intervals {
 public:
  explicit Intervals(const UncertaintyParts& uncertainty) : uncertainty_(uncertainty) {}
  /// Appends what belongs beside each variable to the variables.
  void add(std::vector<Variable>& variables, bool differences);

 private:
  void add_beside(const Variable& variable, std::vector<Part>& parts, std::vector<Variable>& out) const;
  const UncertaintyParts& uncertainty_;
};

void Intervals::add(std::vector<Variable>& variables, bool differences) {
  std::vector<Variable> beside;
  for (const Variable& variable : variables) {
    if (variable.dimensions.empty() || variable.dimensions.front() != "scenario" || variable.name.ends_with("_error_bound")) continue;
    std::vector<Part> parts;
    if (const Realisations* draws = uncertainty_.parameters; draws != nullptr)
      parts.emplace_back("parameters", differences ? draws->difference(variable.name) : draws->variable(variable.name), draws->count(), uncertainty_.cluster,
                         uncertainty_.level);
    const auto part = [&](const char* name, const SamplingErrors* errors) {
      if (errors == nullptr) return;
      parts.emplace_back(name, find_variable(differences ? errors->differences : errors->variables, variable.name), errors->degrees_of_freedom, uncertainty_.level);
    };
    part("simulation", uncertainty_.simulation);
    part("sampling", uncertainty_.sampling);
    add_beside(variable, parts, beside);
  }
  variables.insert(variables.end(), beside.begin(), beside.end());
}

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
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const Part::Distance distance = parts[p].of(i, figure);
      of_parts[p].values[i] = distance.se;
      variance += distance.se * distance.se;
      below += distance.below * distance.below;
      above += distance.above * distance.above;
      if (p > 0 || !mean) continue;
      mean->values[i] = distance.mean;
      error->values[i] = distance.mean_error;
    }
    se.values[i] = parts.size() == 1 ? of_parts[0].values[i] : std::sqrt(variance);
    lower.values[i] = figure - std::sqrt(below);
    upper.values[i] = figure + std::sqrt(above);
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
  if (uncertainty.sampling != nullptr) results.provenance[sampling_degrees_of_freedom] = uncertainty.sampling->degrees_of_freedom;
  Intervals intervals(uncertainty);
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

/// The variables that stand beside others, and of `_se_PART` those of this part.
std::vector<Variable> take_beside(std::vector<Variable>& variables, const std::string& part) {
  std::vector<Variable> errors, own;
  const std::vector<std::string> suffixes = interval_suffixes();
  for (const Variable& variable : variables) {
    const auto suffix = std::find_if(suffixes.begin(), suffixes.end(), [&](const std::string& end) {
      return variable.name.ends_with(end) && find_variable(variables, variable.name.substr(0, variable.name.size() - end.size())) != nullptr;
    });
    if (suffix == suffixes.end()) {
      own.push_back(variable);
    } else if (*suffix == "_se_" + part) {
      errors.push_back(variable);
      errors.back().name.resize(variable.name.size() - suffix->size());
    }
  }
  if (part.empty()) variables = std::move(own);
  return errors;
}

double told(const Results& results, const char* entry) {
  const auto found = results.provenance.find(entry);
  if (found == results.provenance.end()) throw bad_input(std::string("the results do not tell their ") + entry);
  return std::get<double>(found->second);
}

}  // namespace

SamplingErrors standard_errors(const Realisations& realisations, const Results& results) {
  return {deviations(realisations.variables(), realisations.count(), results.variables),
          deviations(realisations.differences(), realisations.count(), results.differences), without_limit};
}

std::vector<std::string> interval_suffixes() {
  return {"_se", "_lower", "_upper", "_mean", "_mcse", "_se_parameters", "_se_simulation", "_se_sampling"};
}

SavedErrors take_intervals(Results& results) {
  SavedErrors saved;
  saved.level = told(results, interval_level);
  const auto errors = [&](const char* part, double df) -> std::optional<SamplingErrors> {
    SamplingErrors found{take_beside(results.variables, part), take_beside(results.differences, part), df};
    return found.variables.empty() ? std::nullopt : std::optional(std::move(found));
  };
  saved.simulation = errors("simulation", without_limit);
  if (saved.sampling = errors("sampling", 0); saved.sampling) saved.sampling->degrees_of_freedom = told(results, sampling_degrees_of_freedom);
  take_beside(results.variables, "");
  take_beside(results.differences, "");
  return saved;
}

}  // namespace puente
