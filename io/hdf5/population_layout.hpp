// What population.h5 looks like: which datasets there are, in which order, and where their values lie.
// Contiguous datasets of reserved room have a fixed place in the file, so that every rank can write its rows
// by plain pwrite: no parallel file driver, whose errors on a full disk are lost (README, "Why it is so").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/population/population.hpp"
#include "io/hdf5/memory_file.hpp"

namespace puente::io {

namespace population_names {
constexpr const char* format = "puente-population";
constexpr std::int32_t format_version = 1;
constexpr const char* offset = "person_offset";
constexpr const char* edge = "household_edge";  ///< dimension of person_offset: households + 1
constexpr const char* codebook = "codebook";
constexpr const char* checksums = "checksums";
constexpr const char* hashes = "xxh3_64";
constexpr const char* type_attribute = "puente_type";  ///< "bool" on the i8 columns that are booleans
}  // namespace population_names

/// Bytes of a dataset covered by one checksum.
constexpr std::int64_t checksum_block = 64 << 10;

/// A dataset of plain values. `offset` is the position of its first byte in the file.
struct RawDataset {
  std::string group, name;
  ColumnType type = ColumnType::f64;
  std::int64_t rows = 0;
  std::int64_t offset = 0;
  std::int64_t width() const { return static_cast<std::int64_t>(bytes_of(type)); }
  std::int64_t bytes() const { return rows * width(); }
  std::int64_t checksum_blocks() const { return (bytes() + checksum_block - 1) / checksum_block; }
  std::string path() const { return "/" + group + "/" + name; }
};

/// Household columns, person_offset, person columns, in this order. Throws Error (bad_input) on a schema that
/// the file cannot hold: names with '/', empty or reserved names, two columns of one name, no id, weight or
/// line.
std::vector<RawDataset> population_datasets(const Schema& schema, std::int64_t households,
                                            std::int64_t persons);

/// The dataset of checksums of `data`, whose blocks it lists one dataset after the other.
RawDataset checksum_dataset(const std::vector<RawDataset>& data);

/// Where the labels of a category lie: /codebook/NAME, or /codebook/ENTITY.NAME where both entities have a
/// category NAME.
std::string codebook_name(const Schema& schema, const ColumnInfo& column);

/// Composes the file, complete but for the values of `data` and `checksums`, and fills in their offsets.
void create_population(const MemoryFile& memory, const Schema& schema, std::vector<RawDataset>& data,
                       RawDataset& checksums);

/// About how many bytes the file takes beside the values of its datasets.
std::int64_t metadata_bytes(const Schema& schema);

}  // namespace puente::io
