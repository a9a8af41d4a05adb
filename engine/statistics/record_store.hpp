// Records kept for exact order statistics: the order's key of y, the weight, and a label for each of some groupings.
// Kept in chunks, so that growing copies nothing and merging moves pointers. One object a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"

namespace puente {

class RecordStore {
 public:
  static constexpr std::size_t chunk_capacity = 32768;

  struct Chunk {
    explicit Chunk(std::size_t labels, std::size_t capacity = chunk_capacity);
    std::size_t n = 0;
    std::unique_ptr<std::uint64_t[]> key;
    std::unique_ptr<double[]> weight;
    std::vector<std::unique_ptr<std::int32_t[]>> label;
  };

  explicit RecordStore(std::size_t labels) : labels_(labels) {}
  std::size_t labels() const { return labels_; }
  /// Keeps those of n records that have a weight; label[c][i] is record i's label in column c.
  void add(std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> label);
  void merge(RecordStore&& other);
  std::size_t size() const;
  std::vector<Chunk>& chunks() { return chunks_; }
  const std::vector<Chunk>& chunks() const { return chunks_; }
  /// Collective: afterwards each rank has a range of keys of its own, in rank order.
  void exchange_by_key(Exchange& exchange);

 private:
  std::size_t append(std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> label,
                     std::size_t first);
  std::vector<std::uint64_t> sample() const;
  std::vector<std::vector<std::byte>> sorted_by_rank(std::span<const std::uint64_t> splitters) const;
  void take(const std::vector<std::byte>& bytes);

  std::size_t labels_;
  std::vector<Chunk> chunks_;
};

}  // namespace puente
