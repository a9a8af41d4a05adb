// A column: what it is (ColumnInfo) and where its values lie (ColumnView). Storage is compact; conversion to f64
// happens inside a block. Missing is NaN in floats and the lowest value of the type in integers and booleans;
// categories store an index into `labels` (missing: lowest value).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "engine/core/large_pages.hpp"
#include "engine/core/units.hpp"

namespace puente {

enum class ColumnType : std::uint8_t { boolean, i8, i16, i32, i64, f32, f64 };
enum class Entity : std::uint8_t { household, person };

std::size_t bytes_of(ColumnType type);
const char* name_of(ColumnType type);            ///< "bool", "i8", … "f64"
bool parse_column_type(const std::string& text, ColumnType& type);  ///< false when there is no such type
inline const char* name_of(Entity entity) { return entity == Entity::household ? "household" : "person"; }

struct ColumnInfo {
  std::string name;
  Entity entity = Entity::household;
  ColumnType type = ColumnType::f64;
  Unit unit;
  std::string long_name;
  std::vector<std::string> labels;  ///< a category when not empty; values index into it
  bool ordered = false;             ///< a category whose labels stand in order
  bool complete = false;            ///< it is known that no value is missing
  bool category() const { return !labels.empty(); }
};

/// Values of a run of rows; `data` points at `rows` values of `type`, borrowed.
struct ColumnView {
  ColumnType type = ColumnType::f64;
  const void* data = nullptr;
  std::size_t rows = 0;
  bool complete = false;  ///< no value is missing: none is looked for
};

/// Converts rows [first, first + n) to f64, missing as NaN. i64 beyond 2^53 rounds.
void to_f64(const ColumnView& view, std::size_t first, std::size_t n, double* out);

/// Row of the first missing value, or -1.
std::ptrdiff_t first_missing(const ColumnView& view);

/// The missing value of integer types.
std::int64_t missing_code(ColumnType type);

/// An owned column.
class Column {
 public:
  Column() = default;
  Column(ColumnInfo info, std::size_t rows);
  /// One whose values are about to be written, all of them: until then they are anything.
  static Column unset(ColumnInfo info, std::size_t rows);
  const ColumnInfo& info() const { return info_; }
  ColumnInfo& info() { return info_; }
  std::size_t rows() const { return rows_; }
  void* data() { return bytes_.data(); }
  const void* data() const { return bytes_.data(); }
  template <class T> T* as() { return reinterpret_cast<T*>(bytes_.data()); }
  template <class T> const T* as() const { return reinterpret_cast<const T*>(bytes_.data()); }
  ColumnView view() const { return {info_.type, bytes_.data(), rows_, info_.complete}; }
  /// Stores x (NaN: missing), rounded to the type. False when x does not fit the type exactly as an integer.
  bool set(std::size_t row, double x);
  double get(std::size_t row) const;
  /// Room for this many rows in all.
  void reserve(std::size_t rows) { bytes_.reserve(rows * bytes_of(info_.type)); }
  /// Adds n rows of numbers that fit the type (NaN: missing).
  void append(const double* values, std::size_t n);
  /// Adds rows to an i64 column, which holds more digits than a double.
  void append_ids(std::span<const std::int64_t> ids);

 private:
  ColumnInfo info_;
  std::size_t rows_ = 0;
  std::vector<std::byte, LargePages<std::byte>> bytes_;
};

}  // namespace puente
