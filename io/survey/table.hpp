// A raw table: a survey file as it lies on disk, in columns, before the map gives it meaning. Numbers are f64 with
// missing as NaN; text is UTF-8 and stored as an index into the distinct words of its column (missing: -1), so that
// tens of millions of cells stay small. Filled by one reader, then read-only.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

namespace puente::io {

/// A value label of the file: of a number, or of a text value (`text` then holds it).
struct ValueLabel {
  double code = std::numeric_limits<double>::quiet_NaN();
  std::string text;
  std::string label;
};

struct TableColumn {
  enum class Kind { number, date, text };  ///< a date is the number of days since 1970-01-01
  std::string name;
  std::string label;  ///< variable label
  Kind kind = Kind::number;
  std::vector<double> numbers;
  std::vector<std::int32_t> word_of;  ///< index into `words`
  std::vector<std::string> words;
  std::vector<ValueLabel> value_labels;  ///< in the order of their codes

  bool is_text() const { return kind == Kind::text; }
  std::size_t rows() const { return is_text() ? word_of.size() : numbers.size(); }
  bool missing(std::size_t row) const;
  /// The cell as text for messages and keys: shortest decimal of a number, the word, "" when missing.
  std::string cell(std::size_t row) const;
};

struct Table {
  std::string file;
  std::size_t rows = 0;
  std::vector<TableColumn> columns;
  std::vector<std::int64_t> lines;  ///< CSV: line on which each row starts; empty for binary files
  std::vector<std::string> notes;   ///< what the reader had to decide: encoding, delimiter, …

  const TableColumn* find(const std::string& name) const;
  /// "line 17 of persons.csv" or "row 16 of persons.sav": rows count from 1.
  std::string place(std::size_t row) const;
};

/// Collects the words of one text column.
class WordCollector {
 public:
  void add(std::string_view word, TableColumn& column);
  static void add_missing(TableColumn& column) { column.word_of.push_back(-1); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> index_;
};

/// Shortest decimal that reads back as x; whole numbers without a point.
std::string number_text(double x);

/// Days from 1970-01-01 to the proleptic Gregorian date (H. Hinnant, days_from_civil).
std::int64_t days_from_civil(std::int64_t year, int month, int day);

}  // namespace puente::io
