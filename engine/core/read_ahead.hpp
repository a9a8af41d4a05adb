// Memory that will be read soon, asked for a little at a time while other work goes on: a block's columns come from memory
// while the block before it is being computed. Changes no result. One object a thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace puente {

class ReadAhead {
 public:
  /// Forgets what was asked for before.
  void start() {
    ranges_.clear();
    lines_ = 0;
    at_ = 0;
  }
  void add(const void* begin, std::size_t bytes) {
    ranges_.push_back({static_cast<const char*>(begin), bytes});
    lines_ += bytes / line + 1;
  }
  /// Asks for the next part, one in `parts` of all.
  void advance() {
    std::size_t wanted = lines_ / parts + 1;
    while (wanted > 0 && at_ < ranges_.size()) {
      Range& range = ranges_[at_];
      const std::size_t bytes = std::min(range.bytes, wanted * line);
      for (std::size_t i = 0; i < bytes; i += line) __builtin_prefetch(range.begin + i, 0, 2);
      wanted -= std::min(wanted, bytes / line + 1);
      range = {range.begin + bytes, range.bytes - bytes};
      if (range.bytes == 0) ++at_;
    }
  }

 private:
  static constexpr std::size_t line = 64, parts = 15;
  struct Range {
    const char* begin;
    std::size_t bytes;
  };
  std::vector<Range> ranges_;
  std::size_t lines_ = 0, at_ = 0;
};

}  // namespace puente
