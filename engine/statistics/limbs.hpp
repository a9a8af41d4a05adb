// Terms cut into limbs at fixed borders: term = Σ limb[l]·2^limb_exponent[l], the lowest rounded to nearest even, so
// that adding limbs as int64 gives the bits of ExactSum::add. Loops over terms vectorise: the cut is by adding and
// taking off 1.5·2^(52+e) (Dekker's splitting; the integers are read off the mantissa). Pure functions, and
// LimbTable, which is one object a thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "engine/core/finite.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

inline constexpr int limb_count = 4;
inline constexpr std::array<int, limb_count> limb_exponent{-80, -30, 20, 70};
inline constexpr std::array<double, limb_count> limb_border{0x1.8p-28, 0x1.8p22, 0x1.8p72, 0x1.8p122};
/// Magnitudes below limb_reach[L - 1] need the lowest L limbs, each then of at most 2^49 in magnitude.
inline constexpr std::array<double, limb_count> limb_reach{0x1p-31, 0x1p19, 0x1p69, 0x1p79};
/// So many limbs of 2^49 fit in an int64.
inline constexpr std::int64_t limb_additions = 16383;

using Counts = std::int64_t __attribute__((vector_size(32)));
using Bits = std::uint64_t __attribute__((vector_size(32)));  ///< for differences that may wrap: those of terms that do not fit

struct alignas(32) Limbs {
  std::array<std::int64_t, limb_count> limb{};
  Counts counts() const {
    Counts all;
    std::memcpy(&all, limb.data(), sizeof all);
    return all;
  }
  void set(Counts all) { std::memcpy(limb.data(), &all, sizeof all); }
};

/// Limbs that terms of these magnitude bits need; limb_count + 1 when a term does not fit a sum.
inline int limbs_needed(std::int64_t magnitude_bits) {
  int needed = 1;
  while (needed <= limb_count && magnitude_bits >= std::bit_cast<std::int64_t>(limb_reach[needed - 1])) ++needed;
  return needed;
}

/// One limb off `rest`, as 1.5·2^52 + count in the bits of a double.
template <int L>
inline std::uint64_t take_limb(double& rest) {
  const double shifted = rest + limb_border[L];
  rest -= shifted - limb_border[L];
  return std::bit_cast<std::uint64_t>(shifted);
}

/// Adds n terms that need `Count` limbs.
template <int Count>
inline void add_terms(const double* terms, std::size_t n, Limbs& sum) {
  std::uint64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double rest = terms[i];
    if constexpr (Count > 3) s3 += take_limb<3>(rest);
    if constexpr (Count > 2) s2 += take_limb<2>(rest);
    if constexpr (Count > 1) s1 += take_limb<1>(rest);
    s0 += take_limb<0>(rest);
  }
  const auto count = [n](std::uint64_t s, int l) {
    return static_cast<std::int64_t>(s - n * std::bit_cast<std::uint64_t>(limb_border[l]));
  };
  sum.limb[0] += count(s0, 0);
  if constexpr (Count > 1) sum.limb[1] += count(s1, 1);
  if constexpr (Count > 2) sum.limb[2] += count(s2, 2);
  if constexpr (Count > 3) sum.limb[3] += count(s3, 3);
}

/// The two lowest limbs of terms that come one at a time, enough for most: it is found out at the end. The upper limb of
/// such a term, counted from −2^49, is below 2^50; of others the difference of the doubles' bits is larger, whatever
/// they are.
struct LowLimbs {
  static constexpr std::uint64_t half = std::uint64_t{1} << 49;
  static constexpr std::uint64_t lowest = std::bit_cast<std::uint64_t>(limb_border[1]) - half;
  std::uint64_t s0 = 0, s1 = 0, all = 0;
  void add(double rest) {
    const std::uint64_t upper = take_limb<1>(rest) - lowest;
    s1 += upper;
    all |= upper;
    s0 += take_limb<0>(rest);
  }
  /// Whether no term needed more.
  bool fits() const { return all < 2 * half; }
  /// n: how many terms there were.
  void add_to(Limbs& sum, std::size_t n) const {
    sum.limb[0] += static_cast<std::int64_t>(s0 - n * std::bit_cast<std::uint64_t>(limb_border[0]));
    sum.limb[1] += static_cast<std::int64_t>(s1 - n * half);
  }
};

/// Adds n terms of any magnitude; false when one does not fit a sum, and then none is added.
inline bool add_terms(const double* terms, std::size_t n, Limbs& sum) {
  LowLimbs low;
#pragma GCC unroll 2
  for (std::size_t i = 0; i < n; ++i) low.add(terms[i]);
  if (low.fits()) {
    low.add_to(sum, n);
    return true;
  }
  switch (limbs_needed(largest_magnitude_bits(terms, n))) {
    case 2:
    case 3: add_terms<3>(terms, n, sum); return true;
    case 4: add_terms<4>(terms, n, sum); return true;
    default: return false;
  }
}

