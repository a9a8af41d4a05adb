// The random words of one household, in a fixed order: as many as asked for, four from each block of the keyed generator.
// A function of the key and the household alone. One thread an object.
#pragma once

#include <array>
#include <cstdint>

#include "engine/core/random.hpp"

namespace puente {

class Words {
 public:
  Words(std::uint64_t key, std::int64_t household) : key_(key), place_{household, 0, 0, 0} {}

  std::uint32_t next() {
    if (next_ == words_.size()) refill();
    return words_[next_++];
  }
  /// In (0, 1), of 32 bits.
  double uniform() { return (static_cast<double>(next()) + 0.5) * 0x1p-32; }
  /// In (0, 1), of 52 bits.
  double fine_uniform() {
    const std::uint64_t low = next();
    return uniform_of_bits((std::uint64_t{next()} << 32) | low);
  }

 private:
  void refill() {
    words_ = draw_words(key_, place_);
    ++place_.replicate;
    next_ = 0;
  }
  std::uint64_t key_;
  DrawPlace place_;
  std::array<std::uint32_t, 4> words_{};
  std::size_t next_ = 4;
};

}  // namespace puente
