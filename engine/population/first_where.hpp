// Looking for the first value that is not as it should be, where hardly ever one is. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace puente {

/// Index of the first of n values that is so, or -1. Runs of values are asked as a whole, in loops that vectorise: nothing in
/// them is wider than a value.
template <class T, class Condition>
std::ptrdiff_t first_where(const T* values, std::size_t n, Condition&& is_so) {
  using Half = std::conditional_t<sizeof(T) == 1, std::uint8_t, std::uint16_t>;
  using Flag = std::conditional_t<sizeof(T) <= 2, Half, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
  constexpr std::size_t run = 1024;
  for (std::size_t first = 0; first < n; first += run) {
    const T* const begin = values + first;
    const std::size_t rows = std::min(run, n - first);
    Flag any = 0;
    for (std::size_t i = 0; i < rows; ++i) any |= is_so(begin[i]) ? Flag{1} : Flag{0};
    if (any != 0) return std::find_if(begin, begin + rows, is_so) - values;
  }
  return -1;
}

}  // namespace puente
