// Lists of some of many rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace puente {

/// The indices of n rows that are so, in their order; nothing is predicted.
template <class Condition>
void keep_where(std::size_t n, Condition&& is_so, std::vector<std::int32_t>& kept) {
  kept.resize(n + 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    kept[count] = static_cast<std::int32_t>(i);
    count += is_so(i) ? 1 : 0;
  }
  kept.resize(count);
}

}  // namespace puente
