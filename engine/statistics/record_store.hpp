// Records kept for exact order statistics: the order's key of y, the weight, and a label for each of some groupings.
// Kept in blocks, so that growing copies nothing and merging moves pointers. One object a thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/record_blocks.hpp"

namespace puente {

class RecordStore {
 public:
  explicit RecordStore(const LabelFormat& labels) : labels_(labels), pool_(labels) {}
  RecordStore(RecordStore&&) = default;
  RecordStore& operator=(RecordStore&&) = default;
  const LabelFormat& labels() const { return labels_; }
  /// Keeps those of n records that have a weight; label[c][i] is record i's label c.
  void add(std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> label);
  void merge(RecordStore&& other);
  std::size_t size() const;
  const std::vector<RecordBlock*>& blocks() const { return blocks_; }
  /// Gives the memory of the blocks away, and the store is empty; the blocks stay where they are.
  RecordPool take_pool();
  /// Collective: afterwards each rank has a range of keys of its own, in rank order.
  void exchange_by_key(Exchange& exchange);

 private:
  std::size_t append(std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> label,
                     std::size_t first);
  std::vector<std::uint64_t> sample() const;
  std::vector<std::vector<std::byte>> sorted_by_rank(std::span<const std::uint64_t> splitters);
  void take(const std::vector<std::byte>& bytes);

  LabelFormat labels_;
  RecordPool pool_;
  std::vector<RecordBlock*> blocks_;
};

}  // namespace puente
