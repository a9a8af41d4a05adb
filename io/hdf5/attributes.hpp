// Attributes of HDF5 objects: written as fixed-length UTF-8 text and plain numbers, which every tool reads;
// read back leniently (fixed or variable length, scalar or one element), because other tools write them in
// other ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/population/column.hpp"
#include "io/hdf5/handle.hpp"

namespace puente::io {

/// An HDF5 object header holds attributes of up to 64 KiB; longer text cannot be one.
constexpr std::size_t longest_attribute = 60'000;

void write_text_attribute(hid_t object, const char* name, const std::string& text);
void write_i32_attribute(hid_t object, const char* name, std::int32_t value);
/// Values stored with the integer type of a column, as CF wants of _FillValue and flag_values.
void write_typed_attribute(hid_t object, const char* name, ColumnType type,
                           const std::vector<std::int64_t>& values, bool scalar);

bool has_attribute(hid_t object, const char* name);
/// Empty when there is no such attribute; Error (bad_input) when it is not text.
std::optional<std::string> read_text_attribute(hid_t object, const char* name);
/// Empty when there is none; Error (bad_input) when it is not one integer.
std::optional<std::int64_t> read_integer_attribute(hid_t object, const char* name);

/// Text of a buffer of `count` strings of HDF5 type `type` (fixed or variable length) as read by HDF5;
/// releases what HDF5 allocated for it.
std::vector<std::string> take_strings(hid_t type, std::vector<char>& buffer, std::size_t count);
/// A UTF-8 string type: of `bytes` including the final zero, or of variable length.
TypeHandle fixed_string_type(std::size_t bytes);
TypeHandle variable_string_type();

/// How values of a column lie in the file (little-endian) and in memory.
hid_t file_type(ColumnType type);
hid_t memory_type(ColumnType type);

}  // namespace puente::io
