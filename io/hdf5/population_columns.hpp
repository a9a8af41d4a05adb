// The columns of an open population file: what each dataset says of itself, and reading checked rows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/population/population.hpp"
#include "io/hdf5/handle.hpp"

namespace puente::io {

/// One dataset of rows. `hashes` is empty where the file has no checksums that speak of these bytes.
struct StoredColumn {
  ColumnInfo info;
  DatasetHandle dataset;
  std::string path;  ///< "/household/income"
  std::int64_t rows = 0;
  std::optional<std::int64_t> fill;  ///< the file's own code of missing, where it is not ours
  std::vector<std::uint64_t> hashes;
  std::int64_t rows_per_block = 0;
  mutable std::vector<bool> checked;  ///< blocks that agreed with their checksum once are not compared again
};

/// The columns of group /household or /person, in the file's order. Throws Error (bad_input).
std::vector<StoredColumn> open_columns(hid_t file, Entity entity);
/// /household/person_offset.
StoredColumn open_offsets(hid_t file);
/// Hands each column the checksums of its blocks, if the file has any.
void attach_checksums(hid_t file, const std::vector<StoredColumn*>& columns);

/// Rows [first, first + n) as values of column.info.type, checksums compared, missing recoded to ours.
void read_rows(const StoredColumn& column, std::int64_t first, std::int64_t n, void* out);
/// The same, and Error (bad_input) at the first code without a label or missing value of a column that says it is complete. Each
/// piece is looked at while it lies in the processor's cache.
void read_sound_rows(const StoredColumn& column, std::int64_t first, std::int64_t n, void* out);

}  // namespace puente::io
