// Records in buckets by ranges of the key, and a bucket in order: the way records are sorted for exact order
// statistics. Buckets are small enough to be sorted in cache; equal keys share a bucket. How records fall into buckets
// depends on the layout, what is computed from them in order does not.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/record_store.hpp"

namespace puente {

/// A bucket's records are in lists of blocks, one a thread that filled them.
struct Buckets {
  std::size_t labels = 0;
  RecordPool pool{0};
  std::vector<std::vector<RecordBlock*>> lists;  ///< [thread][bucket], the first block or none
  std::size_t count() const { return lists.empty() ? 0 : lists.front().size(); }
  template <class F>
  void for_each_block(std::size_t bucket, F f) const {
    for (const auto& list : lists)
      for (const RecordBlock* block = list[bucket]; block != nullptr; block = block->next) f(*block);
  }
};

/// Moves the records out of the store.
Buckets make_buckets(RecordStore&& store, Team& team);

/// A bucket's records side by side. Scratch of one thread.
struct BucketRecords {
  explicit BucketRecords(std::size_t labels) : label(labels) {}
  void load(const Buckets& buckets, std::size_t bucket);
  std::size_t n = 0;
  std::vector<std::uint64_t> key;
  std::vector<double> weight;
  std::vector<std::vector<std::int32_t>> label;
};

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
