// CSV and CSV.gz. The text is held in memory and walked once for the numbers; a second time only where a column
// turned out to be text. Delimiter, decimal mark and encoding are detected unless the map gives them, and what was
// decided is noted in the table.
#include <algorithm>
#include <set>

#include "engine/core/error.hpp"
#include "io/survey/csv_cell.hpp"
#include "io/survey/csv_cursor.hpp"
#include "io/survey/csv_detect.hpp"
#include "io/survey/gunzip.hpp"
#include "io/survey/table_file.hpp"
#include "io/survey/text_encoding.hpp"

namespace puente::io {

namespace {

/// First cell of a kind in a column, for messages.
struct Sighting {
  std::int64_t count = 0;
  std::int64_t line = 0;
  std::string value;
  void see(std::int64_t at, std::string_view what) {
    if (count++ == 0) {
      line = at;
      value = what;
    }
  }
};

/// What a column turned out to hold while it was read as numbers.
struct Content {
  Sighting numbers, codes, dates, texts;
  bool numeric(Want want) const {
    if (want == Want::text || texts.count > 0) return false;
    if (want != Want::number && codes.count > 0) return false;
    return dates.count == 0 || (numbers.count == 0 && codes.count == 0);
  }
};

std::string quoted(const Sighting& sighting) {
  return "'" + sighting.value.substr(0, 60) + "' at line " + std::to_string(sighting.line);
}

std::string more(const Sighting& sighting) {
  return sighting.count > 1 ? " (and " + std::to_string(sighting.count - 1) + " more)" : "";
}

/// Why a column cannot be taken as wanted, or "".
std::string complaint(const Content& content, Want want) {
  const Sighting& text = content.texts.count > 0 ? content.texts : content.dates;
  const bool mixed = text.count > 0 && content.numbers.count + content.codes.count > 0;
  if (want == Want::number && content.texts.count > 0)
    return "holds text where the map wants a number: " + quoted(text) + more(text) +
           "; correct the file, or list the text in missing_texts";
  if ((want == Want::number || want == Want::any) && mixed)
    return "holds numbers (" + quoted(content.numbers.count > 0 ? content.numbers : content.codes) + ") and text: " +
           quoted(text) + more(text) +
           "; correct the file, list the text in missing_texts, or say type = \"category\" to take all as text";
  if (want == Want::number && content.codes.count > 0 && content.codes.value.size() > 16)
    return "holds a whole number that a number of 64 bits does not hold exactly: " + quoted(content.codes) +
           "; take it as text, with type = \"category\"";
  return "";
}

class CsvFile : public TableFile {
 public:
  CsvFile(const std::string& path, bool compressed, const TableOptions& options) : path_(path), options_(options) {
    bytes_ = compressed ? gunzip(read_bytes(path), path) : read_bytes(path);
    decode();
    text_ = bytes_;
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
    delimiter_ = options.delimiter.value_or(detect_delimiter(text_));
    const char decimal = options.decimal.value_or(detect_decimal(text_, delimiter_, path));
    cells_ = CellReader(decimal, options.missing_texts);
    note(decimal);
    read_names();
  }

  const std::vector<std::string>& columns() const override { return names_; }
  Table read(std::span<const WantedColumn> wanted) override;

 private:
  void decode();
  void note(char decimal);
  void read_names();
  void start(std::span<const WantedColumn> wanted, Table& table);
  void read_numbers(std::span<const WantedColumn> wanted, Table& table);
  void read_number(const CsvCell& cell, std::int64_t line, Want want, TableColumn& column, Content& content);
  void read_words(Table& table);
  void complain(std::span<const WantedColumn> wanted) const;
  /// Calls row(cells, line) for each row of data.
  template <class Row>
  void for_each_row(const Row& row) const;

