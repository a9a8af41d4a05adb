// The two lowest limbs (limbs.hpp) of terms that are not below zero, for a loop that makes several terms of a record and
// sums all of them in registers. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/statistics/limbs.hpp"

namespace puente {

/// The two lowest limbs of one term, as take_limb gives them.
struct LowCut {
  std::uint64_t upper, lower;
  explicit LowCut(double rest) : upper(take_limb<1>(rest)), lower(take_limb<0>(rest)) {}
};

/// Those of terms that come one at a time. Whether they were enough is told from all upper limbs joined by `|`: none is
/// below limb_border's bits, and one that counts 2^49 or more sets a bit there or above that limb_border does not have.
struct LowCuts {
  static constexpr std::uint64_t border0 = std::bit_cast<std::uint64_t>(limb_border[0]), border1 = std::bit_cast<std::uint64_t>(limb_border[1]);
  std::uint64_t s0 = 0, s1 = 0;
  void add(const LowCut& cut) {
    s1 += cut.upper;
    s0 += cut.lower;
  }
  void add_to(Limbs& sum, std::size_t n) const {
    sum.limb[0] += static_cast<std::int64_t>(s0 - n * border0);
    sum.limb[1] += static_cast<std::int64_t>(s1 - n * border1);
  }
  static bool enough(std::uint64_t joined) { return (joined ^ border1) < (std::uint64_t{1} << 49); }
  /// No term was above this, where they were enough.
  static double most(std::uint64_t joined) { return static_cast<double>((joined ^ border1) + 1) * 0x1p-30; }
};

}  // namespace puente
