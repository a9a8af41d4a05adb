#include "engine/programmes/model.hpp"

#include <algorithm>
#include <utility>

namespace puente {

namespace {

/// Statistics that can be asked for alone, and the set each belongs to.
constexpr std::pair<std::string_view, std::string_view> parts[] = {
    {"fgt", "poverty"},       {"watts", "poverty"},        {"gini", "inequality"},     {"gini", "distribution"},
    {"shares", "inequality"}, {"shares", "distribution"},  {"entropy", "inequality"},  {"atkinson", "inequality"},
    {"quantiles", "distribution"}};

}  // namespace

bool StatisticsModel::wants(std::string_view what) const {
  const auto has = [this](std::string_view name) { return std::find(include.begin(), include.end(), name) != include.end(); };
  if (has(what)) return true;
  return std::any_of(std::begin(parts), std::end(parts), [&](const auto& part) { return part.first == what && has(part.second); });
}

std::vector<std::string> StatisticsModel::names() {
  std::vector<std::string> all = StatisticsModel{}.include;
  for (const auto& [part, set] : parts)
    if (std::find(all.begin(), all.end(), part) == all.end()) all.emplace_back(part);
  return all;
}

int StudyModel::find_scenario(const std::string& name) const {
  for (std::size_t s = 0; s < scenarios.size(); ++s)
    if (scenarios[s].name == name) return static_cast<int>(s);
  return -1;
}

}  // namespace puente
