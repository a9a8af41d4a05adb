// The way down to where cumulative weight reaches a threshold: some bits of the key at a time, all ranks add the weights of
// the cells that their items fall into, and go on with the items of the cell in which the threshold lies. Many
// thresholds, and several groups of items, go down together. Exact, and the same for every layout; what ranks exchange
// does not depend on the number of items.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/fixed_weight.hpp"
#include "engine/statistics/selection.hpp"

namespace puente {

/// The items of this rank, by number.
struct DescentItems {
  std::size_t count = 0;
  std::size_t words = 1;  ///< of the key, that are looked at
  std::size_t groups = 1;
  std::function<std::uint64_t(std::size_t item, std::size_t word)> key;
  std::function<double(std::size_t item)> weight;
  std::function<std::size_t(std::size_t item)> group;
};

/// Where a threshold lies.
struct Landing {
  bool reached = false;      ///< false: the group's total is below the threshold
  SelectionKey key{};
  Wide before = 0, here = 0; ///< weight of what stands before the key, and at it
};

class Descent {
 public:
  /// Collective: the totals of all groups are known afterwards.
  Descent(const DescentItems& items, Exchange& exchange);
  Wide total(std::size_t group) const { return total_[group]; }
  /// Collective. For each threshold (at least 1), in the group it belongs to: the first key at which the cumulative weight
  /// is at least the threshold.
  std::vector<Landing> find(std::span<const Wide> threshold, std::span<const std::size_t> group);

 private:
  /// A cell on the way: its items here, and the thresholds that lie in it.
  struct Node {
    std::vector<std::uint32_t> items;
    std::vector<std::size_t> thresholds;
    Landing at;
  };
  std::vector<Node> roots(std::span<const std::size_t> group) const;
  std::vector<Wide> weigh_cells(const std::vector<Node>& nodes, std::size_t word, int shift, int bits) const;
  std::vector<Node> step(std::vector<Node> nodes, std::span<const Wide> threshold, std::size_t word, int shift, int bits) const;
  static std::size_t cell_of(std::uint64_t key, int shift, int bits) { return (key >> shift) & ((std::uint64_t{1} << bits) - 1); }

  const DescentItems& items_;
  Exchange& exchange_;
  std::vector<Wide> total_;
};

}  // namespace puente
