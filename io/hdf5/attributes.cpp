#include "io/hdf5/attributes.hpp"

#include <cstring>

namespace puente::io {

namespace {

void write_attribute(hid_t object, const char* name, hid_t stored, hid_t given, hid_t space,
                     const void* values) {
  AttributeHandle attribute(H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT),
                            std::string("create attribute '") + name + "'");
  check(H5Awrite(attribute, given, values), std::string("write attribute '") + name + "'");
  attribute.close("close an attribute");
}

AttributeHandle open_attribute(hid_t object, const char* name) {
  return {H5Aopen(object, name, H5P_DEFAULT), std::string("open attribute '") + name + "'"};
}

std::size_t count_of(hid_t attribute) {
  const SpaceHandle space(H5Aget_space(attribute), "read the shape of an attribute");
  return static_cast<std::size_t>(
      check(H5Sget_simple_extent_npoints(space), "read the shape of an attribute"));
}

std::string one_string(const char* text, std::size_t size, H5T_str_t padding) {
  std::string result(text, ::strnlen(text, size));
  if (padding == H5T_STR_SPACEPAD) result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

}  // namespace

void write_text_attribute(hid_t object, const char* name, const std::string& text) {
  if (text.size() > longest_attribute)
    throw bad_input(std::string("the text of '") + name + "' has " + std::to_string(text.size()) +
                    " bytes; the file format holds at most " + std::to_string(longest_attribute) +
                    ": shorten it");
  const SpaceHandle space(H5Screate(H5S_SCALAR), "create a data space");
  const TypeHandle type = fixed_string_type(text.size() + 1);
  write_attribute(object, name, type, type, space, text.c_str());
}

void write_i32_attribute(hid_t object, const char* name, std::int32_t value) {
  write_typed_attribute(object, name, ColumnType::i32, {value}, true);
}

void write_typed_attribute(hid_t object, const char* name, ColumnType type,
                           const std::vector<std::int64_t>& values, bool scalar) {
  const hsize_t n = values.size();
  const SpaceHandle space(scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, nullptr),
                          "create a data space");
  write_attribute(object, name, file_type(type), H5T_NATIVE_INT64, space, values.data());
}

bool has_attribute(hid_t object, const char* name) {
  return check(H5Aexists(object, name), "look for an attribute") > 0;
}

std::optional<std::string> read_text_attribute(hid_t object, const char* name) {
  if (!has_attribute(object, name)) return std::nullopt;
  const AttributeHandle attribute = open_attribute(object, name);
  const TypeHandle type(H5Aget_type(attribute), "read the type of an attribute");
  if (H5Tget_class(type) != H5T_STRING || count_of(attribute) != 1)
    throw bad_input(std::string("attribute '") + name + "' should be one text and is not");
  std::vector<char> buffer(H5Tget_size(type));
  check(H5Aread(attribute, type, buffer.data()), "read an attribute");
  return take_strings(type, buffer, 1).front();
}

std::optional<std::int64_t> read_integer_attribute(hid_t object, const char* name) {
  if (!has_attribute(object, name)) return std::nullopt;
  const AttributeHandle attribute = open_attribute(object, name);
  const TypeHandle type(H5Aget_type(attribute), "read the type of an attribute");
  if (H5Tget_class(type) != H5T_INTEGER || count_of(attribute) != 1)
    throw bad_input(std::string("attribute '") + name + "' should be one whole number and is not");
  std::int64_t value = 0;
  check(H5Aread(attribute, H5T_NATIVE_INT64, &value), "read an attribute");
  return value;
}

std::vector<std::string> take_strings(hid_t type, std::vector<char>& buffer, std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  const bool variable = check(H5Tis_variable_str(type), "read a string type") > 0;
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < count; ++i) {
    const char* text = buffer.data() + i * size;
    if (!variable) {
      strings.push_back(one_string(text, size, H5Tget_strpad(type)));
      continue;
    }
    char* allocated = nullptr;
    std::memcpy(&allocated, text, sizeof allocated);
    strings.emplace_back(allocated == nullptr ? "" : allocated);  // HDF5 returns null for an empty string
    H5free_memory(allocated);
  }
  return strings;
}

TypeHandle fixed_string_type(std::size_t bytes) {
  TypeHandle type(H5Tcopy(H5T_C_S1), "create a string type");
  check(H5Tset_size(type, bytes), "create a string type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "create a string type");
  return type;
}

TypeHandle variable_string_type() { return fixed_string_type(H5T_VARIABLE); }

hid_t file_type(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
    case ColumnType::i8:
      return H5T_STD_I8LE;
    case ColumnType::i16:
      return H5T_STD_I16LE;
    case ColumnType::i32:
      return H5T_STD_I32LE;
    case ColumnType::i64:
      return H5T_STD_I64LE;
    case ColumnType::f32:
      return H5T_IEEE_F32LE;
    case ColumnType::f64:
      break;
  }
  return H5T_IEEE_F64LE;
}

hid_t memory_type(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
    case ColumnType::i8:
      return H5T_NATIVE_INT8;
    case ColumnType::i16:
      return H5T_NATIVE_INT16;
    case ColumnType::i32:
      return H5T_NATIVE_INT32;
    case ColumnType::i64:
      return H5T_NATIVE_INT64;
    case ColumnType::f32:
      return H5T_NATIVE_FLOAT;
    case ColumnType::f64:
      break;
  }
  return H5T_NATIVE_DOUBLE;
}

}  // namespace puente::io
