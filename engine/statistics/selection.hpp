// Weighted selection over all ranks: where along a total order does the cumulative weight reach a target? Serves
// quantiles, ranks, and coverage cut-offs. Exact: cumulative weights are integers (2^-80 fixed point), so the answer is
// the same for every layout. Ranks exchange the weights of cells of keys, a few bits of the key at a time, and keep their
// items; only a rank table, which is on every rank by its meaning, is gathered.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"

namespace puente {

/// Doubles in their own order as unsigned integers (-0 equals 0; NaN must not be given).
inline std::uint64_t ordered_bits(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x + 0.0);
  return bits ^ ((bits >> 63) != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
}
inline double from_ordered_bits(std::uint64_t bits) {
  return std::bit_cast<double>(bits ^ ((bits >> 63) != 0 ? std::uint64_t{1} << 63 : ~std::uint64_t{0}));
}

/// Position in the order: compared word by word.
using SelectionKey = std::array<std::uint64_t, 3>;

struct SelectionItem {
  SelectionKey key{};
  double weight = 0;      ///< adds to the cumulative total (>= 0)
  std::int32_t group = 0; ///< selections of several groups go together
};

/// Where a group's list ends. Items with key < `key` are in whole; the item(s) at `key` for `fraction` of their weight
/// (0 … 1); items beyond are out. `all` when the target is not reached.
struct Cut {
  bool all = true;
  SelectionKey key{};
  double fraction = 0;
  double total = 0;     ///< total weight of the group's items
};

/// For each group g: takes items in order of key until their weight reaches target[g] (exactly, by the fraction at the
/// margin). Collective; items are this rank's own.
std::vector<Cut> select_up_to(std::span<const SelectionItem> items, std::span<const double> target, Exchange& exchange);

/// quantile(p) of weighted values, one a share p: the smallest value whose cumulative weight is >= p·W, p the decimal as
/// written (compared exactly). NaN when there is no weight. Collective.
std::vector<double> weighted_quantiles(std::span<const double> values, std::span<const double> weights,
                                       std::span<const double> shares, Exchange& exchange);

/// Distinct values ascending and their mid-ranks in [0, 1] (ties averaged). Collective; the table is on every rank.
struct RankTable {
  std::vector<double> values, mid_ranks;
};
RankTable rank_table(std::span<const double> values, std::span<const double> weights, Exchange& exchange);

}  // namespace puente
