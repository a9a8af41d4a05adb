// Whether numbers are all there: neither NaN nor infinite. Looks at the bits, in a loop that vectorises. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace puente {

/// Bits of the largest magnitude among the values, 0 when there are none; infinities are above all numbers, NaN above them.
inline std::int64_t largest_magnitude_bits(const double* values, std::size_t n) {
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t bits = std::bit_cast<std::int64_t>(values[i]) & 0x7fffffffffffffff;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

inline bool all_finite(const double* values, std::size_t n) { return largest_magnitude_bits(values, n) < 0x7ff0000000000000; }

}  // namespace puente
