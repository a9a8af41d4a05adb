// How a CSV text is written, told from its first rows. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace puente::io {

/// The one of , ; tab | that divides the first line most often, quotes apart.
char detect_delimiter(std::string_view text);

/// A comma is the decimal mark where cells read as numbers with it and none does with a point.
char detect_decimal(std::string_view text, char delimiter, const std::string& file);

}  // namespace puente::io