/// Two limbs next to one another: the two lowest of a term, or the two upper ones, which few terms need.
struct alignas(16) LimbPair {
  std::int64_t low, high;
};

/// Four terms as limbs, the highest first.
class FourTerms {
 public:
  /// Up to four of them.
  FourTerms(const double* terms, std::size_t count) : count_(count) {
    if (count == 4) std::memcpy(&rest_, terms, sizeof rest_);
    else
      for (std::size_t i = 0; i < count; ++i) rest_[i] = terms[i];
  }
  template <int L>
  Counts take() {
    const Four shifted = rest_ + limb_border[L];
    rest_ -= shifted - limb_border[L];
    return std::bit_cast<Counts>(std::bit_cast<Bits>(shifted) - std::bit_cast<std::uint64_t>(limb_border[L]));
  }
  /// One pair a term, `stride` apart.
  void put(const Counts& low, const Counts& high, LimbPair* to, std::size_t stride) const {
    const Counts pairs[] = {__builtin_shuffle(low, high, Counts{0, 4, 2, 6}), __builtin_shuffle(low, high, Counts{1, 5, 3, 7})};
    for (std::size_t i = 0; i < count_; ++i) std::memcpy(to + i * stride, reinterpret_cast<const LimbPair*>(pairs + i % 2) + i / 2, sizeof(LimbPair));
  }

 private:
  using Four = double __attribute__((vector_size(32)));
  std::size_t count_;
  Four rest_{};
};

/// Calls of_four(first, count) for terms first, first + 1, …, at most four at once.
template <class OfFour>
inline void in_fours(std::size_t n, OfFour&& of_four) {
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) of_four(i, std::size_t{4});
  if (i < n) of_four(i, n - i);
}

/// Cuts n terms into their two lowest limbs, term i's at lower[i·stride]; false where one needs more (as LowLimbs has it).
inline bool cut_low_terms(const double* terms, std::size_t n, LimbPair* lower, std::size_t stride) {
  Bits all{};
  in_fours(n, [&](std::size_t i, std::size_t count) {
    FourTerms four(terms + i, count);
    const Counts high = four.take<1>(), low = four.take<0>();
    all |= std::bit_cast<Bits>(high) + LowLimbs::half;
    four.put(low, high, lower + i * stride, stride);
  });
  return (all[0] | all[1] | all[2] | all[3]) < 2 * LowLimbs::half;
}

/// Cuts n terms below limb_reach[3] into all their limbs, the upper ones at upper[i·upper_stride].
inline void cut_terms(const double* terms, std::size_t n, LimbPair* lower, std::size_t stride, LimbPair* upper, std::size_t upper_stride) {
  in_fours(n, [&](std::size_t i, std::size_t count) {
    FourTerms four(terms + i, count);
    const Counts l3 = four.take<3>(), l2 = four.take<2>(), l1 = four.take<1>(), l0 = four.take<0>();
    four.put(l2, l3, upper + i * upper_stride, upper_stride);
    four.put(l0, l1, lower + i * stride, stride);
  });
}

inline void add_limbs(Limbs& to, const Limbs& piece) { to.set(to.counts() + piece.counts()); }

/// Hands the limbs over to an exact sum and empties them.
inline void flush(Limbs& limbs, ExactSum& sum) {
  for (int l = 0; l < limb_count; ++l)
    if (limbs.limb[l] != 0) sum.add_multiple(limbs.limb[l], limb_exponent[l]);
  limbs = {};
}

/// An exact sum of terms that come some at a time; limbs are handed over before one can overflow.
class LimbSum {
 public:
  void add(const double* terms, std::size_t n) {
    for (std::size_t first = 0; first < n; first += most_at_once) {
      const std::size_t count = std::min(n - first, most_at_once);
      if (additions_ + count > static_cast<std::size_t>(limb_additions)) hand_over();
      additions_ += count;
      if (add_terms(terms + first, count, limbs_)) continue;
      for (std::size_t i = 0; i < count; ++i) sum_.add(terms[first + i]);
    }
  }
  const ExactSum& total() {
    hand_over();
    return sum_;
  }

 private:
  static constexpr std::size_t most_at_once = 8192;
  void hand_over() {
    flush(limbs_, sum_);
    additions_ = 0;
  }
  Limbs limbs_;
  std::size_t additions_ = 0;
  ExactSum sum_;
};

}  // namespace puente
