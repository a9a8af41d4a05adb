#include "engine/run/solve.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente {

void add_solved(const Solved& solved, Results& results) {
  const auto known = std::find_if(results.dimensions.begin(), results.dimensions.end(), [](const Dimension& d) { return d.name == "solve"; });
  if (known != results.dimensions.end()) known->labels.push_back(solved.name);
  else results.dimensions.push_back({"solve", {solved.name}, {}, "1", "parameters found so that a target is met"});
  const auto add = [&](const char* name, const char* long_name, double value) {
    const auto found = std::find_if(results.variables.begin(), results.variables.end(), [&](const Variable& v) { return v.name == name; });
    if (found != results.variables.end()) found->values.push_back(value);
    else results.variables.push_back({name, {"solve"}, {value}, "", long_name, "each in its own unit"});
  };
  add("solved_value", "value of the parameter found", solved.value);
  add("solved_left", "left side of the target there", solved.sides.left);
  add("solved_right", "right side of the target there", solved.sides.right);
  const std::string where = solved.scenario.empty() ? " everywhere" : " in scenario '" + solved.scenario + "'";
  results.provenance["solve." + solved.name] = solved.parameter + " = " + shortest(solved.value) + where + ", where " +
                                               solved.target + " (" + shortest(solved.sides.left) + " and " + shortest(solved.sides.right) + "; " +
                                               std::to_string(solved.walks) + " walks)";
}

}  // namespace puente
