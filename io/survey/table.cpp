#include "io/survey/table.hpp"

#include <charconv>
#include <cmath>

namespace puente::io {

bool TableColumn::missing(std::size_t row) const {
  return is_text() ? word_of[row] < 0 : std::isnan(numbers[row]);
}

std::string TableColumn::cell(std::size_t row) const {
  if (missing(row)) return "";
  return is_text() ? words[static_cast<std::size_t>(word_of[row])] : number_text(numbers[row]);
}

const TableColumn* Table::find(const std::string& name) const {
  for (const TableColumn& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

std::string Table::place(std::size_t row) const {
  if (lines.empty()) return "row " + std::to_string(row + 1) + " of " + file;
  return "line " + std::to_string(lines[row]) + " of " + file;
}

void WordCollector::add(std::string_view word, TableColumn& column) {
  if (const auto known = index_.find(word); known != index_.end()) {
    column.word_of.push_back(known->second);
    return;
  }
  const auto index = static_cast<std::int32_t>(column.words.size());
  column.words.emplace_back(word);
  index_.emplace(column.words.back(), index);
  column.word_of.push_back(index);
}

std::string number_text(double x) {
  char buffer[40];
  if (x == std::floor(x) && std::fabs(x) < 0x1p63) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, static_cast<std::int64_t>(x));
    return {buffer, end.ptr};
  }
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x);
  return {buffer, end.ptr};
}

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

}  // namespace puente::io
