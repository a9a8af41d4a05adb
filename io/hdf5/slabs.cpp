#include "io/hdf5/slabs.hpp"

#include <algorithm>
#include <cstring>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

struct ParcelHeader {
  std::int64_t file_offset, bytes, small;
};

/// The rank whose rows include the one that begins at or before byte `position`.
int holder(std::int64_t row, std::span<const std::int64_t> first_row) {
  const auto after = std::upper_bound(first_row.begin(), first_row.end(), row);
  return static_cast<int>(after - first_row.begin()) - 1;
}

}  // namespace

Slab plan_slab(const RawDataset& dataset, std::span<const std::int64_t> first_row, int rank) {
  const std::int64_t width = dataset.width();
  Slab slab;
  slab.begin = first_row[rank] * width;
  slab.end = first_row[rank + 1] * width;
  slab.small = dataset.bytes() < write_block;
  if (slab.small) {
    slab.own_from = slab.end;
    return slab;
  }
  expect(dataset.offset % write_block == 0, "large datasets begin at a block border");
  const std::int64_t block = slab.begin - slab.begin % write_block;
  slab.own_from = block == slab.begin ? slab.begin : std::min(slab.end, block + write_block);
  slab.handed_to = holder(block / width, first_row);
  return slab;
}

void pack(const Parcel& parcel, std::vector<std::byte>& into) {
  const ParcelHeader header{parcel.file_offset, static_cast<std::int64_t>(parcel.bytes.size()), parcel.small};
  const auto bytes = std::as_bytes(std::span(&header, 1));
  into.insert(into.end(), bytes.begin(), bytes.end());
  into.insert(into.end(), parcel.bytes.begin(), parcel.bytes.end());
}

std::vector<Parcel> unpack(std::span<const std::byte> packed) {
  std::vector<Parcel> parcels;
  while (!packed.empty()) {
    ParcelHeader header{};
    expect(packed.size() >= sizeof header, "a parcel has a header");
    std::memcpy(&header, packed.data(), sizeof header);
    packed = packed.subspan(sizeof header);
    const auto length = static_cast<std::size_t>(header.bytes);
    expect(length <= packed.size(), "a parcel is whole");
    parcels.push_back(
        {header.file_offset, header.small != 0, {packed.begin(), packed.begin() + header.bytes}});
    packed = packed.subspan(length);
  }
  return parcels;
}

}  // namespace puente::io
