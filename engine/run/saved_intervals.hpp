// What stands beside the figures of a results file, taken out so that limits can be found anew with more draws or scenarios. Pure.
#pragma once

#include <optional>

#include "engine/run/intervals.hpp"

namespace puente {

/// Standard errors of a file whose intervals are to be found anew; what was not there is empty.
struct SavedErrors {
  std::optional<SamplingErrors> simulation, sampling;
  bool drawn = false;  ///< whether there were draws of parameters
  double level = 0.95;

  /// Whether both come from the same sources, at the same level.
  bool alike(const SavedErrors& other) const;
  /// With these draws, null where there are none.
  UncertaintyParts with(const Realisations* draws, std::size_t cluster) const;
};

/// Takes out what add_intervals put in. Throws Error (bad_input) where the file does not tell its level.
SavedErrors take_intervals(Results& results);

}  // namespace puente
