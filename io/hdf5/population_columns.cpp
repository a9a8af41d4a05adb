#include "io/hdf5/population_columns.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/population/first_where.hpp"
#include "io/hdf5/objects.hpp"
#include "io/hdf5/population_layout.hpp"

namespace puente::io {

namespace {

namespace names = population_names;

constexpr std::int64_t piece_bytes = 512 << 10;

ColumnType integer_type(std::size_t size) {
  if (size == 1) return ColumnType::i8;
  if (size == 2) return ColumnType::i16;
  return size == 4 ? ColumnType::i32 : ColumnType::i64;
}

ColumnType stored_type(hid_t dataset, const std::string& path) {
  const TypeHandle type(H5Dget_type(dataset), "read a type");
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t size = H5Tget_size(type);
  if (kind == H5T_ENUM && size == 1) return ColumnType::boolean;
  if (kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2 && size <= 8) return integer_type(size);
  if (kind == H5T_FLOAT && (size == 4 || size == 8)) return size == 4 ? ColumnType::f32 : ColumnType::f64;
  throw bad_input("'" + path +
                  "' is neither a signed integer nor a floating-point number of 4 or 8 bytes; text and "
                  "categories are stored as integers with labels in /codebook");
}

/// Columns the engine needs in one type are widened to it where the file is narrower.
ColumnType needed_type(const ColumnInfo& column, const std::string& path) {
  const bool real = column.type == ColumnType::f32 || column.type == ColumnType::f64;
  const auto need = [&](bool holds, const char* what) {
    if (!holds) throw bad_input("'" + path + "' is of type " + name_of(column.type) + ", not " + what);
  };
  if (column.entity == Entity::household && column.name == "id") {
    need(!real, "an integer");
    return ColumnType::i64;
  }
  if (column.entity == Entity::household && column.name == "weight") {
    need(real, "floating-point");
    return ColumnType::f64;
  }
  if (column.entity == Entity::person && column.name == "line") {
    need(!real && bytes_of(column.type) <= 2, "an integer of at most two bytes");
    return ColumnType::i16;
  }
  return column.type;
}

std::vector<std::string> split_meanings(const std::string& meanings) {
  std::istringstream words(meanings);
  std::vector<std::string> labels;
  for (std::string word; words >> word;) labels.push_back(word);
  return labels;
}

/// Empty when the column is not a category.
std::vector<std::string> read_labels(hid_t file, hid_t dataset, const ColumnInfo& column) {
  const auto named = read_text_attribute(dataset, names::codebook);
  const auto meanings = read_text_attribute(dataset, "flag_meanings");
  if (!named && !meanings) return {};
  const bool codebook = has_link(file, names::codebook);
  for (const std::string& name :
       {named.value_or(""), std::string(name_of(column.entity)) + "." + column.name, column.name}) {
    const std::string path = std::string(names::codebook) + "/" + name;
    if (codebook && !name.empty() && has_link(file, path)) return read_strings(open_dataset(file, path));
  }
  if (!meanings)
    throw bad_input("column '" + column.name + "' names labels '" + *named + "' that are not in /codebook");
  return split_meanings(*meanings);
}

void check_flag_values(hid_t dataset, const std::string& path) {
  if (!has_attribute(dataset, "flag_values")) return;
  const AttributeHandle attribute(H5Aopen(dataset, "flag_values", H5P_DEFAULT), "open flag_values");
  const SpaceHandle space(H5Aget_space(attribute), "read flag_values");
  std::vector<std::int64_t> values(
      static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space), "read flag_values")));
  check(H5Aread(attribute, H5T_NATIVE_INT64, values.data()), "read flag_values");
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != static_cast<std::int64_t>(i))
      throw bad_input("'" + path + "': flag_values are not 0, 1, 2, …; store the index of each label");
}

void describe(hid_t file, StoredColumn& column) {
  ColumnInfo& info = column.info;
  info.type = stored_type(column.dataset, column.path);
  if (info.type == ColumnType::i8 && read_text_attribute(column.dataset, names::type_attribute) == "bool")
    info.type = ColumnType::boolean;
  info.type = needed_type(info, column.path);
  info.unit = Unit::parse(read_text_attribute(column.dataset, "units").value_or(""));
  info.long_name = read_text_attribute(column.dataset, "long_name").value_or("");
  info.complete = read_integer_attribute(column.dataset, "complete").value_or(0) != 0;
  if (info.type != ColumnType::boolean) info.labels = read_labels(file, column.dataset, info);
  if (!info.category()) return;
  check_flag_values(column.dataset, column.path);
  info.ordered = read_integer_attribute(column.dataset, "ordered").value_or(0) != 0;
}

void read_fill(StoredColumn& column) {
  const bool real = column.info.type == ColumnType::f32 || column.info.type == ColumnType::f64;
  if (real) return;
  const auto fill = read_integer_attribute(column.dataset, "_FillValue");
  if (fill && *fill != missing_code(column.info.type)) column.fill = fill;
}

