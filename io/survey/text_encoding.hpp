// Text of survey files as UTF-8. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace puente::io {

/// Offset of the first byte that is not UTF-8, or npos.
std::size_t invalid_utf8(std::string_view text);

/// Converts by iconv. Throws Error (bad_input) naming the encoding, or the byte that it does not know.
std::string to_utf8(const std::string& text, const std::string& encoding, const std::string& file);

}  // namespace puente::io
