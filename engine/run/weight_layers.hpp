// Households of a block that stand at the margin of a cut and are served for part of their weight. Such a household is
// simulated in layers, one a part of its weight: the interval (0, 1] of its weight is cut at each fraction that one of
// its programmes serves. Other households have one layer, the whole. The cuts are the household's own, so that they do
// not depend on who else is in the block. Plain values of one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

namespace puente {

/// A part of a household's weight.
struct WeightPart {
  double from = 0, to = 0;
  double size() const { return to > from ? to - from : 0.0; }
  friend WeightPart overlap(const WeightPart& a, const WeightPart& b) {
    return {std::max(a.from, b.from), std::min(a.to, b.to)};
  }
};

class WeightLayers {
 public:
  void clear() { borders_.clear(); }
  bool empty() const { return borders_.empty(); }
  /// One of the household's programmes serves this fraction of it, 0 < fraction < 1.
  void add(std::size_t household, double fraction) {
    std::vector<double>& borders = borders_.try_emplace(household, std::vector<double>{0.0, 1.0}).first->second;
    const auto at = std::lower_bound(borders.begin(), borders.end(), fraction);
    if (*at != fraction) borders.insert(at, fraction);
  }
  std::size_t layers() const {
    std::size_t most = 1;
    for (const auto& [household, borders] : borders_) most = std::max(most, borders.size() - 1);
    return most;
  }
  /// Households with more than one layer, each with the borders of its layers from 0 to 1.
  const std::map<std::size_t, std::vector<double>>& borders() const { return borders_; }
  /// The part of a household that a layer holds.
  WeightPart part(std::size_t household, std::size_t layer) const {
    const auto found = borders_.find(household);
    if (found == borders_.end()) return {0.0, layer == 0 ? 1.0 : 0.0};
    const std::vector<double>& borders = found->second;
    if (layer + 1 >= borders.size()) return {};
    return {borders[layer], borders[layer + 1]};
  }

 private:
  std::map<std::size_t, std::vector<double>> borders_;
};

}  // namespace puente
