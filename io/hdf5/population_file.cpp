#include "io/hdf5/population_file.hpp"

#include <algorithm>
#include <numeric>

#include "engine/core/error.hpp"
#include "io/hdf5/objects.hpp"
#include "io/hdf5/population_columns.hpp"
#include "io/hdf5/population_layout.hpp"

namespace puente::io {

namespace {

namespace names = population_names;

/// Whole-file scans go in steps of this many rows.
constexpr std::int64_t scan_rows = 1 << 20;

void check_format(hid_t file) {
  const auto format = read_text_attribute(file, "format");
  if (!format)
    throw bad_input(
        "it is HDF5 but not a Puente population (no attribute 'format'); make one with `puente import`");
  if (*format != names::format)
    throw bad_input("it is of format '" + *format + "', not '" + names::format + "'");
  const auto version = read_integer_attribute(file, "format_version");
  if (!version || *version < 1) throw bad_input("it has no valid attribute 'format_version'");
  if (*version > names::format_version)
    throw bad_input("it has format version " + std::to_string(*version) + " and this Puente reads up to " +
                    std::to_string(names::format_version) + "; install a newer Puente");
}

PopulationNotes read_notes(hid_t file) {
  const auto text = [file](const char* name) { return read_text_attribute(file, name).value_or(""); };
  return {text("title"), text("source"), text("licence"), text("currency"), text("price_reference"),
          text("origin"), text("synthesis"), text("calibration")};
}

void check_rows(const std::vector<StoredColumn>& columns, std::int64_t rows) {
  for (const StoredColumn& column : columns)
    if (column.rows != rows)
      throw bad_input("'" + column.path + "' has " + std::to_string(column.rows) +
                      " rows and person_offset says " + std::to_string(rows));
}

void require(const Schema& schema, Entity entity, const char* name) {
  if (schema.find(entity, name) < 0)
    throw bad_input(std::string("it has no column ") + name_of(entity) + "." + name +
                    ", which every population has");
}

Column read_column(const StoredColumn& stored, std::int64_t first, std::int64_t last) {
  Column column = Column::unset(stored.info, static_cast<std::size_t>(last - first));
  read_sound_rows(stored, first, last - first, column.data());
  return column;
}

std::vector<Column> read_columns(const std::vector<StoredColumn>& stored, const std::vector<int>& wanted,
                                 std::int64_t first, std::int64_t last) {
  std::vector<Column> columns;
  for (const int i : wanted)
    columns.push_back(read_column(stored.at(static_cast<std::size_t>(i)), first, last));
  return columns;
}

void verify_column(const StoredColumn& stored) {
  std::vector<std::byte> values(static_cast<std::size_t>(std::min(scan_rows, stored.rows)) *
                                bytes_of(stored.info.type));
  for (std::int64_t first = 0; first < stored.rows; first += scan_rows)
    read_rows(stored, first, std::min(scan_rows, stored.rows - first), values.data());
}

std::vector<int> every(std::size_t n) {
  std::vector<int> all(n);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

bool same_column(const ColumnInfo& a, const ColumnInfo& b) {
  return a.name == b.name && a.entity == b.entity && a.type == b.type && a.unit == b.unit &&
         a.long_name == b.long_name && a.labels == b.labels && a.ordered == b.ordered;
}

}  // namespace

class PopulationFile::Impl {
 public:
  explicit Impl(const std::string& path);
  std::int64_t households() const { return offsets.rows - 1; }
  std::vector<std::int64_t> person_offsets(std::int64_t first, std::int64_t last) const;
  Error located(const Error& error) const { return {error.code(), "'" + path + "': " + error.what()}; }
  /// Runs `work`; an Error gets the file's name in front.
  template <class Work>
  decltype(auto) naming_file(Work&& work) const {
    try {
      return work();
    } catch (const Error& error) {
      throw located(error);
    }
  }

  std::string path;
  FileHandle file;
  std::vector<StoredColumn> household, person;
  StoredColumn offsets;
  Schema schema;
  std::int64_t persons = 0;

