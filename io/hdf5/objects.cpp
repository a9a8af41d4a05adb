#include "io/hdf5/objects.hpp"

#include <hdf5_hl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace puente::io {

namespace {

constexpr std::size_t aligned_from = 1 << 20;
constexpr std::size_t image_step = 1 << 20;

void track_order(hid_t properties) {
  check(H5Pset_link_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "track the order");
  check(H5Pset_obj_track_times(properties, false), "leave out times");
}

PropertyHandle file_access() {
  PropertyHandle access(H5Pcreate(H5P_FILE_ACCESS), "prepare a file");
  check(H5Pset_fclose_degree(access, H5F_CLOSE_SEMI), "prepare a file");
  return access;
}

/// For a MemoryFile.
PropertyHandle access_of_memory_file() {
  PropertyHandle access = file_access();
  // Large datasets begin at a border of 1 MiB, so that ranks can write whole blocks of it.
  check(H5Pset_alignment(access, aligned_from, aligned_from), "prepare a file");
  // The default driver insists on a real path, which a file in memory does not have.
  check(H5Pset_fapl_stdio(access), "prepare a file");
  return access;
}

PropertyHandle access_of_image() {
  PropertyHandle access = file_access();
  check(H5Pset_fapl_core(access, image_step, false), "prepare a file");
  return access;
}

FileHandle create_file(const char* path, const PropertyHandle& access) {
  quiet_hdf5();
  const PropertyHandle creation(H5Pcreate(H5P_FILE_CREATE), "prepare a file");
  track_order(creation);
  return {H5Fcreate(path, H5F_ACC_TRUNC, creation, access), std::string("create '") + path + "'"};
}

PropertyHandle utf8_links() {
  PropertyHandle properties(H5Pcreate(H5P_LINK_CREATE), "prepare a name");
  check(H5Pset_char_encoding(properties, H5T_CSET_UTF8), "prepare a name");
  return properties;
}

Error missing(const std::string& path, const std::string& why) {
  return {ExitCode::input_missing, "cannot read '" + path + "': " + why};
}

void check_readable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw missing(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) throw missing(path, "it is a folder; give the file inside it");
  if (::access(path.c_str(), R_OK) != 0) throw missing(path, std::strerror(errno));
  if (status.st_size == 0) throw bad_input("'" + path + "' is empty; a Puente file was expected");
}

std::string link_name(hid_t group, H5_index_t index, hsize_t i) {
  const char* what = "read the names in a group";
  const ssize_t length =
      check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT), what);
  std::string name(static_cast<std::size_t>(length), '\0');
  check(H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT),
        what);
  return name;
}

/// `parent` may be a file, which stands for its root group.
bool keeps_order(hid_t parent) {
  const GroupHandle group = open_group(parent, ".");
  const PropertyHandle properties(H5Gget_create_plist(group), "examine a group");
  unsigned flags = 0;
  check(H5Pget_link_creation_order(properties, &flags), "examine a group");
  return (flags & H5P_CRT_ORDER_TRACKED) != 0;
}

SpaceHandle space_of_shape(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), "create a data space"};
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), "create a data space"};
}

herr_t collect_scale(hid_t, unsigned, hid_t scale, void* name) {
  std::string path(512, '\0');
  const ssize_t length = H5Iget_name(scale, path.data(), path.size());
  path.resize(length < 0 ? 0 : std::min(static_cast<std::size_t>(length), path.size() - 1));
  *static_cast<std::string*>(name) = path.substr(path.rfind('/') + 1);
  return 1;
}

}  // namespace

FileHandle create_hdf5(const std::string& path) { return create_file(path.c_str(), access_of_memory_file()); }

FileHandle create_image() { return create_file("image", access_of_image()); }

std::string close_image(FileHandle file) {
  check(H5Fflush(file, H5F_SCOPE_LOCAL), "compose a file");
  std::string image(static_cast<std::size_t>(check(H5Fget_file_image(file, nullptr, 0), "measure a file")), '\0');
  check(H5Fget_file_image(file, image.data(), image.size()), "compose a file");
  file.close("close a file");
  return image;
}

FileHandle open_hdf5(const std::string& path) {
  quiet_hdf5();
  check_readable(path);
  if (H5Fis_hdf5(path.c_str()) <= 0)
    throw bad_input("'" + path + "' is not an HDF5 file: it has another format, or its beginning is lost");
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0)
    throw Error(ExitCode::io_error, "cannot open '" + path + "', it is cut short or damaged (HDF5 says: " +
                                        hdf5_cause() + "); make it again or copy it again");
  return {file, "open"};
}

GroupHandle create_group(hid_t parent, const std::string& name) {
  const PropertyHandle properties(H5Pcreate(H5P_GROUP_CREATE), "prepare a group");
  track_order(properties);
  return {H5Gcreate2(parent, name.c_str(), utf8_links(), properties, H5P_DEFAULT),
          "create group '" + name + "'"};
}

