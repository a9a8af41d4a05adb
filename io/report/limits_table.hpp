// Figures between their limits for people: `estimate  [lower, upper]`, a block a scenario or group, a line a figure. Pure functions.
#pragma once

#include <string>

#include "engine/run/results.hpp"

namespace puente::io {

/// Headlines of everybody in each scenario, and their changes; the change of a scenario that is the one compared with, and of what has
/// none, is empty. `-` is missing. Results must have intervals.
std::string scenarios_with_limits(const Results& results);

/// Headlines of each group in the only scenario.
std::string groups_with_limits(const Results& results);

}  // namespace puente::io
