// Questions about the bits of many numbers, in loops that vectorise and in which no step waits for the one before. Pure.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace puente {

inline std::int64_t magnitude_bits(double x) { return std::bit_cast<std::int64_t>(x) & 0x7fffffffffffffff; }

/// 0 but for NaN and infinities: to be gathered with `|` in a loop that looks at the numbers anyway.
inline std::int64_t not_finite(double x) { return std::bit_cast<std::int64_t>(x - x); }

/// Whether no number is NaN or infinite.
inline bool all_finite(const double* values, std::size_t n) {
  std::int64_t odd = 0;
  for (std::size_t i = 0; i < n; ++i) odd |= not_finite(values[i]);
  return odd == 0;
}

/// Whether every number is 0 or −0.
inline bool all_zero(const double* values, std::size_t n) {
  std::int64_t some = 0;
  for (std::size_t i = 0; i < n; ++i) some |= magnitude_bits(values[i]);
  return some == 0;
}

/// Whether every magnitude lies below `limit`; NaN does not.
inline bool all_within(const double* values, std::size_t n, double limit) {
  const std::int64_t border = std::bit_cast<std::int64_t>(limit);
  std::int64_t beyond = 0;
  for (std::size_t i = 0; i < n; ++i) beyond |= magnitude_bits(values[i]) >= border ? 1 : 0;
  return beyond == 0;
}

/// Bits of the largest magnitude, 0 when there are no numbers; NaN is above all.
inline std::int64_t largest_magnitude_bits(const double* values, std::size_t n) {
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, magnitude_bits(values[i]));
  return largest;
}

}  // namespace puente
