// Inflates gzip data held in memory, several members in a row included. Pure function.
#pragma once

#include <string>

namespace puente::io {

/// Throws Error (io_error) when the data end early or fail their checksum; `file` is for the message.
std::string gunzip(const std::string& compressed, const std::string& file);

}  // namespace puente::io
