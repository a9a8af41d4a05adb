// Memory of records kept for exact order statistics: blocks of a few hundred, taken and given back, in large pages once
// there are many. A block that has been read is the next to be written, so that dividing records into buckets needs
// hardly more memory than keeping them, and none that is not warm. One object a thread, merged afterwards.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/large_pages.hpp"
#include "engine/statistics/label_format.hpp"

namespace puente {

/// Up to `capacity` records: keys, weights, and a column of labels behind them for each of some groupings.
struct RecordBlock {
  static constexpr std::size_t capacity = 128;
  std::size_t n = 0;
  RecordBlock* next = nullptr;  ///< of a list the block is in
  std::uint64_t key[capacity];
  double weight[capacity];
  /// T: as the format of the pool says.
  template <class T>
  T* label(std::size_t column) { return reinterpret_cast<T*>(this + 1) + column * capacity; }
  template <class T>
  const T* label(std::size_t column) const { return const_cast<RecordBlock*>(this)->label<T>(column); }
  /// A column of labels.
  void get_labels(const LabelFormat& format, std::size_t column, std::uint32_t* to) const {
    format.with_type([&]<class T>(T) { std::copy_n(label<T>(column), n, to); });
  }
  /// Asks memory for its first lines.
  void fetch() const {
    __builtin_prefetch(this);
    __builtin_prefetch(key + 8);
    __builtin_prefetch(weight);
    __builtin_prefetch(weight + 8);
  }
};

class RecordPool {
 public:
  explicit RecordPool(const LabelFormat& labels)
      : block_bytes_((sizeof(RecordBlock) + RecordBlock::capacity * labels.bytes_of_record() + alignof(RecordBlock) - 1) / alignof(RecordBlock) * alignof(RecordBlock)) {}
  /// An empty block.
  RecordBlock* take();
  void give_back(RecordBlock* block);
  /// Blocks of the other are this pool's from now on.
  void merge(RecordPool&& other);

 private:
  using Slab = std::vector<std::byte, LargePages<std::byte>>;
  std::byte* fresh();

  std::size_t block_bytes_;
  std::vector<Slab> slabs_;
  std::size_t bytes_ = 0;  ///< of all slabs
  std::byte *unused_ = nullptr, *end_ = nullptr;  ///< of the last slab
  RecordBlock* free_ = nullptr;
};

}  // namespace puente
