// What a population or results file holds, as text for people.
#pragma once

#include <cstdint>
#include <string>

#include "engine/population/population.hpp"

namespace puente::io {

/// Reads a population once from end to end (a window at a time, so it may be larger than memory), checksums
/// compared. Throws Error when the file cannot be read or is neither a population nor results.
std::string describe_file(const std::string& path);

/// A population made by `maker` ("a recipe; figures of the first"), of which `sample` are the first households.
std::string describe_made(const Population& sample, std::int64_t households, const std::string& maker);

}  // namespace puente::io
