// A short fingerprint of a file, to say later which one it was. Pure but for reading.
#pragma once

#include <string>

namespace puente::io {

/// XXH3-64 of its bytes, in hexadecimal. Throws Error (io_error) when it cannot be read.
std::string digest_of_file(const std::string& path);
std::string digest_of_text(const std::string& text);

}  // namespace puente::io
