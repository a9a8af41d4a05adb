// Records in buckets by ranges of the key, and a bucket in order: the way records are sorted for exact order
// statistics. Buckets are small enough to be sorted in cache; equal keys share a bucket. How records fall into buckets
// depends on the layout, what is computed from them in order does not.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/record_store.hpp"

namespace puente {

/// A bucket's records are in lists of blocks, one a thread that filled them.
struct Buckets {
  struct List {
    const RecordBlock* first = nullptr;
    std::size_t n = 0;  ///< records of all blocks
  };
  LabelFormat labels;
  RecordPool pool{LabelFormat()};
  std::vector<std::vector<List>> lists;  ///< [thread][bucket]
  std::size_t count() const { return lists.empty() ? 0 : lists.front().size(); }
  /// The next block is on its way from memory while one is used.
  template <class F>
  void for_each_block(std::size_t bucket, F f) const {
    for (const auto& list : lists)
      for (const RecordBlock* block = list[bucket].first; block != nullptr; block = block->next) {
        if (block->next != nullptr) block->next->fetch();
        f(*block);
      }
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
  std::vector<std::vector<std::uint32_t>> label;
};

struct KeyRange {
  std::uint64_t lowest = ~std::uint64_t{0}, highest = 0;
  /// So that (key − lowest) >> shift has at most `bits` bits.
  int shift(int bits) const { return std::max(0, static_cast<int>(std::bit_width(highest - lowest)) - bits); }
};

struct KeyPlace {
  std::uint64_t key;
  std::uint32_t place;  ///< index within the bucket
  bool operator<(const KeyPlace& other) const { return key < other.key; }
};

/// A bucket's records in ascending order of the key. Scratch of one thread.
class SortedRecords {
 public:
  void sort(const BucketRecords& bucket);
  std::size_t n = 0;
  std::vector<std::uint64_t> key;
  std::vector<double> weight;
  std::vector<std::uint32_t> place;  ///< of each within the bucket

 private:
  void sort_words(const BucketRecords& bucket, const KeyRange& range, int place_bits);
  void sort_pairs(const BucketRecords& bucket, const KeyRange& range);
  std::vector<std::int64_t> words_;
  std::vector<KeyPlace> pairs_;
  std::vector<std::uint32_t> bin_;
};

}  // namespace puente
