// One study from results of jobs that ran apart: parts of its draws, some of its scenarios, or both. What the parts have in
// common (the central run, the scenario compared with) must be the same in all, to the last bit. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/run/results.hpp"

namespace puente {

struct Part {
  std::string name;  ///< for messages: the file
  Results results;
};

/// Parts with the same scenarios hold different draws, which must follow one another; limits are found anew from all of them.
/// Parts with other scenarios are put beside one another, those of the first part first. A scenario that does not run a
/// programme pays nothing for it, as in one run. Provenance is that of the first part. Throws Error (bad_input) where
/// parts do not belong together, naming both.
Results merge(std::vector<Part> parts);

}  // namespace puente
