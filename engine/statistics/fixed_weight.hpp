// Weights as integers in 2^-80 fixed point, for cumulative weights that are compared exactly, and shares p as the
// decimals they were written as. Pure functions.
#pragma once

#include <bit>
#include <cstdint>

namespace puente {

using Wide = __int128;

/// Totals of weight stay below this, in units of 2^-80: 2^46 people.
inline constexpr Wide largest_total_weight = static_cast<Wide>(1) << 126;

/// The nearest multiple of 2^-80 (ties to even, as ExactSum rounds), for 0 ≤ w < 2^46.
inline Wide fixed_weight(double w) {
  const double border = 0x1p-28;
  const auto bits = std::bit_cast<std::uint64_t>(w < border ? (w + border) - border : w);
  const int biased = static_cast<int>(bits >> 52);
  if (biased == 0) return 0;
  const Wide mantissa = static_cast<Wide>((bits & 0xfffffffffffff) | 0x10000000000000);
  const int shift = biased - 1075 + 80;
  return shift >= 0 ? mantissa << shift : mantissa >> -shift;
}
/// Nearest double.
double weight_of(Wide fixed);

/// p = numerator / 10^places, from the shortest decimal that reads back as p.
struct Decimal {
  std::uint64_t numerator = 0;
  int places = 0;
};
/// Throws Error (bad_input) unless 0 ≤ p ≤ 1.
Decimal decimal_of(double p);

/// ⌈p·total⌉: a whole cumulative weight reaches p·total exactly when it reaches this.
Wide share_of(const Decimal& p, Wide total);

}  // namespace puente
