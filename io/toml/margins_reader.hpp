// The margins a survey is calibrated to, TOML to Margins. Every mistake is reported at its place, all in one go; margins
// whose totals differ name both.
#pragma once

#include <string>

#include "engine/population/calibration/margins.hpp"

namespace puente::io {

/// Throws Error: input_missing (no such file), bad_input (every mistake of the file).
Margins read_margins(const std::string& path);

}  // namespace puente::io
