#include "io/survey/csv_cursor.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente::io {

std::string_view CsvCell::text(std::string& scratch) const {
  if (!doubled) return raw;
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    scratch += raw[i];
    if (raw[i] == '"') ++i;
  }
  return scratch;
}

CsvCursor::CsvCursor(std::string_view text, char delimiter, std::string file)
    : text_(text), delimiter_(delimiter), file_(std::move(file)) {}

bool CsvCursor::next_row(std::vector<CsvCell>& cells) {
  cells.clear();
  if (position_ >= text_.size()) return false;
  row_line_ = line_;
  while (true) {
    cells.push_back(next_cell());
    if (at_row_end()) break;
    ++position_;
  }
  end_row();
  return true;
}

bool CsvCursor::at_row_end() const {
  return position_ >= text_.size() || text_[position_] == '\n' || text_[position_] == '\r';
}

CsvCell CsvCursor::next_cell() {
  if (position_ < text_.size() && text_[position_] == '"') return quoted_cell();
  const std::size_t start = position_;
  while (position_ < text_.size() && text_[position_] != delimiter_ && text_[position_] != '\n' &&
         text_[position_] != '\r')
    ++position_;
  return {text_.substr(start, position_ - start), false, false};
}

CsvCell CsvCursor::quoted_cell() {
  CsvCell cell{{}, true, false};
  const std::size_t start = ++position_;
  while (true) {
    const std::size_t quote = text_.find('"', position_);
    if (quote == std::string_view::npos)
      throw bad_input(file_ + ":" + std::to_string(row_line_) +
                      ": a quote opened in this row never closes; the file ends early or a quote is missing");
    position_ = quote + 1;
    if (position_ >= text_.size() || text_[position_] != '"') break;
    cell.doubled = true;
    ++position_;
  }
  cell.raw = text_.substr(start, position_ - 1 - start);
  line_ += std::count(cell.raw.begin(), cell.raw.end(), '\n');
  if (!at_row_end() && text_[position_] != delimiter_)
    throw bad_input(file_ + ":" + std::to_string(row_line_) + ": text follows the closing quote of '" +
                    std::string(cell.raw.substr(0, 40)) + "'; write a quote inside quotes twice");
  return cell;
}

void CsvCursor::end_row() {
  if (position_ < text_.size() && text_[position_] == '\r') ++position_;
  if (position_ < text_.size() && text_[position_] == '\n' ) ++position_;
  ++line_;
}

}  // namespace puente::io
