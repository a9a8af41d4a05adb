// The random words of one household, in a fixed order: as many as asked for, four from each block of the keyed generator. The
// first ones are drawn for many households at once.
// A function of the key and the household alone. One thread an object.
#pragma once

#include <array>
#include <cstdint>

#include "engine/core/random.hpp"

namespace puente {

class Words {
 public:
  Words(const Words&) = delete;
  /// `first` points at the household's first words (draw_household_words), borrowed.
  Words(std::uint64_t key, std::int64_t household, const std::uint32_t* first)
      : key_(key), place_{household, 0, 0, household_words / 4}, next_(first), end_(first + household_words) {}

  std::uint32_t next() {
    if (next_ == end_) refill();
    return *next_++;
  }
  /// In (0, 1), of 32 bits.
  double uniform() { return (static_cast<double>(next()) + 0.5) * 0x1p-32; }
  /// In (0, 1), of 52 bits: by two words.
  static double fine_uniform_of(const std::uint32_t* words) {
    return uniform_of_bits((std::uint64_t{words[1]} << 32) | words[0]);
  }
  /// Some of the first words.
  void skip(std::size_t words) { next_ += words; }

 private:
  void refill() {
    words_ = draw_words(key_, place_);
    ++place_.replicate;
    next_ = words_.data();
    end_ = next_ + words_.size();
  }
  std::uint64_t key_;
  DrawPlace place_;
  std::array<std::uint32_t, 4> words_{};
  const std::uint32_t *next_, *end_;
};

}  // namespace puente
