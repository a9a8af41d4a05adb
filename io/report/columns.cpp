#include "io/report/columns.hpp"

#include <algorithm>

namespace puente::io {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string aligned(const std::vector<Cells>& lines, const std::vector<std::size_t>& right) {
  std::vector<std::size_t> widths;
  for (const Cells& line : lines) {
    widths.resize(std::max(widths.size(), line.size()), 0);
    for (std::size_t c = 0; c < line.size() && line.size() > 1; ++c) widths[c] = std::max(widths[c], width_of(line[c]));
  }
  std::string text;
  for (const Cells& line : lines) {
    std::string row;
    for (std::size_t c = 0; c < line.size(); ++c) {
      const std::string room(widths[c] - std::min(widths[c], width_of(line[c])), ' ');
      const bool to_the_right = std::find(right.begin(), right.end(), c) != right.end();
      row += (to_the_right ? room + line[c] : line[c] + room) + "  ";
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace puente::io
