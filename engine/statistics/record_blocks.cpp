#include "engine/statistics/record_blocks.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace puente {

RecordBlock* RecordPool::take() {
  if (free_ == nullptr) return ::new (fresh()) RecordBlock;
  RecordBlock* block = std::exchange(free_, free_->next);
  block->n = 0;
  block->next = nullptr;
  return block;
}

void RecordPool::give_back(RecordBlock* block) { block->next = std::exchange(free_, block); }

/// Slabs grow with what there is already: few records take little.
std::byte* RecordPool::fresh() {
  if (unused_ == end_) {
    constexpr std::size_t least = std::size_t{1} << 16, most = 2 * LargePages<std::byte>::page;
    const std::size_t bytes = std::max(block_bytes_, std::clamp(bytes_, least, most) / block_bytes_ * block_bytes_);
    slabs_.emplace_back(bytes);
    bytes_ += bytes;
    unused_ = slabs_.back().data();
    end_ = unused_ + bytes;
  }
  return std::exchange(unused_, unused_ + block_bytes_);
}

void RecordPool::merge(RecordPool&& other) {
  std::move(other.slabs_.begin(), other.slabs_.end(), std::back_inserter(slabs_));
  other.slabs_.clear();
  bytes_ += std::exchange(other.bytes_, 0);
  for (RecordBlock* block = std::exchange(other.free_, nullptr); block != nullptr;) give_back(std::exchange(block, block->next));
  other.unused_ = other.end_ = nullptr;
}

}  // namespace puente
