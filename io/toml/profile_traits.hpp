// [[traits]] of a profile. One thread an object.
#pragma once

#include <vector>

#include "io/toml/profile_values.hpp"

namespace puente::io {

/// `profile` has its areas, regions and livelihoods.
std::vector<Trait> read_traits(TomlView& root, const Profile& profile, ProfileValues& values);

}  // namespace puente::io
