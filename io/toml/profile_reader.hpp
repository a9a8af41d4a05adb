// The profile file: published margins of a country, TOML to a Profile. Every mistake is reported at its place, all in one
// go; margins that do not add up, are negative, miss a category, name an unknown one or contradict another say which,
// the totals and where. `base = "OTHER.toml"` makes a file a variant of another: it holds only what differs.
#pragma once

#include <string>

#include "engine/population/synthesis/profile.hpp"

namespace puente::io {

struct ProfileFile {
  std::string content;  ///< as read, for the provenance, after that of its base
  Profile profile;
  Diagnostics diagnostics;
};

/// Throws Error when the file cannot be opened or is not TOML; other mistakes are in `diagnostics`.
ProfileFile read_profile(const std::string& path);

/// Whether a file is a profile: NAME.toml with `kind = "profile"`.
bool is_profile(const std::string& path);

}  // namespace puente::io
