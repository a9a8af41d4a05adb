// A schooling model's file, written by `puente estimate` or typed with its source.
#pragma once

#include <string>

#include "engine/behaviour/schooling_model.hpp"

namespace puente::io {

/// Throws Error: input_missing, or bad_input with every mistake at its line and column.
SchoolingModel read_schooling_model(const std::string& path);

}  // namespace puente::io
