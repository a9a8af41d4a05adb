#include "engine/run/saved_draws.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr const char* group_name = "draws";
constexpr const char* difference_name = "draws/difference";
constexpr const char* values_name = "parameter_value";

void save(const std::vector<Series>& series, const std::vector<Variable>& like, std::vector<Variable>& out) {
  for (const Variable& central : like) {
    const Series* draws = find_series(series, central.name);
    if (draws == nullptr) continue;
    Variable variable = central;
    variable.dimensions.insert(variable.dimensions.begin(), "draw");
    variable.values = draws->values;
    out.push_back(std::move(variable));
  }
}

std::vector<Series> series_of(const Results& results, const char* group, std::size_t draws) {
  std::vector<Series> all;
  const auto found = results.groups.find(group);
  if (found == results.groups.end()) return all;
  for (const Variable& variable : found->second)
    if (variable.name != values_name) all.push_back({variable.name, variable.values.size() / draws, variable.values});
  return all;
}

}  // namespace

void save_draws(const SavedDraws& draws, Results& results) {
  Dimension draw{"draw", {}, {}, "1", "draw of the uncertain parameters"};
  for (std::size_t d = draws.first(); d < draws.end(); ++d) draw.values.push_back(static_cast<double>(d));
  results.dimensions.push_back(std::move(draw));
  results.add_dimension({"parameter", draws.drawn.parameters, {}, "1", "uncertain parameter"});
  std::vector<Variable>& group = results.groups[group_name];
  group.push_back({values_name, {"draw", "parameter"}, draws.drawn.values, "1", "value of the parameter, in its own unit", ""});
  save(draws.figures.variables(), results.variables, group);
  if (!draws.figures.differences().empty()) save(draws.figures.differences(), results.differences, results.groups[difference_name]);
}

SavedDraws saved_draws(const Results& results) {
  const auto group = results.groups.find(group_name);
  const auto values = group == results.groups.end() ? std::vector<Variable>::const_iterator()
                                                    : std::find_if(group->second.begin(), group->second.end(), [](const Variable& v) { return v.name == values_name; });
  if (group == results.groups.end() || values == group->second.end())
    throw bad_input("these results hold no draws; `puente run --draws N --save-draws` keeps them");
  const std::vector<double>& numbers = results.dimension("draw").values;
  return {{static_cast<std::size_t>(numbers.at(0)), results.dimension("parameter").labels, values->values},
          Realisations(numbers.size(), series_of(results, group_name, numbers.size()), series_of(results, difference_name, numbers.size()))};
}

std::string alone(const SavedDraws& draws) {
  return "draws " + std::to_string(draws.first()) + " to " + std::to_string(draws.end() - 1) + " alone";
}

void append(SavedDraws& draws, const SavedDraws& more) {
  if (draws.drawn.parameters != more.drawn.parameters) throw bad_input("the draws are of other parameters");
  if (more.first() != draws.end())
    throw bad_input("draws " + std::to_string(more.first()) + " to " + std::to_string(more.end() - 1) + " do not follow draws " + std::to_string(draws.first()) +
                    " to " + std::to_string(draws.end() - 1));
  draws.drawn.values.insert(draws.drawn.values.end(), more.drawn.values.begin(), more.drawn.values.end());
  draws.figures.append(more.figures);
}

}  // namespace puente
