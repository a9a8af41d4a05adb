#include "engine/statistics/crossing.hpp"

namespace puente {

/// Groupings of many labels first, each to the crossing that has fewest cells so far.
std::vector<Crossing> cross(std::span<const SlotRange> ranges, std::size_t most) {
  std::vector<std::size_t> order;
  std::vector<Crossing> alone;
  for (std::size_t c = 0; c < ranges.size(); ++c)
    if (radix(ranges[c]) > 0) order.push_back(c);
    else alone.push_back({{c}, {0}, 1});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return radix(ranges[a]) > radix(ranges[b]); });
  const auto fits = [most](const Crossing& crossing) { return !crossing.crossed() || crossing.cells <= most; };
  for (std::size_t count = order.empty() ? 0 : 1;; ++count) {
    std::vector<Crossing> crossings(count);
    for (const std::size_t c : order) {
      Crossing& to = *std::ranges::min_element(crossings, {}, &Crossing::cells);
      to.columns.push_back(c);
      to.stride.push_back(static_cast<std::int32_t>(to.cells));
      if (to.cells <= most) to.cells *= static_cast<std::size_t>(radix(ranges[c]));  // else it is too large already, and would wrap at last
    }
    if (!std::all_of(crossings.begin(), crossings.end(), fits)) continue;
    crossings.insert(crossings.end(), alone.begin(), alone.end());
    return crossings;
  }
}

}  // namespace puente
