#include "engine/run/results.hpp"

#include <algorithm>
#include <utility>

#include "engine/core/error.hpp"

namespace puente {

const Variable* find_variable(const std::vector<Variable>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Variable& v) { return v.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Dimension& Results::dimension(const std::string& name) const {
  const auto it = std::find_if(dimensions.begin(), dimensions.end(), [&](const Dimension& d) { return d.name == name; });
  expect(it != dimensions.end(), "a result names a dimension that does not exist");
  return *it;
}

bool Results::has_dimension(const std::string& name) const {
  return std::any_of(dimensions.begin(), dimensions.end(), [&](const Dimension& d) { return d.name == name; });
}

void Results::add_dimension(Dimension dimension) {
  if (!has_dimension(dimension.name)) dimensions.push_back(std::move(dimension));
}

const Variable* Results::find(const std::string& name) const { return find_variable(variables, name); }

GroupAxis Results::group_axis(const Variable& variable) const {
  GroupAxis axis;
  for (const std::string& name : variable.dimensions) {
    if (axis.size > 0) axis.inner *= dimension(name).size();
    if (name == "group") axis.size = dimension(name).size();
  }
  return axis;
}

double Results::at(const Variable& variable, const std::vector<std::size_t>& index) const {
  expect(index.size() == variable.dimensions.size(), "an index has as many parts as its variable has dimensions");
  std::size_t offset = 0;
  for (std::size_t i = 0; i < index.size(); ++i) offset = offset * dimension(variable.dimensions[i]).size() + index[i];
  return variable.values.at(offset);
}

}  // namespace puente
