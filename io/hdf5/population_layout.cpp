#include "io/hdf5/population_layout.hpp"

#include <set>

#include "engine/core/error.hpp"
#include "io/hdf5/objects.hpp"

namespace puente::io {

namespace {

namespace names = population_names;

void check_name(const ColumnInfo& column, std::set<std::string>& seen) {
  const std::string where = std::string(name_of(column.entity)) + " column '" + column.name + "'";
  if (column.name.empty())
    throw bad_input(std::string("a ") + name_of(column.entity) + " column has no name; name it");
  if (column.name == "." || column.name.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
    throw bad_input(where + ": a name in a population file cannot hold '/'; rename the column");
  if (column.entity == Entity::household && (column.name == names::offset || column.name == names::edge))
    throw bad_input(where + ": this name is the file format's own; rename the column");
  if (!seen.insert(column.name).second) throw bad_input(where + " stands twice; rename one of them");
}

void require(const Schema& schema, Entity entity, const char* name, ColumnType type) {
  const int index = schema.find(entity, name);
  if (index < 0 || schema.columns(entity)[static_cast<std::size_t>(index)].type != type)
    throw bad_input(std::string("a population needs a ") + name_of(entity) + " column '" + name +
                    "' of type " + name_of(type));
}

void check_labels(const ColumnInfo& column) {
  if (!column.category()) return;
  const bool whole =
      column.type != ColumnType::f32 && column.type != ColumnType::f64 && column.type != ColumnType::boolean;
  if (!whole)
    throw bad_input("category '" + column.name + "' is stored as " + name_of(column.type) +
                    ", not as an integer");
}

void add_columns(const std::vector<ColumnInfo>& columns, std::int64_t rows,
                 std::vector<RawDataset>& datasets) {
  std::set<std::string> seen;
  for (const ColumnInfo& column : columns) {
    check_name(column, seen);
    check_labels(column);
    datasets.push_back({name_of(column.entity), column.name, column.type, rows, 0});
  }
}

/// CF: blanks separate the meanings, so blanks within a label become underscores.
std::string flag_meanings(const std::vector<std::string>& labels) {
  std::string meanings;
  for (const std::string& label : labels) {
    if (!meanings.empty()) meanings += ' ';
    for (const char c : label) meanings += c == ' ' || c == '\t' || c == '\n' ? '_' : c;
  }
  return meanings;
}

void write_flags(hid_t dataset, ColumnType type, const std::vector<std::string>& labels) {
  const std::string meanings = flag_meanings(labels);
  // The codebook holds every label; these attributes are for other tools and have the format's limit.
  if (meanings.size() > longest_attribute || labels.size() * bytes_of(type) > longest_attribute) return;
  std::vector<std::int64_t> values(labels.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i);
  write_typed_attribute(dataset, "flag_values", type, values, false);
  write_text_attribute(dataset, "flag_meanings", meanings);
}

/// `id` and `line` are never missing; a _FillValue would only make other tools read them as floating point.
bool can_be_missing(const ColumnInfo& column) {
  const bool real = column.type == ColumnType::f32 || column.type == ColumnType::f64;
  const char* never = column.entity == Entity::household ? "id" : "line";
  return !real && column.name != never;
}

void describe_column(hid_t dataset, const Schema& schema, const ColumnInfo& column) {
  if (column.unit.known()) write_text_attribute(dataset, "units", column.unit.text());
  if (!column.long_name.empty()) write_text_attribute(dataset, "long_name", column.long_name);
  if (can_be_missing(column))
    write_typed_attribute(dataset, "_FillValue", column.type, {missing_code(column.type)}, true);
  if (column.complete) write_i32_attribute(dataset, "complete", 1);
  if (column.type == ColumnType::boolean) {
    write_text_attribute(dataset, names::type_attribute, "bool");
    write_flags(dataset, column.type, {"false", "true"});
  }
  if (!column.category()) return;
  write_flags(dataset, column.type, column.labels);
  write_text_attribute(dataset, names::codebook, codebook_name(schema, column));
  if (column.ordered) write_i32_attribute(dataset, "ordered", 1);
}

std::int64_t place_of(hid_t dataset) {
  const haddr_t place = H5Dget_offset(dataset);
  return place == HADDR_UNDEF ? 0 : static_cast<std::int64_t>(place);
}

DatasetHandle create_values(hid_t group, RawDataset& raw) {
  DatasetHandle dataset = create_dataset(group, raw.name, file_type(raw.type),
                                         {static_cast<hsize_t>(raw.rows)}, Allocation::reserved);
  raw.offset = place_of(dataset);
  expect(raw.bytes() == 0 || raw.offset > 0, "a dataset of reserved room has a place in its file");
  return dataset;
}

DatasetHandle create_dimension(hid_t group, const std::string& name, std::int64_t size) {
  const auto extent = static_cast<hsize_t>(size);
  DatasetHandle scale = create_dataset(group, name, H5T_IEEE_F32BE, {extent}, Allocation::none);
  make_scale(scale, name, ScaleKind::pure, extent);
  return scale;
}

void attach_all(std::vector<DatasetHandle>& datasets, hid_t scale, const DatasetHandle* itself) {
  for (DatasetHandle& dataset : datasets) {
    if (&dataset != itself) attach_scale(dataset, scale, 0);
  }
}

/// One entity's columns along a dimension of the entity's name; a column of that very name is the dimension's
/// coordinate variable, as in netCDF.
void create_columns(hid_t group, const Schema& schema, Entity entity, std::int64_t rows, RawDataset* raw) {
  const auto& columns = schema.columns(entity);
  const int own = schema.find(entity, name_of(entity));
  DatasetHandle dimension;
  if (own < 0) dimension = create_dimension(group, name_of(entity), rows);
  std::vector<DatasetHandle> datasets;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    datasets.push_back(create_values(group, raw[i]));
    describe_column(datasets.back(), schema, columns[i]);
  }
  const DatasetHandle* itself = own < 0 ? nullptr : &datasets[static_cast<std::size_t>(own)];
  if (itself != nullptr)
    make_scale(*itself, name_of(entity), ScaleKind::coordinate, static_cast<hsize_t>(rows));
  attach_all(datasets, own < 0 ? static_cast<hid_t>(dimension) : static_cast<hid_t>(*itself), itself);
  for (DatasetHandle& dataset : datasets) dataset.close("close a column");
  if (own < 0) dimension.close("close a dimension");
}

void create_offsets(hid_t group, RawDataset& raw) {
  DatasetHandle dimension = create_dimension(group, names::edge, raw.rows);
  DatasetHandle dataset = create_values(group, raw);
  write_text_attribute(dataset, "long_name",
                       "persons of household h are rows [person_offset[h], person_offset[h+1])");
  attach_scale(dataset, dimension, 0);
  dataset.close("close person_offset");
  dimension.close("close a dimension");
}

void create_codebook(hid_t file, const Schema& schema) {
  GroupHandle group = create_group(file, names::codebook);
  for (const Entity entity : {Entity::household, Entity::person}) {
    for (const ColumnInfo& column : schema.columns(entity)) {
      if (!column.category()) continue;
      const std::string name = codebook_name(schema, column);
      DatasetHandle labels = create_strings(group, name, column.labels, false);
      make_scale(labels, name, ScaleKind::coordinate, column.labels.size());
      labels.close("close labels of '" + name + "'");
    }
  }
  group.close("close the codebook");
}

void create_checksums(hid_t file, const std::vector<RawDataset>& data, RawDataset& checksums) {
  GroupHandle group = create_group(file, names::checksums);
  DatasetHandle hashes = create_values(group, checksums);
  make_scale(hashes, checksums.name, ScaleKind::coordinate, static_cast<hsize_t>(checksums.rows));
  write_typed_attribute(hashes, "block_bytes", ColumnType::i32, {checksum_block}, true);
  write_text_attribute(hashes, "long_name",
                       "XXH3-64 of each block of each dataset, datasets in the order listed");
  hashes.close("close the checksums");
  std::vector<std::string> paths;
  for (const RawDataset& raw : data) paths.push_back(raw.path());
  DatasetHandle list = create_strings(group, "dataset", paths, false);
  make_scale(list, "dataset", ScaleKind::coordinate, paths.size());
  list.close("close the list of checksums");
  group.close("close the checksums");
}

void describe_file(hid_t file, const PopulationNotes& notes) {
  write_text_attribute(file, "format", names::format);
  write_i32_attribute(file, "format_version", names::format_version);
  write_text_attribute(file, "Conventions", "CF-1.8");
  write_text_attribute(file, "title", notes.title);
  write_text_attribute(file, "source", notes.source);
  write_text_attribute(file, "licence", notes.licence);
  write_text_attribute(file, "currency", notes.currency);
  write_text_attribute(file, "price_reference", notes.price_reference);
  if (!notes.origin.empty()) write_text_attribute(file, "origin", notes.origin);
  if (!notes.synthesis.empty()) write_text_attribute(file, "synthesis", notes.synthesis);
  if (!notes.calibration.empty()) write_text_attribute(file, "calibration", notes.calibration);
}

}  // namespace

std::vector<RawDataset> population_datasets(const Schema& schema, std::int64_t households,
                                            std::int64_t persons) {
  require(schema, Entity::household, "id", ColumnType::i64);
  require(schema, Entity::household, "weight", ColumnType::f64);
  require(schema, Entity::person, "line", ColumnType::i16);
  std::vector<RawDataset> datasets;
  add_columns(schema.household, households, datasets);
  datasets.push_back({"household", names::offset, ColumnType::i64, households + 1, 0});
  add_columns(schema.person, persons, datasets);
  return datasets;
}

RawDataset checksum_dataset(const std::vector<RawDataset>& data) {
  std::int64_t blocks = 0;
  for (const RawDataset& raw : data) blocks += raw.checksum_blocks();
  return {names::checksums, names::hashes, ColumnType::i64, blocks, 0};
}

std::string codebook_name(const Schema& schema, const ColumnInfo& column) {
  const Entity other = column.entity == Entity::household ? Entity::person : Entity::household;
  const int twin = schema.find(other, column.name);
  const bool shared = twin >= 0 && schema.columns(other)[static_cast<std::size_t>(twin)].category();
  return shared ? std::string(name_of(column.entity)) + "." + column.name : column.name;
}

std::int64_t metadata_bytes(const Schema& schema) {
  std::int64_t bytes = 1 << 17;
  for (const auto* columns : {&schema.household, &schema.person})
    for (const ColumnInfo& column : *columns) {
      bytes += 8 << 10;
      for (const std::string& label : column.labels)
        bytes += 64 + 2 * static_cast<std::int64_t>(label.size());
    }
  return bytes;
}

void create_population(const MemoryFile& memory, const Schema& schema, std::vector<RawDataset>& data,
                       RawDataset& checksums) {
  FileHandle file = create_hdf5(memory.path());
  describe_file(file, schema.notes);
  RawDataset* const offsets = data.data() + schema.household.size();
  GroupHandle household = create_group(file, "household");
  create_columns(household, schema, Entity::household, offsets->rows - 1, data.data());
  create_offsets(household, *offsets);
  household.close("close a group");
  GroupHandle person = create_group(file, "person");
  create_columns(person, schema, Entity::person, offsets[1].rows, offsets + 1);
  person.close("close a group");
  create_codebook(file, schema);
  create_checksums(file, data, checksums);
  file.close("compose a population file");
}

}  // namespace puente::io