GroupHandle open_group(hid_t parent, const std::string& name) {
  return {H5Gopen2(parent, name.c_str(), H5P_DEFAULT), "open group '" + name + "'"};
}

DatasetHandle open_dataset(hid_t parent, const std::string& name) {
  return {H5Dopen2(parent, name.c_str(), H5P_DEFAULT), "open dataset '" + name + "'"};
}

bool has_link(hid_t parent, const std::string& name) {
  return check(H5Lexists(parent, name.c_str(), H5P_DEFAULT), "look for '" + name + "'") > 0;
}

std::vector<std::string> link_names(hid_t group) {
  H5G_info_t info{};
  check(H5Gget_info(group, &info), "examine a group");
  const H5_index_t index = keeps_order(group) ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) names.push_back(link_name(group, index, i));
  return names;
}

bool is_group(hid_t parent, const std::string& name) {
  const ObjectHandle object(H5Oopen(parent, name.c_str(), H5P_DEFAULT), "open '" + name + "'");
  return H5Iget_type(object) == H5I_GROUP;
}

DatasetHandle create_dataset(hid_t group, const std::string& name, hid_t type,
                             const std::vector<hsize_t>& shape, Allocation allocation) {
  const PropertyHandle properties(H5Pcreate(H5P_DATASET_CREATE), "prepare a dataset");
  check(H5Pset_obj_track_times(properties, false), "leave out times");
  check(H5Pset_layout(properties, H5D_CONTIGUOUS), "prepare a dataset");
  if (allocation == Allocation::reserved) {
    check(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY), "prepare a dataset");
    check(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), "prepare a dataset");
  }
  return {H5Dcreate2(group, name.c_str(), type, space_of_shape(shape), utf8_links(), properties, H5P_DEFAULT),
          "create dataset '" + name + "'"};
}

DatasetHandle create_strings(hid_t group, const std::string& name, const std::vector<std::string>& strings,
                             bool scalar) {
  const TypeHandle type = variable_string_type();
  const std::vector<hsize_t> shape = scalar ? std::vector<hsize_t>{} : std::vector<hsize_t>{strings.size()};
  DatasetHandle dataset = create_dataset(group, name, type, shape, Allocation::on_write);
  std::vector<const char*> pointers;
  for (const std::string& text : strings) pointers.push_back(text.c_str());
  if (!strings.empty())
    check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()),
          "write dataset '" + name + "'");
  return dataset;
}

void write_f64(hid_t dataset, const std::vector<double>& values) {
  if (values.empty()) return;
  check(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
        "write a dataset");
}

void make_scale(hid_t dataset, const std::string& name, ScaleKind kind, hsize_t size) {
  // The NAME by which netCDF-4 tells a dimension without values from a coordinate variable.
  char pure[96];
  std::snprintf(pure, sizeof pure, "This is a netCDF dimension but not a netCDF variable.%10llu",
                static_cast<unsigned long long>(size));
  const char* label = kind == ScaleKind::pure ? pure : name.c_str();
  check(H5DSset_scale(dataset, label), "make dimension '" + name + "'");
}

void attach_scale(hid_t dataset, hid_t scale, unsigned dimension) {
  check(H5DSattach_scale(dataset, scale, dimension), "attach a dimension");
}

std::vector<hsize_t> shape_of(hid_t dataset) {
  const SpaceHandle space(H5Dget_space(dataset), "read a shape");
  const int rank = check(H5Sget_simple_extent_ndims(space), "read a shape");
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  if (rank > 0) check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "read a shape");
  return shape;
}

std::size_t count_of(const std::vector<hsize_t>& shape) {
  std::size_t count = 1;
  for (const hsize_t n : shape) count *= n;
  return count;
}

std::vector<std::string> read_strings(hid_t dataset) {
  const TypeHandle type(H5Dget_type(dataset), "read a type");
  if (H5Tget_class(type) != H5T_STRING) throw bad_input("a dataset of labels holds no text");
  const std::size_t count = count_of(shape_of(dataset));
  std::vector<char> buffer(count * H5Tget_size(type));
  if (count > 0) check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data()), "read labels");
  return take_strings(type, buffer, count);
}

std::vector<std::string> scale_names(hid_t dataset) {
  std::vector<std::string> names(shape_of(dataset).size());
  for (unsigned i = 0; i < names.size(); ++i) {
    const int attached = check(H5DSget_num_scales(dataset, i), "read dimensions");
    if (attached > 0)
      check(H5DSiterate_scales(dataset, i, nullptr, collect_scale, &names[i]), "read dimensions");
  }
  return names;
}

bool is_scale(hid_t dataset) { return check(H5DSis_scale(dataset), "examine a dataset") > 0; }

}  // namespace puente::io