StoredColumn open_column(hid_t file, Entity entity, const std::string& name) {
  StoredColumn column;
  column.info.name = name;
  column.info.entity = entity;
  column.path = std::string("/") + name_of(entity) + "/" + name;
  column.dataset = open_dataset(file, column.path);
  const auto shape = shape_of(column.dataset);
  if (shape.size() != 1)
    throw bad_input("'" + column.path + "' is not one-dimensional: a column has one value a row");
  column.rows = static_cast<std::int64_t>(shape[0]);
  return column;
}

bool is_pure_dimension(hid_t dataset) {
  const auto name = read_text_attribute(dataset, "NAME");
  return name && name->starts_with("This is a netCDF dimension but not a netCDF variable");
}

/// Checksums speak of bytes as this program writes them.
bool stored_as_written(const StoredColumn& column) {
  const TypeHandle type(H5Dget_type(column.dataset), "read a type");
  return check(H5Tequal(type, file_type(column.info.type)), "compare types") > 0;
}

void read_plain(const StoredColumn& column, std::int64_t first, std::int64_t n, void* out) {
  if (n == 0) return;
  const auto start = static_cast<hsize_t>(first), count = static_cast<hsize_t>(n);
  const SpaceHandle stored(H5Dget_space(column.dataset), "read a shape");
  check(H5Sselect_hyperslab(stored, H5S_SELECT_SET, &start, nullptr, &count, nullptr), "select rows");
  const SpaceHandle memory(H5Screate_simple(1, &count, nullptr), "select rows");
  check(H5Dread(column.dataset, memory_type(column.info.type), memory, stored, H5P_DEFAULT, out),
        "read '" + column.path + "'");
}

void check_block(const StoredColumn& column, std::int64_t block, const void* bytes, std::int64_t rows) {
  const auto size = static_cast<std::size_t>(rows) * bytes_of(column.info.type);
  if (XXH3_64bits(bytes, size) == column.hashes.at(static_cast<std::size_t>(block))) {
    column.checked[static_cast<std::size_t>(block)] = true;
    return;
  }
  throw Error(ExitCode::io_error, "'" + column.path + "' is damaged near row " +
                                      std::to_string(block * column.rows_per_block) +
                                      ": its bytes differ from their checksum; copy or make the file again");
}

/// Compares every block that holds a row of [first, first + n); blocks that reach beyond are read whole.
void check_blocks(const StoredColumn& column, std::int64_t first, std::int64_t n, const std::byte* values) {
  if (column.hashes.empty() || n == 0) return;
  const std::int64_t per = column.rows_per_block;
  const std::size_t width = bytes_of(column.info.type);
  std::vector<std::byte> edge;
  for (std::int64_t block = first / per; block * per < first + n; ++block) {
    if (column.checked[static_cast<std::size_t>(block)]) continue;
    const std::int64_t begin = block * per, rows = std::min(per, column.rows - begin);
    if (begin >= first && begin + rows <= first + n) {
      check_block(column, block, values + static_cast<std::size_t>(begin - first) * width, rows);
      continue;
    }
    edge.resize(static_cast<std::size_t>(rows) * width);
    read_plain(column, begin, rows, edge.data());
    check_block(column, block, edge.data(), rows);
  }
}

/// Calls f with the values as integers of their stored width.
template <class Function>
void with_integers(ColumnType type, void* values, Function&& f) {
  switch (bytes_of(type)) {
    case 1:
      return f(static_cast<std::int8_t*>(values));
    case 2:
      return f(static_cast<std::int16_t*>(values));
    case 4:
      return f(static_cast<std::int32_t*>(values));
    default:
      return f(static_cast<std::int64_t*>(values));
  }
}

void recode_missing(const StoredColumn& column, std::int64_t n, void* values) {
  if (!column.fill) return;
  with_integers(column.info.type, values, [&]<class T>(T* code) {
    for (std::int64_t i = 0; i < n; ++i)
      if (code[i] == *column.fill) code[i] = std::numeric_limits<T>::lowest();
  });
}

/// Throws Error (bad_input) at the first code that is neither missing nor a label's index.
void check_codes(const StoredColumn& column, std::int64_t first, std::int64_t n, void* values) {
  if (!column.info.category()) return;
  const auto labels = static_cast<std::int64_t>(column.info.labels.size());
  with_integers(column.info.type, values, [&]<class T>(const T* code) {
    constexpr T missing = std::numeric_limits<T>::lowest();
    const auto last = static_cast<T>(std::min<std::int64_t>(labels - 1, std::numeric_limits<T>::max()));
    const std::ptrdiff_t row = first_where(code, static_cast<std::size_t>(n), [last](T c) { return (c != missing) & ((c < 0) | (c > last)); });
    if (row >= 0)
      throw bad_input("'" + column.path + "' has the code " + std::to_string(code[row]) + " at row " +
                      std::to_string(first + row) + " and " + std::to_string(labels) +
                      " labels, numbered from 0");
  });
}

