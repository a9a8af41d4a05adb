#include "io/hdf5/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "io/hdf5/objects.hpp"

namespace puente::io {

namespace {

constexpr std::size_t step_bytes = 8 << 20;

/// A pair of open objects and where they are.
struct Pair {
  hid_t a, b;
  std::string path;
};

using Differences = std::vector<Difference>;

bool left_out(const std::string& path) { return path == "/provenance" || path == "/checksums"; }

/// One value as a person reads it.
std::string text_of(hid_t type, const std::byte* value) {
  const bool real = H5Tget_class(type) == H5T_FLOAT, whole = H5Tget_class(type) == H5T_INTEGER;
  const std::size_t size = H5Tget_size(type);
  std::byte copy[8]{};
  if ((!real && !whole) || size > sizeof copy) return "(other bytes)";
  std::memcpy(copy, value, size);
  const bool is_signed = whole && H5Tget_sign(type) == H5T_SGN_2;
  const hid_t target = real ? H5T_NATIVE_DOUBLE : is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
  check(H5Tconvert(type, target, 1, copy, nullptr, H5P_DEFAULT), "convert a value");
  if (real) {
    double number = 0;
    std::memcpy(&number, copy, sizeof number);
    return fmt::format("{:.17g}", number);
  }
  std::int64_t number = 0;
  std::memcpy(&number, copy, sizeof number);
  return is_signed ? fmt::format("{}", number) : fmt::format("{}", static_cast<std::uint64_t>(number));
}

std::string index_text(std::size_t position, const std::vector<hsize_t>& shape) {
  std::string text;
  for (std::size_t d = shape.size(); d-- > 0; position /= shape[d])
    text = std::to_string(position % shape[d]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

/// The first difference of a dataset and how many there are.
struct Tally {
  std::size_t count = 0, first = 0;
  std::string in_a, in_b;
  void add(std::size_t position, const std::string& a, const std::string& b) {
    if (count++ > 0) return;
    first = position;
    in_a = a;
    in_b = b;
  }
};

void report(const Tally& tally, const std::string& path, const std::vector<hsize_t>& shape,
            Differences& out) {
  if (tally.count == 0) return;
  out.push_back({path, fmt::format("{} of {} values differ, first at {}: {} and {}", tally.count,
                                   count_of(shape), index_text(tally.first, shape), tally.in_a, tally.in_b)});
}

Tally tally_bytes(hid_t type, const std::byte* a, const std::byte* b, std::size_t n, std::size_t first,
                  Tally tally) {
  const std::size_t size = H5Tget_size(type);
  if (std::memcmp(a, b, n * size) == 0) return tally;
  for (std::size_t i = 0; i < n; ++i)
    if (std::memcmp(a + i * size, b + i * size, size) != 0) {
      if (tally.count == 0)
        tally.add(first + i, text_of(type, a + i * size), text_of(type, b + i * size));
      else
        ++tally.count;
    }
  return tally;
}

/// Rows [first, first + rows) along the first dimension, as bytes of the stored type.
void read_slab(hid_t dataset, hid_t type, std::vector<hsize_t> shape, hsize_t first, hsize_t rows,
               std::byte* out) {
  if (shape.empty()) {
    check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out), "read a value");
    return;
  }
  std::vector<hsize_t> start(shape.size(), 0);
  start[0] = first;
  shape[0] = rows;
  const SpaceHandle stored(H5Dget_space(dataset), "read a shape");
  check(H5Sselect_hyperslab(stored, H5S_SELECT_SET, start.data(), nullptr, shape.data(), nullptr),
        "select rows");
  const SpaceHandle memory(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                           "select rows");
  check(H5Dread(dataset, type, memory, stored, H5P_DEFAULT, out), "read values");
}

Tally tally_numbers(const Pair& pair, hid_t type, const std::vector<hsize_t>& shape) {
  const hsize_t rows = shape.empty() ? 1 : shape[0];
  const std::size_t row_values = rows == 0 ? 0 : count_of(shape) / rows;
  const std::size_t row_bytes = std::max<std::size_t>(row_values * H5Tget_size(type), 1);
  const hsize_t step = std::max<hsize_t>(step_bytes / row_bytes, 1);
  std::vector<std::byte> a(std::min(step, rows) * row_bytes), b(a.size());
  Tally tally;
  for (hsize_t first = 0; first < rows && row_values > 0; first += step) {
    const hsize_t n = std::min(step, rows - first);
    read_slab(pair.a, type, shape, first, n, a.data());
    read_slab(pair.b, type, shape, first, n, b.data());
    tally = tally_bytes(type, a.data(), b.data(), n * row_values, first * row_values, tally);
  }
  return tally;
}

Tally tally_strings(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  Tally tally;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) tally.add(i, '"' + a[i] + '"', '"' + b[i] + '"');
  return tally;
}

std::string shape_text(const std::vector<hsize_t>& shape) {
  return fmt::format("({})", fmt::join(shape, " × "));
}

void compare_values(const Pair& pair, Differences& out) {
  const TypeHandle type_a(H5Dget_type(pair.a), "read a type"), type_b(H5Dget_type(pair.b), "read a type");
  const auto shape = shape_of(pair.a), other = shape_of(pair.b);
  if (check(H5Tequal(type_a, type_b), "compare types") == 0)
    out.push_back({pair.path, "the types differ"});
  else if (shape != other)
    out.push_back({pair.path, "the shapes differ: " + shape_text(shape) + " and " + shape_text(other)});
  else if (H5Tget_class(type_a) == H5T_STRING)
    report(tally_strings(read_strings(pair.a), read_strings(pair.b)), pair.path, shape, out);
  else
    report(tally_numbers(pair, type_a, shape), pair.path, shape, out);
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::set<std::string>*>(names)->insert(name);
  return 0;
}

/// Attributes that say something; those that tie datasets to dimensions hold addresses and are compared by
/// name.
std::set<std::string> attribute_names(hid_t object) {
  std::set<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names), "list attributes");
  names.erase("DIMENSION_LIST");
  names.erase("REFERENCE_LIST");
  return names;
}

