// Two-part effects on a level: whether a unit owns at all, then how much it owns. A relative effect alone cannot give
// goats to those who have none. Owning (level > 0) is a condition with a latent uniform, thresholded once; those who
// come to own get the level given (the largest, where several programmes give), those who own already keep theirs,
// changed by their own factor; other relative effects multiply both. Those who own in the data only because of what was
// observed own nothing in the none-world, and what they have in the data again under the same gift. Plain arrays of one thread.
#pragma once

#include "engine/programmes/effects.hpp"

namespace puente {

/// level: given to those who come to own. relative: of those who own already; null for none.
void add_ownership(Composition& c, const double* reach, const double* level, const double* relative, std::size_t n);

struct OwnershipFaults {
  Culprits outside;   ///< probability of owning would leave [0, 1]
  Culprits negative;  ///< level seen below 0
  Culprits unknown;   ///< would own without what was observed, of which the data hold no level
};

/// Level under `now` from the level seen under `observed`, with probability `base` of owning there. Where `now` equals
/// `observed` the result is `data`, bit for bit.
OwnershipFaults apply_ownership(const double* data, const double* base, const double* uniform, const Composition& observed,
                                const Composition& now, std::size_t n, double* level);

}  // namespace puente
