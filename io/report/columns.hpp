// Lines of cells in columns as wide as their widest cell, two spaces apart. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace puente::io {

using Cells = std::vector<std::string>;

/// Letters, not bytes: those beyond ASCII count as one.
std::size_t width_of(const std::string& text);

/// A line ends at its last letter. A line of one cell is a heading and widens no column. Columns of `right` (by number) are set to the right.
std::string aligned(const std::vector<Cells>& lines, const std::vector<std::size_t>& right = {});

}  // namespace puente::io
