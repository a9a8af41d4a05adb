// Which bytes of a shared file a rank writes itself and which it hands to a neighbour (see
// population_writer.hpp). Pure arithmetic; positions are bytes from a dataset's own beginning unless said.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/hdf5/population_layout.hpp"

namespace puente::io {

constexpr std::int64_t write_block = 1 << 20;

/// One rank's part of one dataset.
struct Slab {
  std::int64_t begin = 0, end = 0;  ///< bytes this rank holds
  std::int64_t own_from = 0;        ///< [own_from, end) it writes itself, [begin, own_from) it hands over
  int handed_to = 0;
  bool small = false;  ///< less than a block in all: handed over whole and written last
};

/// `first_row[r]` is the first row of rank r, `first_row[ranks]` the number of rows.
Slab plan_slab(const RawDataset& dataset, std::span<const std::int64_t> first_row, int rank);

/// Bytes on their way to the rank that writes them.
struct Parcel {
  std::int64_t file_offset = 0;
  bool small = false;
  std::vector<std::byte> bytes;
};

void pack(const Parcel& parcel, std::vector<std::byte>& into);
std::vector<Parcel> unpack(std::span<const std::byte> packed);

}  // namespace puente::io
