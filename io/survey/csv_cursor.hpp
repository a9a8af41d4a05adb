// Walks over CSV text (RFC 4180: quotes, doubled quotes, newlines inside quotes; CRLF, LF or CR ends a row) without
// copying it. Borrows the text. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace puente::io {

struct CsvCell {
  std::string_view raw;  ///< without the outer quotes
  bool quoted = false;
  bool doubled = false;  ///< holds doubled quotes
  /// The text, doubled quotes undone; `scratch` lends room.
  std::string_view text(std::string& scratch) const;
};

class CsvCursor {
 public:
  CsvCursor(std::string_view text, char delimiter, std::string file);
  /// False at the end. Throws Error (bad_input) with the line on a quote that never closes or is followed by text.
  bool next_row(std::vector<CsvCell>& cells);
  /// Line on which the last row started, from 1.
  std::int64_t line() const { return row_line_; }

 private:
  CsvCell next_cell();
  CsvCell quoted_cell();
  void end_row();
  bool at_row_end() const;

  std::string_view text_;
  std::size_t position_ = 0;
  char delimiter_;
  std::string file_;
  std::int64_t line_ = 1;
  std::int64_t row_line_ = 1;
};

}  // namespace puente::io
