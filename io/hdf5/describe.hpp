// What a population or results file holds, as text for people.
#pragma once

#include <string>

namespace puente::io {

/// Reads a population once from end to end (a window at a time, so it may be larger than memory), checksums
/// compared. Throws Error when the file cannot be read or is neither a population nor results.
std::string describe_file(const std::string& path);

}  // namespace puente::io
