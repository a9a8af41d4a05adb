// A codebook: variable and value labels of a survey that came as CSV, in a CSV of its own with the columns variable,
// label, code and value_label. Labels that the survey file has itself stay.
#pragma once

#include <string>

#include "io/survey/table.hpp"

namespace puente::io {

/// Throws Error when the codebook cannot be read or lacks one of its columns.
void apply_codebook(const std::string& path, Table& table);

}  // namespace puente::io
