// Scenarios of one study that ran apart, beside one another (merge.hpp). Pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/run/merge.hpp"

namespace puente {

/// "A and B", for messages.
std::string both(const Part& a, const Part& b);

/// Each part has scenarios of its own, and shares at least one with the first. Limits and shares of variance are found anew from saved
/// draws and standard errors; what a part cannot know of another's scenarios is as in one run: totals of a programme that a scenario
/// does not run are nothing, its standard error from a sample is missing.
Results merge_scenarios(std::vector<Part> parts);

}  // namespace puente
