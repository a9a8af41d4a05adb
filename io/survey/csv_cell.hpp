// What one CSV cell is: missing, a number, a date or text. Immutable; safe to share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace puente::io {

enum class CellKind {
  missing,
  number,
  code,  ///< digits that a number would not give back: a leading zero, or more than f64 holds
  date,  ///< YYYY-MM-DD
  text,
};

class CellReader {
 public:
  CellReader(char decimal, std::vector<std::string> missing_texts);
  bool missing(std::string_view text) const;
  /// `value` is set for numbers, codes (rounded) and dates (days since 1970-01-01).
  CellKind read(std::string_view text, double& value) const;

 private:
  bool parse_number(std::string_view text, double& value) const;

  char decimal_;
  std::vector<std::string> missing_texts_;
};

std::string_view without_blanks(std::string_view text);

}  // namespace puente::io
