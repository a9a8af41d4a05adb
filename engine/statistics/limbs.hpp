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

/// Cuts n terms that need `Count` limbs into rows: pieces[i·stride]. Higher limbs are zero.
template <int Count>
inline void cut_terms(const double* terms, std::size_t n, Limbs* pieces, std::size_t stride) {
  for (std::size_t i = 0; i < n; ++i) {
    double rest = terms[i];
    const auto piece = [&rest]<int L>() {
      if constexpr (L < Count)
        return static_cast<std::int64_t>(take_limb<L>(rest) - std::bit_cast<std::uint64_t>(limb_border[L]));
      else
        return std::int64_t{0};
    };
    const std::int64_t p3 = piece.template operator()<3>(), p2 = piece.template operator()<2>(),
                       p1 = piece.template operator()<1>(), p0 = piece.template operator()<0>();
    pieces[i * stride].limb = {p0, p1, p2, p3};
  }
}

/// As cut_terms<2>, four terms at a time.
inline void cut_low_terms(const double* terms, std::size_t n, Limbs* pieces, std::size_t stride) {
  using Four = double __attribute__((vector_size(32)));
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4, pieces += 4 * stride) {
    Four rest;
    std::memcpy(&rest, terms + i, sizeof rest);
    const auto take = [&rest](int l) {
      const Four shifted = rest + limb_border[static_cast<std::size_t>(l)];
      rest -= shifted - limb_border[static_cast<std::size_t>(l)];
      return std::bit_cast<Counts>(shifted) - std::bit_cast<std::int64_t>(limb_border[static_cast<std::size_t>(l)]);
    };
    const Counts upper = take(1), lower = take(0), none = {};
    const Counts even = __builtin_shuffle(lower, upper, Counts{0, 4, 2, 6}), odd = __builtin_shuffle(lower, upper, Counts{1, 5, 3, 7});
    pieces[0].set(__builtin_shuffle(even, none, Counts{0, 1, 4, 5}));
    pieces[stride].set(__builtin_shuffle(odd, none, Counts{0, 1, 4, 5}));
    pieces[2 * stride].set(__builtin_shuffle(even, none, Counts{2, 3, 4, 5}));
    pieces[3 * stride].set(__builtin_shuffle(odd, none, Counts{2, 3, 4, 5}));
  }
  cut_terms<2>(terms + i, n - i, pieces, stride);
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
