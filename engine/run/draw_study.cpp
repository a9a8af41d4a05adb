#include "engine/run/draw_study.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente {

namespace {

std::string name_in_draw(const std::string& scenario, std::size_t k) { return scenario + "@" + std::to_string(k); }

Scenario in_draw(const StudyModel& model, const Scenario& scenario, const ParameterSet& drawn, std::size_t k) {
  Scenario result = scenario;
  result.name = name_in_draw(scenario.name, k);
  if (scenario.name != model.reference) result.against = name_in_draw(scenario.against.empty() ? model.reference : scenario.against, k);
  result.parameters = drawn;
  for (const std::size_t j : scenario.decided) result.parameters[j] = scenario.parameters[j];
  return result;
}

bool over_scenarios(const Variable& variable) { return !variable.dimensions.empty() && variable.dimensions.front() == "scenario"; }

/// Rows of scenarios [first, first + count) of a variable.
Variable rows_of(const Variable& variable, std::size_t scenarios, std::size_t first, std::size_t count) {
  const std::size_t each = variable.values.size() / scenarios;
  Variable part = variable;
  const auto begin = variable.values.begin() + static_cast<std::ptrdiff_t>(first * each);
  part.values.assign(begin, begin + static_cast<std::ptrdiff_t>(count * each));
  return part;
}

}  // namespace

StudyModel study_of_draws(const StudyModel& model, std::span<const ParameterSet> draws) {
  StudyModel together = model;
  together.scenarios.clear();
  for (std::size_t k = 0; k < draws.size(); ++k)
    for (const Scenario& scenario : model.scenarios) together.scenarios.push_back(in_draw(model, scenario, draws[k], k));
  // Last, so that programmes are numbered as without draws.
  together.scenarios.push_back(model.scenarios[static_cast<std::size_t>(model.find_scenario(model.reference))]);
  return together;
}

Results results_of_draw(const StudyModel& model, const Results& together, std::size_t k) {
  const std::size_t all = together.dimension("scenario").size(), each = model.scenarios.size();
  expect((k + 1) * each < all, "a draw's scenarios are among the results");
  const auto reference = static_cast<std::size_t>(model.find_scenario(model.reference));
  Results results;
  results.title = together.title;
  results.dimensions = together.dimensions;
  for (Dimension& dimension : results.dimensions)
    if (dimension.name == "scenario") {
      dimension.labels.clear();
      for (const Scenario& scenario : model.scenarios) dimension.labels.push_back(scenario.name);
    }
  for (const Variable& variable : together.variables)
    if (over_scenarios(variable)) results.variables.push_back(rows_of(variable, all, k * each, each));
  for (const Variable& variable : together.differences) {
    Variable& difference = results.differences.emplace_back(rows_of(variable, all, k * each, each));
    // The draw's own reference is compared with nothing.
    const std::size_t row = difference.values.size() / each;
    const Variable* own = results.find(variable.name);
    for (std::size_t i = reference * row; i < (reference + 1) * row; ++i) difference.values[i] = own->values[i] - own->values[i];
  }
  return results;
}

}  // namespace puente
