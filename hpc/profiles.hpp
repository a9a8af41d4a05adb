// Profiles on ranks and threads: read by each, made into populations together, written a window at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/core/exchange.hpp"
#include "engine/population/synthesis/synthesis_source.hpp"

namespace puente {

/// The profile with what the command line overrides. Collective; throws Error with every mistake, the same on all ranks.
Profile read_sound_profile(const std::string& path, std::optional<std::int64_t> households, std::optional<std::uint64_t> seed,
                           Exchange& exchange);

/// What a profile says, for people. Makes a few thousand of its households.
std::string describe_profile(const std::string& path);

/// Reports every mistake; returns the exit code.
int check_profile_command(const std::string& path);

}  // namespace puente
