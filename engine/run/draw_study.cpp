#include "engine/run/draw_study.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/run/study.hpp"

namespace puente {

namespace {

std::string name_in_draw(const std::string& scenario, std::size_t k) { return scenario + "@" + std::to_string(k); }

std::size_t reference_of(const StudyModel& model) { return static_cast<std::size_t>(model.find_scenario(model.reference)); }

/// A scenario's values in draw 0.
ParameterSet central_values(const StudyModel& model, std::size_t s) {
  if (!model.scenarios[s].parameters.empty()) return model.scenarios[s].parameters;
  ParameterSet values;
  for (const ParameterValue& parameter : model.parameters) values.push_back(parameter.value);
  return values;
}

/// A draw's values of what the scenario reads and does not decide; of all else, those of draw 0.
ParameterSet values_in_draw(const StudyModel& model, std::size_t s, const std::vector<bool>& read, const ParameterSet& drawn) {
  const std::vector<std::size_t>& own = model.scenarios[s].decided;
  ParameterSet values = central_values(model, s);
  for (std::size_t j = 0; j < values.size(); ++j) {
    const bool decided = std::find(own.begin(), own.end(), j) != own.end();
    if (read[j] && !decided) values[j] = drawn[j];
  }
  return values;
}

/// Builds the study of several draws scenario by scenario, each once.
class Joining {
 public:
  Joining(const StudyModel& model, const ParametersRead& read, std::span<const ParameterSet> draws) : model_(model), reference_(reference_of(model)) {
    for (std::size_t s = 0; s < model.scenarios.size(); ++s)
      for (std::size_t k = 0; k < draws.size(); ++k) values_.push_back(values_in_draw(model, s, read[s], draws[k]));
    draws_ = draws.size();
    joined_.study = model;
    joined_.study.scenarios.clear();
  }

  /// In the model's order, so that programmes are numbered as without draws.
  DrawsTogether join() && {
    for (std::size_t k = 0; k < draws_; ++k)
      for (std::size_t s = 0; s < model_.scenarios.size(); ++s) joined_.place.push_back(placed(k, s));
    if (joined_.study.find_scenario(model_.reference) < 0) joined_.study.scenarios.push_back(model_.scenarios[reference_]);
    return std::move(joined_);
  }

 private:
  const ParameterSet& values(std::size_t k, std::size_t s) const { return values_[s * draws_ + k]; }
  bool is_central(std::size_t k) const { return values(k, reference_) == central_values(model_, reference_); }
  std::size_t against(std::size_t s) const {
    const std::string& name = model_.scenarios[s].against;
    return name.empty() ? reference_ : static_cast<std::size_t>(model_.find_scenario(name));
  }
  std::string name(std::size_t k, std::size_t s) const { return s == reference_ && is_central(k) ? model_.reference : name_in_draw(model_.scenarios[s].name, k); }

  /// Whether a scenario and all it is compared with have the same values in both draws.
  bool same(std::size_t k, std::size_t other, std::size_t s) const {
    for (std::size_t steps = 0; steps <= model_.scenarios.size(); ++steps) {
      if (values(k, s) != values(other, s)) return false;
      if (s == reference_) return true;
      s = against(s);
    }
    return false;  // compared in a circle, which running it tells
  }

  /// The first draw in which the scenario is as in this one: there it stands.
  std::size_t first(std::size_t k, std::size_t s) const {
    std::size_t draw = 0;
    while (draw < k && !same(k, draw, s)) ++draw;
    return draw;
  }

  std::size_t placed(std::size_t k, std::size_t s) {
    if (const std::size_t draw = first(k, s); draw < k) return joined_.place[draw * model_.scenarios.size() + s];
    Scenario& scenario = joined_.study.scenarios.emplace_back(model_.scenarios[s]);
    scenario.name = name(k, s);
    scenario.parameters = values(k, s);
    if (s != reference_) scenario.against = name(first(k, against(s)), against(s));
    return joined_.study.scenarios.size() - 1;
  }

  const StudyModel& model_;
  std::size_t reference_, draws_ = 0;
  std::vector<ParameterSet> values_;
  DrawsTogether joined_;
};

bool over_scenarios(const Variable& variable) { return !variable.dimensions.empty() && variable.dimensions.front() == "scenario"; }

/// These scenarios' rows of a variable.
Variable rows_of(const Variable& variable, std::size_t scenarios, std::span<const std::size_t> places) {
  const std::size_t each = variable.values.size() / scenarios;
  Variable part = variable;
  part.values.clear();
  for (const std::size_t place : places) {
    const auto begin = variable.values.begin() + static_cast<std::ptrdiff_t>(place * each);
    part.values.insert(part.values.end(), begin, begin + static_cast<std::ptrdiff_t>(each));
  }
  return part;
}

}  // namespace

ParametersRead parameters_read(const StudyModel& model, const Schema& schema) {
  ParametersRead read;
  for (const Scenario& scenario : model.scenarios) {
    StudyModel alone = model;
    alone.scenarios = {scenario, model.scenarios[reference_of(model)]};
    alone.scenarios[0].name = name_in_draw(scenario.name, 0);
    alone.scenarios[0].against.clear();
    alone.scenarios[1].programmes.clear();
    alone.scenarios[1].synergies.clear();
    alone.scenarios[1].financing.reset();
    Diagnostics unheard;
    const Study study(std::move(alone), schema, unheard);
    read.push_back(unheard.has_errors() ? std::vector<bool>(model.parameters.size(), true) : study.reads[0]);
  }
  return read;
}

DrawsTogether draws_together(const StudyModel& model, const ParametersRead& read, std::span<const ParameterSet> draws) {
  return Joining(model, read, draws).join();
}

Results results_of_draw(const StudyModel& model, const DrawsTogether& draws, const Results& together, std::size_t k) {
  const std::size_t all = draws.study.scenarios.size(), each = model.scenarios.size(), reference = reference_of(model);
  expect((k + 1) * each <= draws.place.size() && together.dimension("scenario").size() == all, "a draw's scenarios are among the results");
  const std::span<const std::size_t> places = std::span(draws.place).subspan(k * each, each);
  Results results;
  results.title = together.title;
  results.dimensions = together.dimensions;
  for (Dimension& dimension : results.dimensions)
    if (dimension.name == "scenario") {
      dimension.labels.clear();
      for (const Scenario& scenario : model.scenarios) dimension.labels.push_back(scenario.name);
    }
  for (const Variable& variable : together.variables)
    if (over_scenarios(variable)) results.variables.push_back(rows_of(variable, all, places));
  for (const Variable& variable : together.differences) {
    Variable& difference = results.differences.emplace_back(rows_of(variable, all, places));
    // The draw's own reference is compared with nothing.
    const std::size_t row = difference.values.size() / each;
    const Variable* own = results.find(variable.name);
    for (std::size_t i = reference * row; i < (reference + 1) * row; ++i) difference.values[i] = own->values[i] - own->values[i];
  }
  return results;
}

}  // namespace puente