/// Throws when a column that says it is complete has a missing value.
void check_complete(const StoredColumn& column, std::int64_t first, std::int64_t n, const void* values) {
  if (!column.info.complete) return;
  const std::ptrdiff_t row = first_missing({column.info.type, values, static_cast<std::size_t>(n)});
  if (row >= 0)
    throw bad_input("'" + column.path + "' says that no value is missing (attribute 'complete') and row " +
                    std::to_string(first + row) + " is: remove the attribute");
}

/// Rows read at a time: about so many bytes, whole blocks of checksums.
std::int64_t rows_of_piece(const StoredColumn& column) {
  const std::int64_t rows = piece_bytes / static_cast<std::int64_t>(bytes_of(column.info.type)), block = column.rows_per_block;
  return block == 0 ? rows : std::max(block, rows / block * block);
}

std::vector<std::uint64_t> read_hashes(hid_t group) {
  const DatasetHandle dataset = open_dataset(group, names::hashes);
  std::vector<std::uint64_t> hashes(count_of(shape_of(dataset)));
  if (!hashes.empty())
    check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, hashes.data()),
          "read the checksums");
  return hashes;
}

Error bad_checksums() {
  return {ExitCode::io_error,
          "the list of checksums does not fit the columns: the file is damaged, make it again"};
}

}  // namespace

std::vector<StoredColumn> open_columns(hid_t file, Entity entity) {
  const std::string group = name_of(entity);
  if (!has_link(file, group) || !is_group(file, group)) throw bad_input("it has no group /" + group);
  std::vector<StoredColumn> columns;
  for (const std::string& name : link_names(open_group(file, group))) {
    const bool own = entity == Entity::household && (name == names::offset || name == names::edge);
    if (own || is_group(file, group + "/" + name)) continue;
    StoredColumn column = open_column(file, entity, name);
    if (is_pure_dimension(column.dataset)) continue;
    describe(file, column);
    read_fill(column);
    columns.push_back(std::move(column));
  }
  return columns;
}

StoredColumn open_offsets(hid_t file) {
  if (!has_link(file, "household") || !has_link(file, std::string("household/") + names::offset))
    throw bad_input("it has no /household/person_offset");
  StoredColumn column = open_column(file, Entity::household, names::offset);
  column.info.type = ColumnType::i64;
  const ColumnType type = stored_type(column.dataset, column.path);
  if (type == ColumnType::f32 || type == ColumnType::f64)
    throw bad_input("/household/person_offset is not of integers");
  if (column.rows < 1)
    throw bad_input("/household/person_offset is empty; it has one number more than households");
  return column;
}

void attach_checksums(hid_t file, const std::vector<StoredColumn*>& columns) {
  if (!has_link(file, names::checksums)) return;
  const GroupHandle group = open_group(file, names::checksums);
  const DatasetHandle stored = open_dataset(group, names::hashes);
  const std::int64_t block = read_integer_attribute(stored, "block_bytes").value_or(checksum_block);
  if (block <= 0 || block % 8 != 0) throw bad_checksums();
  std::map<std::string, StoredColumn*> by_path;
  for (StoredColumn* column : columns) by_path[column->path] = column;
  const std::vector<std::uint64_t> hashes = read_hashes(group);
  std::size_t next = 0;
  for (const std::string& path : read_strings(open_dataset(group, "dataset"))) {
    const auto found = by_path.find(path);
    if (found == by_path.end()) throw bad_checksums();
    StoredColumn& column = *found->second;
    column.rows_per_block = block / static_cast<std::int64_t>(bytes_of(column.info.type));
    const auto blocks =
        static_cast<std::size_t>((column.rows + column.rows_per_block - 1) / column.rows_per_block);
    if (next + blocks > hashes.size()) throw bad_checksums();
    const auto begin = hashes.begin() + static_cast<std::ptrdiff_t>(next);
    if (stored_as_written(column)) column.hashes.assign(begin, begin + static_cast<std::ptrdiff_t>(blocks));
    column.checked.assign(column.hashes.size(), false);
    next += blocks;
  }
  if (next != hashes.size()) throw bad_checksums();
}

void read_rows(const StoredColumn& column, std::int64_t first, std::int64_t n, void* out) {
  read_plain(column, first, n, out);
  check_blocks(column, first, n, static_cast<const std::byte*>(out));
  recode_missing(column, n, out);
}

void read_sound_rows(const StoredColumn& column, std::int64_t first, std::int64_t n, void* out) {
  const std::int64_t piece = rows_of_piece(column), last = first + n;
  auto* to = static_cast<std::byte*>(out);
  for (std::int64_t begin = first; begin < last;) {
    const std::int64_t end = std::min(last, (begin / piece + 1) * piece);
    read_rows(column, begin, end - begin, to);
    check_codes(column, begin, end - begin, to);
    check_complete(column, begin, end - begin, to);
    to += static_cast<std::size_t>(end - begin) * bytes_of(column.info.type);
    begin = end;
  }
}

}  // namespace puente::io
