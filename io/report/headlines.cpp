#include "io/report/headlines.hpp"

#include <cmath>

namespace puente::io {

std::vector<Headline> headlines(const Results& results) {
  std::vector<Headline> all = {{"mean", "mean_welfare", {}, 1, 2}};
  if (results.find("fgt") != nullptr) {
    all.push_back({"poor %", "fgt", {0, 0}, 100, 2});
    all.push_back({"gap %", "fgt", {0, 1}, 100, 2});
    all.push_back({"gap² %", "fgt", {0, 2}, 100, 2});
  }
  if (results.find("gini") != nullptr) all.push_back({"Gini", "gini", {}, 1, 4});
  if (results.find("palma") != nullptr) all.push_back({"Palma", "palma", {}, 1, 3});
  if (results.find("attendance") != nullptr) all.push_back({"attend %", "attendance", {0, 0}, 100, 2});
  return all;
}

std::vector<Headline> headlines_of_children(const Results& results) {
  if (results.find("pupils") == nullptr) return {};
  std::vector<Headline> all = {{"pupils", "pupils", {}, 1, 0}, {"change of earnings", "child_earnings_change", {}, 1, 0}};
  if (results.find("cost_per_additional_pupil") != nullptr) all.push_back({cost_of_a_pupil(results), "cost_per_additional_pupil", {}, 1, 2});
  return all;
}

std::string cost_of_a_pupil(const Results& results) {
  const Variable* cost = results.find("cost_per_additional_pupil");
  return cost != nullptr && cost->units.ends_with("/year") ? "cost a pupil-year" : "cost a pupil";
}

double headline_value(const Results& results, const std::vector<Variable>& from, const Headline& headline, std::size_t scenario, std::size_t group,
                      const std::string& suffix) {
  const Variable* variable = find_variable(from, headline.variable + suffix);
  if (variable == nullptr) return NAN;
  std::vector<std::size_t> index = {scenario, group};
  index.insert(index.end(), headline.index.begin(), headline.index.end());
  if (variable->dimensions.size() == 1) index.resize(1);
  return results.at(*variable, index) * headline.scale;
}

}  // namespace puente::io
