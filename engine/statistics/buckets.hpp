// Records in buckets by ranges of the key, and a bucket in order: the way records are sorted for exact order
// statistics. Buckets are contiguous and small enough to be sorted in cache; equal keys share a bucket. How records
// fall into buckets depends on the layout, what is computed from them in order does not.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/record_store.hpp"

namespace puente {

struct Buckets {
  std::vector<std::size_t> begin{0};  ///< bucket b is records [begin[b], begin[b + 1])
  RecordStore::Chunk records{0, 0};
  std::size_t count() const { return begin.size() - 1; }
};

/// Moves the records out of the store.
Buckets make_buckets(RecordStore&& store, Team& team);

struct KeyPlace {
  std::uint64_t key;
  std::uint32_t place;  ///< index within the bucket
};

/// Scratch of one thread.
struct SortScratch {
  std::vector<KeyPlace> sorted;
  std::vector<std::uint32_t> bin;
};

/// Ascending keys of a bucket, into scratch.sorted[0 … n).
void sort_keys(const std::uint64_t* keys, std::size_t n, SortScratch& scratch);

}  // namespace puente
