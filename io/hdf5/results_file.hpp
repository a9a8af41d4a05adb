// results.h5: a netCDF-4 file by construction. Dimensions are dimension scales with labels or numbers, in the
// root and again in /difference, so that each group opens by itself; /provenance holds what depends on how
// the run was made. The file is composed in memory and written as bytes by the commit protocol: identical
// results give identical files, and a full disk cannot be missed. Rank 0 alone calls these; not thread-safe.
#pragma once

#include <string>

#include "engine/run/results.hpp"

namespace puente::io {

/// Throws Error: cannot_create, io_error; nothing is left under the final name then.
void write_results(const Results& results, const std::string& path);

/// Throws Error: input_missing, bad_input (another format, newer version), io_error (cut short, damaged).
Results read_results(const std::string& path);

}  // namespace puente::io