  std::string path_;
  TableOptions options_;
  std::string bytes_;
  std::string_view text_;
  char delimiter_ = ',';
  CellReader cells_{'.', {}};
  std::vector<std::string> names_, notes_;
  std::vector<std::size_t> source_;  ///< of each wanted column: its place in a row
  std::vector<Content> contents_;
  std::string scratch_;
};

void CsvFile::decode() {
  if (bytes_.empty()) throw bad_input(path_ + ": is empty");
  if (!options_.encoding.empty() && options_.encoding != "UTF-8" && options_.encoding != "utf-8") {
    bytes_ = to_utf8(bytes_, options_.encoding, path_);
    return;
  }
  const std::size_t wrong = invalid_utf8(bytes_);
  if (wrong == std::string_view::npos) return;
  const auto line = 1 + std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(wrong), '\n');
  if (!options_.encoding.empty())
    throw bad_input(path_ + ":" + std::to_string(line) + ": is not UTF-8 as the map says; try encoding = \"windows-1252\"");
  bytes_ = to_utf8(bytes_, "windows-1252", path_);
  notes_.push_back("is not UTF-8 (line " + std::to_string(line) + ") and was read as windows-1252; say encoding = \"…\" in the map if it is another");
}

void CsvFile::note(char decimal) {
  if (delimiter_ != ',')
    notes_.push_back("columns are divided by " + (delimiter_ == '\t' ? "tabs" : std::string("'") + delimiter_ + "'"));
  if (decimal != '.') notes_.push_back("the decimal mark is a comma");
  if (!text_.empty() && text_.back() != '\n' && text_.back() != '\r')
    notes_.push_back("the last line does not end: if the file was cut there, its last row is wrong");
}

void CsvFile::read_names() {
  CsvCursor cursor(text_, delimiter_, path_);
  std::vector<CsvCell> cells;
  cursor.next_row(cells);
  std::set<std::string> seen;
  for (const CsvCell& cell : cells) {
    names_.emplace_back(without_blanks(cell.text(scratch_)));
    if (!names_.back().empty() && !seen.insert(names_.back()).second)
      throw bad_input(path_ + ":1: two columns are named '" + names_.back() + "'; rename one");
  }
  if (seen.empty()) throw bad_input(path_ + ":1: names no column; the first line of a CSV file names its columns");
}

template <class Row>
void CsvFile::for_each_row(const Row& row) const {
  CsvCursor cursor(text_, delimiter_, path_);
  std::vector<CsvCell> cells;
  cursor.next_row(cells);
  while (cursor.next_row(cells)) {
    if (cells.size() == 1 && names_.size() > 1 && cells[0].raw.empty()) continue;
    if (cells.size() != names_.size())
      throw bad_input(path_ + ":" + std::to_string(cursor.line()) + ": has " + std::to_string(cells.size()) +
                      " cells where the first line names " + std::to_string(names_.size()) +
                      " columns; the file is cut or damaged, or a text with '" + delimiter_ + "' is not quoted");
    row(cells, cursor.line());
  }
}

void CsvFile::start(std::span<const WantedColumn> wanted, Table& table) {
  table.file = path_;
  table.notes = notes_;
  table.columns.resize(wanted.size());
  contents_.assign(wanted.size(), {});
  source_.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    table.columns[i].name = wanted[i].name;
    const auto at = std::find(names_.begin(), names_.end(), wanted[i].name);
    expect(at != names_.end(), "a wanted column is not in the file");
    source_.push_back(static_cast<std::size_t>(at - names_.begin()));
  }
}

void CsvFile::read_number(const CsvCell& cell, std::int64_t line, Want want, TableColumn& column, Content& content) {
  double value = std::numeric_limits<double>::quiet_NaN();
  const std::string_view text = cell.text(scratch_);
  switch (cells_.read(text, value)) {
    case CellKind::missing: break;
    case CellKind::number: content.numbers.see(line, text); break;
    case CellKind::code: content.codes.see(line, text); break;
    case CellKind::date: content.dates.see(line, text); break;
    case CellKind::text: content.texts.see(line, text); break;
  }
  if (content.numeric(want)) column.numbers.push_back(value);
}

void CsvFile::read_numbers(std::span<const WantedColumn> wanted, Table& table) {
  for_each_row([&](const std::vector<CsvCell>& row, std::int64_t line) {
    table.lines.push_back(line);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i].want != Want::text)
        read_number(row[source_[i]], line, wanted[i].want, table.columns[i], contents_[i]);
  });
  table.rows = table.lines.size();
}

void CsvFile::read_words(Table& table) {
  std::vector<WordCollector> words(table.columns.size());
  for_each_row([&](const std::vector<CsvCell>& row, std::int64_t) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      TableColumn& column = table.columns[i];
      if (!column.is_text()) continue;
      std::string_view text = row[source_[i]].text(scratch_);
      while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
      if (text.empty() || cells_.missing(text)) WordCollector::add_missing(column);
      else words[i].add(text, column);
    }
  });
}

void CsvFile::complain(std::span<const WantedColumn> wanted) const {
  std::string all;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string what = complaint(contents_[i], wanted[i].want);
    if (!what.empty()) all += (all.empty() ? "" : "\n") + path_ + ": column '" + wanted[i].name + "' " + what;
  }
  if (!all.empty()) throw bad_input(all);
}

Table CsvFile::read(std::span<const WantedColumn> wanted) {
  Table table;
  start(wanted, table);
  read_numbers(wanted, table);
  complain(wanted);
  bool any_text = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    TableColumn& column = table.columns[i];
    if (!contents_[i].numeric(wanted[i].want)) {
      column.kind = TableColumn::Kind::text;
      column.numbers = {};
      any_text = true;
    } else if (contents_[i].dates.count > 0) {
      column.kind = TableColumn::Kind::date;
    }
  }
  if (any_text) read_words(table);
  return table;
}

}  // namespace

std::unique_ptr<TableFile> open_csv(const std::string& path, bool compressed, const TableOptions& options) {
  return std::make_unique<CsvFile>(path, compressed, options);
}

}  // namespace puente::io
