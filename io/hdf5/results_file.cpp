#include "io/hdf5/results_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/core/error.hpp"
#include "io/hdf5/commit.hpp"
#include "io/hdf5/objects.hpp"

namespace puente::io {

namespace {

constexpr const char* format_name = "puente-results";
constexpr std::int32_t format_version = 1;
constexpr const char* difference_group = "difference";
constexpr const char* provenance_group = "provenance";

using Scales = std::map<std::string, DatasetHandle>;

void write_optional(hid_t object, const char* name, const std::string& text) {
  if (!text.empty()) write_text_attribute(object, name, text);
}

DatasetHandle create_dimension(hid_t group, const Dimension& dimension) {
  DatasetHandle dataset;
  if (dimension.labels.empty()) {
    dataset = create_dataset(group, dimension.name, H5T_IEEE_F64LE, {dimension.values.size()},
                             Allocation::on_write);
    write_f64(dataset, dimension.values);
  } else {
    dataset = create_strings(group, dimension.name, dimension.labels, false);
  }
  write_optional(dataset, "units", dimension.units);
  write_optional(dataset, "long_name", dimension.long_name);
  make_scale(dataset, dimension.name, ScaleKind::coordinate, dimension.size());
  return dataset;
}

Scales create_dimensions(hid_t group, const std::vector<Dimension>& dimensions,
                         const std::set<std::string>& wanted) {
  Scales scales;
  for (const Dimension& dimension : dimensions)
    if (wanted.contains(dimension.name)) scales.emplace(dimension.name, create_dimension(group, dimension));
  return scales;
}

void create_variable(hid_t group, const Results& results, const Variable& variable, const Scales& scales) {
  std::vector<hsize_t> shape;
  for (const std::string& name : variable.dimensions) shape.push_back(results.dimension(name).size());
  expect(variable.values.size() == count_of(shape), "a variable has one value for each index");
  expect(!scales.contains(variable.name), "a variable is not called like a dimension");
  DatasetHandle dataset = create_dataset(group, variable.name, H5T_IEEE_F64LE, shape, Allocation::on_write);
  write_f64(dataset, variable.values);
  write_optional(dataset, "units", variable.units);
  write_optional(dataset, "long_name", variable.long_name);
  write_optional(dataset, "comment", variable.comment);
  for (unsigned i = 0; i < shape.size(); ++i) attach_scale(dataset, scales.at(variable.dimensions[i]), i);
  dataset.close("close variable '" + variable.name + "'");
}

void create_variables(hid_t group, const Results& results, const std::vector<Variable>& variables,
                      const std::set<std::string>& dimensions) {
  Scales scales = create_dimensions(group, results.dimensions, dimensions);
  for (const Variable& variable : variables) create_variable(group, results, variable, scales);
  for (auto& [name, scale] : scales) scale.close("close dimension '" + name + "'");
}

std::set<std::string> all_dimensions(const Results& results) {
  std::set<std::string> names;
  for (const Dimension& dimension : results.dimensions) names.insert(dimension.name);
  return names;
}

std::set<std::string> dimensions_used(const std::vector<Variable>& variables) {
  std::set<std::string> names;
  for (const Variable& variable : variables)
    names.insert(variable.dimensions.begin(), variable.dimensions.end());
  return names;
}

void create_entry(hid_t group, const std::string& name, const std::variant<std::string, double>& value) {
  if (const std::string* text = std::get_if<std::string>(&value)) {
    create_strings(group, name, {*text}, true).close("close '" + name + "'");
    return;
  }
  DatasetHandle dataset = create_dataset(group, name, H5T_IEEE_F64LE, {}, Allocation::on_write);
  write_f64(dataset, {std::get<double>(value)});
  dataset.close("close '" + name + "'");
}

std::string compose(const Results& results) {
  FileHandle file = create_image();
  write_text_attribute(file, "format", format_name);
  write_i32_attribute(file, "format_version", format_version);
  write_text_attribute(file, "Conventions", "CF-1.8");
  write_text_attribute(file, "title", results.title);
  create_variables(file, results, results.variables, all_dimensions(results));
  GroupHandle difference = create_group(file, difference_group);
  create_variables(difference, results, results.differences, dimensions_used(results.differences));
  difference.close("close a group");
  for (const auto& [path, variables] : results.groups) {  // a map: a group comes before those in it
    GroupHandle group = create_group(file, path);
    create_variables(group, results, variables, dimensions_used(variables));
    group.close("close a group");
  }
  GroupHandle provenance = create_group(file, provenance_group);
  for (const auto& [name, value] : results.provenance) {
    // netCDF takes it for the labels of the dimension, and h5netcdf then opens none of the group.
    expect(std::none_of(results.dimensions.begin(), results.dimensions.end(), [&n = name](const Dimension& d) { return d.name == n; }),
           "an entry of the provenance is not named like a dimension");
    create_entry(provenance, name, value);
  }
  provenance.close("close a group");
  return close_image(std::move(file));
}

void check_format(hid_t file) {
  const auto format = read_text_attribute(file, "format");
  if (format != format_name)
    throw bad_input("it is HDF5 but not a Puente results file; make one with `puente run`");
  const auto version = read_integer_attribute(file, "format_version");
  if (!version || *version < 1) throw bad_input("it has no valid attribute 'format_version'");
  if (*version > format_version)
    throw bad_input("it has format version " + std::to_string(*version) + " and this Puente reads up to " +
                    std::to_string(format_version) + "; install a newer Puente");
}

std::vector<double> read_f64(hid_t dataset) {
  const TypeHandle type(H5Dget_type(dataset), "read a type");
  if (H5Tget_class(type) != H5T_FLOAT) throw bad_input("a variable does not hold floating-point numbers");
  std::vector<double> values(count_of(shape_of(dataset)));
  if (!values.empty())
    check(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
          "read a variable");
  return values;
}

bool is_text(hid_t dataset) {
  const TypeHandle type(H5Dget_type(dataset), "read a type");
  return H5Tget_class(type) == H5T_STRING;
}

std::string text_of(hid_t object, const char* name) { return read_text_attribute(object, name).value_or(""); }

Dimension read_dimension(hid_t dataset, const std::string& name) {
  Dimension dimension;
  dimension.name = name;
  if (is_text(dataset))
    dimension.labels = read_strings(dataset);
  else
    dimension.values = read_f64(dataset);
  dimension.units = text_of(dataset, "units");
  dimension.long_name = text_of(dataset, "long_name");
  return dimension;
}

Variable read_variable(hid_t dataset, const std::string& name) {
  Variable variable;
  variable.name = name;
  variable.dimensions = scale_names(dataset);
  variable.values = read_f64(dataset);
  variable.units = text_of(dataset, "units");
  variable.long_name = text_of(dataset, "long_name");
  variable.comment = text_of(dataset, "comment");
  return variable;
}

void read_group(hid_t group, std::vector<Dimension>& dimensions, std::vector<Variable>& variables) {
  for (const std::string& name : link_names(group)) {
    if (is_group(group, name)) continue;
    const DatasetHandle dataset = open_dataset(group, name);
    if (is_scale(dataset))
      dimensions.push_back(read_dimension(dataset, name));
    else
      variables.push_back(read_variable(dataset, name));
  }
}

/// Groups other than those of every file, and the groups in them.
void read_more_groups(hid_t parent, const std::string& path, Results& results) {
  for (const std::string& name : link_names(parent)) {
    if (!is_group(parent, name) || (path.empty() && (name == difference_group || name == provenance_group))) continue;
    const GroupHandle group = open_group(parent, name);
    const std::string whole = path.empty() ? name : path + "/" + name;
    std::vector<Dimension> dimensions;
    read_group(group, dimensions, results.groups[whole]);
    for (Dimension& dimension : dimensions)
      if (std::none_of(results.dimensions.begin(), results.dimensions.end(), [&](const Dimension& d) { return d.name == dimension.name; }))
        results.dimensions.push_back(std::move(dimension));
    read_more_groups(group, whole, results);
  }
}

Provenance read_provenance(hid_t group) {
  Provenance provenance;
  for (const std::string& name : link_names(group)) {
    const DatasetHandle dataset = open_dataset(group, name);
    if (is_text(dataset))
      provenance[name] = read_strings(dataset).at(0);
    else
      provenance[name] = read_f64(dataset).at(0);
  }
  return provenance;
}

void check_shape(const Results& results, const Variable& variable) {
  std::size_t values = 1;
  for (const std::string& name : variable.dimensions) {
    const auto is_it = [&](const Dimension& dimension) { return dimension.name == name; };
    const auto found = std::find_if(results.dimensions.begin(), results.dimensions.end(), is_it);
    if (found == results.dimensions.end())
      throw bad_input("variable '" + variable.name + "' has the dimension '" + name +
                      "', which the file does not define");
    values *= found->size();
  }
  if (values != variable.values.size())
    throw bad_input("variable '" + variable.name + "' does not fit its dimensions");
}

Results read_open(hid_t file) {
  check_format(file);
  Results results;
  results.title = text_of(file, "title");
  read_group(file, results.dimensions, results.variables);
  std::vector<Dimension> repeated;
  if (has_link(file, difference_group))
    read_group(open_group(file, difference_group), repeated, results.differences);
  read_more_groups(file, "", results);
  if (has_link(file, provenance_group))
    results.provenance = read_provenance(open_group(file, provenance_group));
  for (const auto* variables : {&results.variables, &results.differences})
    for (const Variable& variable : *variables) check_shape(results, variable);
  for (const auto& [path, variables] : results.groups)
    for (const Variable& variable : variables) check_shape(results, variable);
  return results;
}

}  // namespace

void write_results(const Results& results, const std::string& path) {
  write_whole_file(path, compose(results));
}

Results read_results(const std::string& path) {
  const FileHandle file = open_hdf5(path);
  try {
    return read_open(file);
  } catch (const Error& error) {
    throw Error(error.code(), "'" + path + "': " + error.what());
  }
}

}  // namespace puente::io
