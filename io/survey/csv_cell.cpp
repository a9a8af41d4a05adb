#include "io/survey/csv_cell.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "io/survey/table.hpp"

namespace puente::io {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), digit); }

/// "007" would come back as 7, and 17 digits are more than a double always holds.
bool code_like(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return all_digits(text) && ((text.size() > 1 && text[0] == '0') || text.size() > 15);
}

bool infinity(std::string_view text, double& value) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (negative || text[0] == '+')) text.remove_prefix(1);
  if (text != "Inf" && text != "inf") return false;
  value = negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return true;
}

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

int days_in_month(int year, int month) {
  static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool parse_date(std::string_view text, double& value) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!all_digits(text.substr(0, 4)) || !all_digits(text.substr(5, 2)) || !all_digits(text.substr(8, 2))) return false;
  const int year = two_digits(text, 0) * 100 + two_digits(text, 2);
  const int month = two_digits(text, 5), day = two_digits(text, 8);
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
  value = static_cast<double>(days_from_civil(year, month, day));
  return true;
}

}  // namespace

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

CellReader::CellReader(char decimal, std::vector<std::string> missing_texts)
    : decimal_(decimal), missing_texts_(std::move(missing_texts)) {}

bool CellReader::missing(std::string_view text) const {
  return std::any_of(missing_texts_.begin(), missing_texts_.end(), [&](const std::string& m) { return m == text; });
}

bool CellReader::parse_number(std::string_view text, double& value) const {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const std::size_t first = !text.empty() && text[0] == '-' ? 1 : 0;
  if (first >= text.size() || !(digit(text[first]) || text[first] == decimal_)) return false;
  std::string pointed;
  if (decimal_ != '.') {
    if (text.find('.') != std::string_view::npos) return false;
    pointed = text;
    std::replace(pointed.begin(), pointed.end(), decimal_, '.');
    text = pointed;
  }
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

CellKind CellReader::read(std::string_view text, double& value) const {
  const std::string_view trimmed = without_blanks(text);
  if (trimmed.empty() || missing(trimmed)) return CellKind::missing;
  if (parse_number(trimmed, value)) return code_like(trimmed) ? CellKind::code : CellKind::number;
  if (parse_date(trimmed, value)) return CellKind::date;
  return infinity(trimmed, value) ? CellKind::number : CellKind::text;
}

}  // namespace puente::io
