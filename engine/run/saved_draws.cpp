#include "engine/run/saved_draws.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr const char* group_name = "draws";
constexpr const char* difference_name = "draws/difference";
constexpr const char* values_name = "parameter_value";
constexpr const char* factor_name = "parameter_factor";
constexpr const char* of_draw_1_name = "parameter_of_draw_1";

bool is_of_parameters(const Variable& variable) { return variable.name == values_name || variable.name == factor_name || variable.name == of_draw_1_name; }

void save(const std::vector<Series>& series, const std::vector<Variable>& like, std::vector<Variable>& out) {
  constexpr std::string_view bound = "_error_bound";
  const auto put = [&](Variable variable, const std::string& name, const std::string& long_name) {
    const Series* draws = find_series(series, name);
    if (draws == nullptr) return;
    variable.name = name;
    variable.long_name = long_name;
    variable.dimensions.insert(variable.dimensions.begin(), "draw");
    variable.values = draws->values;
    out.push_back(std::move(variable));
  };
  for (const Variable& central : like) put(central, central.name, central.long_name);
  // Draws of a sketch have bounds, which an exact central run has not.
  for (const Variable& central : like)
    if (const std::string name = central.name + std::string(bound); find_variable(like, name) == nullptr)
      put(central, name, central.long_name + ": how far it may be off");
}

std::vector<Series> series_of(const Results& results, const char* group, std::size_t draws) {
  std::vector<Series> all;
  const auto found = results.groups.find(group);
  if (found == results.groups.end()) return all;
  for (const Variable& variable : found->second)
    if (!is_of_parameters(variable)) all.push_back({variable.name, variable.values.size() / draws, variable.values});
  return all;
}

}  // namespace

void save_draws(const SavedDraws& draws, Results& results) {
  Dimension draw{"draw", {}, {}, "1", "draw of the uncertain parameters"};
  for (std::size_t d = draws.first(); d < draws.end(); ++d) draw.values.push_back(static_cast<double>(d));
  results.dimensions.push_back(std::move(draw));
  results.add_dimension({"parameter", draws.drawn.of.names, {}, "1", "uncertain parameter"});
  results.add_dimension({"factor", draws.drawn.factors, {}, "1", "uncertain parameter, or correlated parameters together"});
  std::vector<Variable>& group = results.groups[group_name];
  const std::vector<std::size_t>& factors = draws.drawn.of.factor_of;
  group.push_back({values_name, {"draw", "parameter"}, draws.drawn.values, "1", "value of the parameter, in its own unit", ""});
  group.push_back({factor_name, {"factor", "parameter"}, std::vector<double>(draws.drawn.factors.size() * factors.size(), 0.0), "1",
                   "1 where the parameter is of the factor", design_names()[static_cast<std::size_t>(draws.drawn.design)]});
  for (std::size_t p = 0; p < factors.size(); ++p) group.back().values[factors[p] * factors.size() + p] = 1;
  group.push_back({of_draw_1_name, {"parameter"}, draws.drawn.of_draw_1, "1", "value of the parameter in draw 1, whichever draws are here", ""});
  save(draws.figures.variables(), results.variables, group);
  if (!draws.figures.differences().empty()) save(draws.figures.differences(), results.differences, results.groups[difference_name]);
}

