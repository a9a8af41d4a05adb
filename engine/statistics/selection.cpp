#include "engine/statistics/selection.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/core/error.hpp"
#include "engine/statistics/fixed_weight.hpp"

namespace puente {

namespace {

template <class T>
std::vector<T> gathered(std::span<const T> mine, Exchange& exchange) {
  const std::vector<std::byte> bytes = exchange.gather_all(std::as_bytes(mine));
  std::vector<T> all(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

struct Weighted {
  std::uint64_t value = 0;
  double weight = 0;
};

/// Distinct values in order with the exact weight at each, of all ranks.
struct Distinct {
  std::vector<std::uint64_t> value;
  std::vector<Wide> weight;
  Wide total = 0;
};

Distinct distinct_of(std::span<const double> values, std::span<const double> weights, Exchange& exchange) {
  std::vector<Weighted> mine;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (weights[i] > 0) mine.push_back({ordered_bits(values[i]), weights[i]});
  std::vector<Weighted> all = gathered(std::span<const Weighted>(mine), exchange);
  std::sort(all.begin(), all.end(), [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
  Distinct distinct;
  for (const Weighted& item : all) {
    if (distinct.value.empty() || distinct.value.back() != item.value) {
      distinct.value.push_back(item.value);
      distinct.weight.push_back(0);
    }
    distinct.weight.back() += fixed_weight(item.weight);
    distinct.total += fixed_weight(item.weight);
  }
  return distinct;
}

/// Exact comparison needs the target in fixed point: a target as large as the range covers everything.
Wide fixed_target(double target) { return target >= 0x1p45 ? largest_total_weight : fixed_weight(target); }

Cut cut_of(std::span<const SelectionItem> items, double target) {
  Cut cut;
  Wide total = 0;
  for (const SelectionItem& item : items) total += fixed_weight(item.weight);
  cut.total = weight_of(total);
  const Wide limit = fixed_target(target);
  Wide before = 0;
  for (std::size_t first = 0; first < items.size();) {
    std::size_t last = first;
    Wide here = 0;
    for (; last < items.size() && items[last].key == items[first].key; ++last) here += fixed_weight(items[last].weight);
    if (before + here > limit) {
      cut.all = false;
      cut.key = items[first].key;
      cut.fraction = weight_of(limit - before) / weight_of(here);
      return cut;
    }
    before += here;
    first = last;
  }
  return cut;
}

}  // namespace

std::vector<Cut> select_up_to(std::span<const SelectionItem> items, std::span<const double> target, Exchange& exchange,
                              Team& team) {
  std::vector<SelectionItem> all = gathered(items, exchange);
  std::sort(all.begin(), all.end(), [](const SelectionItem& a, const SelectionItem& b) {
    return a.group != b.group ? a.group < b.group : a.key < b.key;
  });
  std::vector<Cut> cuts(target.size());
  team.for_each(target.size(), [&](std::size_t g, int) {
    const auto of_group = std::equal_range(all.begin(), all.end(), SelectionItem{{}, 0, static_cast<std::int32_t>(g)},
                                           [](const SelectionItem& a, const SelectionItem& b) { return a.group < b.group; });
    cuts[g] = cut_of({of_group.first, of_group.second}, target[g]);
  });
  return cuts;
}

double weighted_quantile(std::span<const double> values, std::span<const double> weights, double p, Exchange& exchange,
                         Team&) {
  const Distinct distinct = distinct_of(values, weights, exchange);
  const Wide reached = std::max<Wide>(1, share_of(decimal_of(p), distinct.total));
  Wide cumulative = 0;
  for (std::size_t k = 0; k < distinct.value.size(); ++k) {
    cumulative += distinct.weight[k];
    if (cumulative >= reached) return from_ordered_bits(distinct.value[k]);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

RankTable rank_table(std::span<const double> values, std::span<const double> weights, Exchange& exchange, Team&) {
  const Distinct distinct = distinct_of(values, weights, exchange);
  RankTable table;
  Wide before = 0;
  for (std::size_t k = 0; k < distinct.value.size(); ++k) {
    table.values.push_back(from_ordered_bits(distinct.value[k]));
    table.mid_ranks.push_back((weight_of(before) + weight_of(before + distinct.weight[k])) / 2 / weight_of(distinct.total));
    before += distinct.weight[k];
  }
  return table;
}

}  // namespace puente
