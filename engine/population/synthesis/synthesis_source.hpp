// Households of a profile, made on the fly. `core_source` has the columns of the machinery itself: place, weight, family,
// livelihood, order and level of welfare, traits; `synthesise` puts the profile's own columns on top. Any rank makes any
// range. Immutable after construction; `load` is thread-safe.
#pragma once

#include <memory>

#include "engine/population/source.hpp"
#include "engine/population/synthesis/profile.hpp"
#include "engine/population/synthesis/solution.hpp"

namespace puente {

/// The columns of the machinery, before any household is made; known without the passes.
Schema core_schema(const Profile& profile);

/// Runs the passes and returns the population. Collective. `solution` (may be null) receives what the passes found. Throws
/// Error (bad_input) on contradictory margins and on mistakes in expressions.
std::unique_ptr<PopulationSource> synthesise(const Profile& profile, Exchange& exchange, Team& team, Solution* solution = nullptr);

/// Every mistake of the profile that can be found without its passes; returns the schema of what it makes.
Schema check_profile(const Profile& profile);

}  // namespace puente
