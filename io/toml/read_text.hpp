// A whole text file in memory, with the errors a user can act on.
#pragma once

#include <string>

namespace puente::io {

/// Throws Error: input_missing (absent, a folder), io_error (unreadable).
std::string read_text(const std::string& path);

}  // namespace puente::io