 private:
  void open();
  void check_ends();
};

PopulationFile::Impl::Impl(const std::string& name) : path(name), file(open_hdf5(name)) {
  naming_file([this] { open(); });
}

void PopulationFile::Impl::open() {
  check_format(file);
  offsets = open_offsets(file);
  household = open_columns(file, Entity::household);
  person = open_columns(file, Entity::person);
  std::vector<StoredColumn*> all{&offsets};
  for (auto* columns : {&household, &person})
    for (StoredColumn& column : *columns) all.push_back(&column);
  attach_checksums(file, all);
  for (const StoredColumn& column : household) schema.household.push_back(column.info);
  for (const StoredColumn& column : person) schema.person.push_back(column.info);
  schema.notes = read_notes(file);
  check_ends();
}

void PopulationFile::Impl::check_ends() {
  require(schema, Entity::household, "id");
  require(schema, Entity::household, "weight");
  require(schema, Entity::person, "line");
  std::int64_t begin = 0;
  read_rows(offsets, 0, 1, &begin);
  read_rows(offsets, offsets.rows - 1, 1, &persons);
  if (begin != 0 || persons < 0) throw bad_input("person_offset does not begin at 0 or ends below it");
  check_rows(household, households());
  check_rows(person, persons);
}

std::vector<std::int64_t> PopulationFile::Impl::person_offsets(std::int64_t first, std::int64_t last) const {
  expect(0 <= first && first <= last && last <= households(), "a range of households lies within the file");
  std::vector<std::int64_t> values(static_cast<std::size_t>(last - first + 1));
  read_sound_rows(offsets, first, last - first + 1, values.data());
  const bool ordered = std::is_sorted(values.begin(), values.end());
  if (!ordered || values.front() < 0 || values.back() > persons)
    throw bad_input("person_offset does not ascend from 0 to " + std::to_string(persons) +
                    " between households " + std::to_string(first) + " and " + std::to_string(last));
  return values;
}

PopulationFile::PopulationFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
PopulationFile::~PopulationFile() = default;
PopulationFile::PopulationFile(PopulationFile&&) noexcept = default;

const std::string& PopulationFile::path() const { return impl_->path; }
const Schema& PopulationFile::schema() const { return impl_->schema; }
std::int64_t PopulationFile::households() const { return impl_->households(); }
std::int64_t PopulationFile::persons() const { return impl_->persons; }
bool PopulationFile::has_checksums() const { return !impl_->offsets.hashes.empty(); }

std::vector<std::int64_t> PopulationFile::person_offsets(std::int64_t first, std::int64_t last) const {
  return impl_->naming_file([&] { return impl_->person_offsets(first, last); });
}

Population PopulationFile::read(std::int64_t first, std::int64_t last, const Columns& columns) const {
  return impl_->naming_file([&] {
    Population population;
    population.notes = impl_->schema.notes;
    population.person_offset = impl_->person_offsets(first, last);
    const std::int64_t first_person = population.person_offset.front(),
                       last_person = population.person_offset.back();
    population.household = read_columns(impl_->household, columns.household, first, last);
    population.person = read_columns(impl_->person, columns.person, first_person, last_person);
    if (first_person > 0)
      for (std::int64_t& offset : population.person_offset) offset -= first_person;
    return population;
  });
}

Population PopulationFile::read(std::int64_t first, std::int64_t last) const {
  return read(first, last, {every(impl_->household.size()), every(impl_->person.size())});
}

void PopulationFile::verify() const {
  impl_->naming_file([&] {
    verify_column(impl_->offsets);
    for (const auto* columns : {&impl_->household, &impl_->person})
      for (const StoredColumn& column : *columns) verify_column(column);
  });
}

bool same_schema(const Schema& a, const Schema& b) {
  return std::equal(a.household.begin(), a.household.end(), b.household.begin(), b.household.end(),
                    same_column) &&
         std::equal(a.person.begin(), a.person.end(), b.person.begin(), b.person.end(), same_column) &&
         a.notes == b.notes;
}

}  // namespace puente::io
