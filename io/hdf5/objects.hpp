// Files, groups, datasets, links and dimension scales, made the way netCDF-4 makes them, so that a file opens
// by name and label in other tools: creation order tracked, no times, contiguous storage, UTF-8 names,
// variable-length strings. Reading helpers turn the library's failures into Errors that name the file.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/handle.hpp"

namespace puente::io {

/// An empty file at `path`, which is that of a MemoryFile.
FileHandle create_hdf5(const std::string& path);

/// An empty file in plain memory, which no limit on files reaches; `close_image` gives its bytes.
FileHandle create_image();
std::string close_image(FileHandle file);
/// Opens for reading. Error: input_missing (absent, folder, not readable), bad_input (not HDF5), io_error
/// (cut short).
FileHandle open_hdf5(const std::string& path);

GroupHandle create_group(hid_t parent, const std::string& name);
GroupHandle open_group(hid_t parent, const std::string& name);
DatasetHandle open_dataset(hid_t parent, const std::string& name);
bool has_link(hid_t parent, const std::string& name);
/// Names of links in creation order (alphabetical where the file did not keep it).
std::vector<std::string> link_names(hid_t group);
bool is_group(hid_t parent, const std::string& name);

enum class Allocation {
  reserved,  ///< room in the file from the start, filled by whoever writes it
  none,      ///< no room: a dimension that carries no values
  on_write,
};
DatasetHandle create_dataset(hid_t group, const std::string& name, hid_t type,
                             const std::vector<hsize_t>& shape, Allocation allocation);
/// A scalar (no shape) or one-dimensional dataset of variable-length UTF-8 strings.
DatasetHandle create_strings(hid_t group, const std::string& name, const std::vector<std::string>& strings,
                             bool scalar);
void write_f64(hid_t dataset, const std::vector<double>& values);

/// Makes the dataset a dimension scale (a netCDF dimension); `values` says whether it is a coordinate
/// variable too.
enum class ScaleKind { coordinate, pure };
void make_scale(hid_t dataset, const std::string& name, ScaleKind kind, hsize_t size);
void attach_scale(hid_t dataset, hid_t scale, unsigned dimension);

std::vector<hsize_t> shape_of(hid_t dataset);
std::size_t count_of(const std::vector<hsize_t>& shape);
/// Every string of a dataset; Error (bad_input) when it holds something else.
std::vector<std::string> read_strings(hid_t dataset);
/// The names of the scales attached to each dimension, "" where there is none.
std::vector<std::string> scale_names(hid_t dataset);
bool is_scale(hid_t dataset);

}  // namespace puente::io
