#include "io/survey/csv_detect.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "io/survey/csv_cell.hpp"
#include "io/survey/csv_cursor.hpp"

namespace puente::io {

namespace {

constexpr std::size_t rows_to_detect = 1000;

}  // namespace

char detect_delimiter(std::string_view text) {
  constexpr std::array<char, 4> candidates = {',', ';', '\t', '|'};
  std::array<int, 4> counts{};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '\n' || c == '\r')) break;
    for (std::size_t i = 0; i < candidates.size(); ++i) counts[i] += !quoted && c == candidates[i];
  }
  return candidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

char detect_decimal(std::string_view text, char delimiter, const std::string& file) {
  if (delimiter == ',') return '.';
  const CellReader point('.', {""}), comma(',', {""});
  CsvCursor cursor(text, delimiter, file);
  std::vector<CsvCell> cells;
  std::string scratch;
  double value = 0;
  std::size_t with_point = 0, with_comma = 0;
  for (std::size_t row = 0; row < rows_to_detect && cursor.next_row(cells); ++row) {
    for (const CsvCell& cell : cells) {
      const std::string_view content = cell.text(scratch);
      with_point += content.find('.') != std::string_view::npos && point.read(content, value) == CellKind::number;
      with_comma += content.find(',') != std::string_view::npos && comma.read(content, value) == CellKind::number;
    }
  }
  return with_comma > 0 && with_point == 0 ? ',' : '.';
}

}  // namespace puente::io