std::vector<std::byte> attribute_bytes(hid_t attribute, hid_t type) {
  const SpaceHandle space(H5Aget_space(attribute), "read the shape of an attribute");
  const auto count =
      static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space), "read the shape of an attribute"));
  std::vector<std::byte> bytes(count * H5Tget_size(type));
  if (count > 0) check(H5Aread(attribute, type, bytes.data()), "read an attribute");
  return bytes;
}

bool is_text(hid_t type) { return H5Tget_class(type) == H5T_STRING; }

std::string attribute_difference(const Pair& pair, const char* name) {
  const AttributeHandle a(H5Aopen(pair.a, name, H5P_DEFAULT), "open an attribute");
  const AttributeHandle b(H5Aopen(pair.b, name, H5P_DEFAULT), "open an attribute");
  const TypeHandle type_a(H5Aget_type(a), "read a type"), type_b(H5Aget_type(b), "read a type");
  if (is_text(type_a) && is_text(type_b)) {
    const auto text_a = *read_text_attribute(pair.a, name), text_b = *read_text_attribute(pair.b, name);
    return text_a == text_b ? "" : fmt::format("\"{}\" and \"{}\"", text_a, text_b);
  }
  if (check(H5Tequal(type_a, type_b), "compare types") == 0) return "the types differ";
  const auto bytes_a = attribute_bytes(a, type_a), bytes_b = attribute_bytes(b, type_b);
  if (bytes_a == bytes_b) return "";
  const bool one = bytes_a.size() == H5Tget_size(type_a) && bytes_b.size() == bytes_a.size();
  return one ? text_of(type_a, bytes_a.data()) + " and " + text_of(type_b, bytes_b.data())
             : "the values differ";
}

/// Names of both; a name that only one has is a difference.
std::vector<std::string> common(const std::set<std::string>& a, const std::set<std::string>& b,
                                const std::string& prefix, Differences& out) {
  std::vector<std::string> both, only_a, only_b;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only_a));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(only_b));
  for (const std::string& name : only_a) out.push_back({prefix + name, "only in the first file"});
  for (const std::string& name : only_b) out.push_back({prefix + name, "only in the second file"});
  return both;
}

void compare_attributes(const Pair& pair, Differences& out) {
  for (const std::string& name :
       common(attribute_names(pair.a), attribute_names(pair.b), pair.path + "@", out)) {
    const std::string text = attribute_difference(pair, name.c_str());
    if (!text.empty()) out.push_back({pair.path + "@" + name, text});
  }
}

void compare_dataset(const Pair& pair, Differences& out) {
  compare_attributes(pair, out);
  compare_values(pair, out);
  if (!is_scale(pair.a) && !is_scale(pair.b) && scale_names(pair.a) != scale_names(pair.b))
    out.push_back({pair.path, "the dimensions have different names"});
}

std::set<std::string> names_in(hid_t group, const std::string& path) {
  std::set<std::string> names;
  for (const std::string& name : link_names(group))
    if (!left_out(path + name)) names.insert(name);
  return names;
}

void compare_groups(const Pair& pair, Differences& out) {
  compare_attributes(pair, out);
  const std::string prefix = pair.path == "/" ? pair.path : pair.path + "/";
  for (const std::string& name : common(names_in(pair.a, prefix), names_in(pair.b, prefix), prefix, out)) {
    const bool group_a = is_group(pair.a, name), group_b = is_group(pair.b, name);
    if (group_a != group_b)
      out.push_back({prefix + name, "a group in one file and a dataset in the other"});
    else if (group_a)
      compare_groups({open_group(pair.a, name), open_group(pair.b, name), prefix + name}, out);
    else
      compare_dataset({open_dataset(pair.a, name), open_dataset(pair.b, name), prefix + name}, out);
  }
}

}  // namespace

std::vector<Difference> compare_files(const std::string& a, const std::string& b) {
  const FileHandle file_a = open_hdf5(a), file_b = open_hdf5(b);
  Differences differences;
  compare_groups({file_a, file_b, "/"}, differences);
  return differences;
}

}  // namespace puente::io