SavedDraws saved_draws(const Results& results) {
  const auto group = results.groups.find(group_name);
  const auto find = [&](const char* name) { return group == results.groups.end() ? nullptr : find_variable(group->second, name); };
  const Variable *values = find(values_name), *factor = find(factor_name), *of_draw_1 = find(of_draw_1_name);
  if (values == nullptr || factor == nullptr || of_draw_1 == nullptr)
    throw bad_input("these results hold no draws; `puente run --draws N --save-draws` keeps them");
  const auto design = std::find(design_names().begin(), design_names().end(), factor->comment);
  if (design == design_names().end()) throw bad_input("the draws are of an unknown design, '" + factor->comment + "'");
  const std::vector<double>& numbers = results.dimension("draw").values;
  DrawnValues drawn{static_cast<DesignKind>(design - design_names().begin()), static_cast<std::size_t>(numbers.at(0)), {results.dimension("parameter").labels, {}},
                    results.dimension("factor").labels, values->values, of_draw_1->values};
  const std::size_t parameters = drawn.of.names.size();
  drawn.of.factor_of.assign(parameters, 0);
  for (std::size_t i = 0; i < factor->values.size(); ++i)
    if (factor->values[i] != 0) drawn.of.factor_of[i % parameters] = i / parameters;
  return {std::move(drawn), Realisations(numbers.size(), series_of(results, group_name, numbers.size()), series_of(results, difference_name, numbers.size()))};
}

bool DrawnValues::same_draws(const DrawnValues& other) const {
  return design == other.design && of.names == other.of.names && of.factor_of == other.of.factor_of &&
         std::equal(of_draw_1.begin(), of_draw_1.end(), other.of_draw_1.begin(), other.of_draw_1.end(), same_bits);
}

std::vector<double> DrawnValues::column(std::size_t parameter) const {
  std::vector<double> column(count());
  for (std::size_t d = 0; d < column.size(); ++d) column[d] = values[d * of.names.size() + parameter];
  return column;
}

DrawnValues drawn_values(const ParameterDraws& draws, std::size_t first, std::size_t count) {
  DrawnValues drawn{draws.design().kind(), first, draws.design().parameters(), {}, {}, {}};
  for (const UncertainFactor& factor : draws.factors()) drawn.factors.push_back(factor.name);
  const auto add = [&](std::size_t draw, std::vector<double>& to) {
    const std::vector<double> all = draws.values(static_cast<std::int64_t>(draw));
    for (const std::size_t p : draws.uncertain()) to.push_back(all[p]);
  };
  for (std::size_t d = first; d < first + count; ++d) add(d, drawn.values);
  add(1, drawn.of_draw_1);
  return drawn;
}

void take_draws(Results& results) {
  for (const char* group : {group_name, difference_name}) results.groups.erase(group);
  std::erase_if(results.dimensions, [](const Dimension& d) { return d.name == "draw"; });
}

std::string in_words(const SavedDraws& draws, const Results& central, double level) {
  std::string more;
  const auto add = [&more](const std::string& text) { more += (more.empty() ? " (" : "; ") + text; };
  if (draws.first() != 1) add(std::to_string(draws.first()) + " to " + std::to_string(draws.end() - 1) + " alone");
  const Series* bounds = draws.figures.variable("gini_error_bound");
  if (bounds != nullptr && central.find("gini_error_bound") == nullptr) {
    double largest = 0;
    for (const double bound : bounds->values)
      if (std::isfinite(bound)) largest = std::max(largest, bound);
    add("in sketches, the Gini off by " + shortest(std::ceil(largest * 1e8) / 1e8) + " at most");
  }
  const double wanted = std::ceil(2 / (1 - level) - 1e-9);
  if (static_cast<double>(draws.figures.count()) < wanted) add("fewer than such limits want: " + shortest(wanted));
  return std::to_string(draws.figures.count()) + " draws" + more + (more.empty() ? "" : ")");
}

void append(SavedDraws& draws, const SavedDraws& more) {
  if (!draws.drawn.same_draws(more.drawn)) throw bad_input("the draws are of another study: other parameters, distributions, design, number of draws or seed");
  if (more.first() != draws.end())
    throw bad_input("draws " + std::to_string(more.first()) + " to " + std::to_string(more.end() - 1) + " do not follow draws " + std::to_string(draws.first()) +
                    " to " + std::to_string(draws.end() - 1));
  draws.drawn.values.insert(draws.drawn.values.end(), more.drawn.values.begin(), more.drawn.values.end());
  draws.figures.append(more.figures);
}

}  // namespace puente
