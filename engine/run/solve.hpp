// What [solve.NAME] of a scenario file asks: the value of a parameter (any key path) of one scenario, or of the whole file, at
// which a target is met.
#pragma once

#include <string>

#include "engine/run/target.hpp"

namespace puente {

struct Solve {
  std::string name, scenario, parameter;
  bool everywhere = false;      ///< of the file itself, all scenarios and what is seen in the data; then there is no scenario
  bool on_request = false;      ///< only where the run asks for it by name
  Target target;
  double from = 0, to = 0;      ///< between which it is looked for
  double tolerance = 1e-9;      ///< relative, of the value
  rules::Text place;
};

/// One that is answered.
struct Solved {
  std::string name, scenario, parameter, target;
  double value = 0;
  Target::Sides sides;
  int walks = 0;                ///< over the population, each with several values
};

/// What the name of a scenario has behind it where it runs with the t-th value that is tried.
inline std::string trial_suffix(std::size_t t) { return " (trial " + std::to_string(t + 1) + ")"; }

/// Adds what was found to the results and, in words, to their provenance.
void add_solved(const Solved& solved, Results& results);

}  // namespace puente
