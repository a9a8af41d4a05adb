#include "engine/statistics/selection.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/core/error.hpp"
#include "engine/statistics/descent.hpp"

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

}  // namespace

/// The list ends at the first key at which the cumulative weight is above the limit.
std::vector<Cut> select_up_to(std::span<const SelectionItem> items, std::span<const double> target, Exchange& exchange) {
  DescentItems descent_items;
  descent_items.count = items.size();
  descent_items.words = std::tuple_size_v<SelectionKey>;
  descent_items.groups = target.size();
  descent_items.key = [items](std::size_t i, std::size_t word) { return items[i].key[word]; };
  descent_items.weight = [items](std::size_t i) { return items[i].weight; };
  descent_items.group = [items](std::size_t i) { return static_cast<std::size_t>(items[i].group); };
  Descent descent(descent_items, exchange);
  std::vector<Wide> threshold;
  std::vector<std::size_t> group;
  for (std::size_t g = 0; g < target.size(); ++g) {
    threshold.push_back(fixed_target(target[g]) + 1);
    group.push_back(g);
  }
  const std::vector<Landing> landings = descent.find(threshold, group);
  std::vector<Cut> cuts(target.size());
  for (std::size_t g = 0; g < target.size(); ++g) {
    cuts[g].total = weight_of(descent.total(g));
    if (!landings[g].reached) continue;
    cuts[g].all = false;
    cuts[g].key = landings[g].key;
    cuts[g].fraction = weight_of(threshold[g] - 1 - landings[g].before) / weight_of(landings[g].here);
  }
  return cuts;
}

std::vector<double> weighted_quantiles(std::span<const double> values, std::span<const double> weights,
                                       std::span<const double> shares, Exchange& exchange) {
  DescentItems items;
  items.count = values.size();
  items.key = [values](std::size_t i, std::size_t) { return ordered_bits(values[i]); };
  items.weight = [weights](std::size_t i) { return weights[i]; };
  items.group = [](std::size_t) { return std::size_t{0}; };
  Descent descent(items, exchange);
  std::vector<double> quantiles(shares.size(), std::numeric_limits<double>::quiet_NaN());
  if (descent.total(0) == 0) return quantiles;
  std::vector<Wide> threshold;
  for (const double p : shares) threshold.push_back(std::max<Wide>(1, share_of(decimal_of(p), descent.total(0))));
  const std::vector<Landing> landings = descent.find(threshold, std::vector<std::size_t>(shares.size(), 0));
  for (std::size_t k = 0; k < shares.size(); ++k) quantiles[k] = from_ordered_bits(landings[k].key[0]);
  return quantiles;
}

RankTable rank_table(std::span<const double> values, std::span<const double> weights, Exchange& exchange) {
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
