#include "engine/statistics/selection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/core/random.hpp"
#include "engine/statistics/fixed_weight.hpp"
#include "tests/statistics/thread_ranks.hpp"

namespace puente {
namespace {

Exchange alone;

TEST(OrderedBits, KeepTheOrderOfDoubles) {
  const double ascending[] = {-INFINITY, -1e300, -1, -1e-300, 0, 1e-300, 1, 1e300, INFINITY};
  for (std::size_t i = 0; i + 1 < std::size(ascending); ++i) {
    EXPECT_LT(ordered_bits(ascending[i]), ordered_bits(ascending[i + 1]));
    EXPECT_EQ(from_ordered_bits(ordered_bits(ascending[i])), ascending[i]);
  }
  EXPECT_EQ(ordered_bits(-0.0), ordered_bits(0.0));
}

TEST(SelectUpTo, TakesItemsInOrderAndThePartThatFits) {
  const std::vector<SelectionItem> items = {{{3, 0, 0}, 4, 0}, {{1, 0, 0}, 2, 0}, {{2, 0, 0}, 2, 0}};
  const double target[] = {3};
  const Cut cut = select_up_to(items, target, alone)[0];
  EXPECT_FALSE(cut.all);
  EXPECT_EQ(cut.key, (SelectionKey{2, 0, 0}));
  EXPECT_EQ(cut.fraction, 0.5);
  EXPECT_EQ(cut.total, 8);
}

TEST(SelectUpTo, ATargetBeyondAllTakesAllAndZeroTakesNone) {
  const std::vector<SelectionItem> items = {{{1, 0, 0}, 2, 0}, {{1, 0, 1}, 2, 1}};
  const double target[] = {2, 0, 5};
  const auto cuts = select_up_to(items, target, alone);
  EXPECT_TRUE(cuts[0].all);
  EXPECT_FALSE(cuts[1].all);
  EXPECT_EQ(cuts[1].fraction, 0);
  EXPECT_TRUE(cuts[2].all);
}

TEST(WeightedQuantile, EqualsTheSlowTwin) {
  std::vector<double> values, weights;
  for (int i = 0; i < 500; ++i) {
    values.push_back(std::floor(40 * uniform_of_bits(draw_bits(1, {i, 0, 0, 0}))) - 5);
    weights.push_back(std::floor(5 * uniform_of_bits(draw_bits(2, {i, 0, 0, 0}))));
  }
  std::vector<double> expanded;
  for (std::size_t i = 0; i < values.size(); ++i) expanded.insert(expanded.end(), static_cast<std::size_t>(weights[i]), values[i]);
  std::sort(expanded.begin(), expanded.end());
  for (int percent = 1; percent < 100; ++percent) {
    const std::size_t reached = (expanded.size() * static_cast<std::size_t>(percent) + 99) / 100;
    const double share[] = {percent / 100.0};
    EXPECT_EQ(weighted_quantiles(values, weights, share, alone)[0], expanded[reached - 1]) << percent;
  }
}

TEST(WeightedQuantile, OfNobodyIsMissing) {
  const double value[] = {1}, weight[] = {0}, share[] = {0.5};
  EXPECT_TRUE(std::isnan(weighted_quantiles(value, weight, share, alone)[0]));
}

/// The slow twin: all items sorted, and a walk along them.
Cut slow_cut(std::vector<SelectionItem> items, double target) {
  std::sort(items.begin(), items.end(), [](const SelectionItem& a, const SelectionItem& b) { return a.key < b.key; });
  Cut cut;
  Wide total = 0, before = 0;
  for (const SelectionItem& item : items) total += fixed_weight(item.weight);
  cut.total = weight_of(total);
  const Wide limit = target >= 0x1p45 ? largest_total_weight : fixed_weight(target);
  for (std::size_t first = 0, last = 0; first < items.size(); first = last) {
    Wide here = 0;
    for (; last < items.size() && items[last].key == items[first].key; ++last) here += fixed_weight(items[last].weight);
    if (before + here > limit) return {false, items[first].key, weight_of(limit - before) / weight_of(here), cut.total};
    before += here;
  }
  return cut;
}

double slow_quantile(std::vector<std::pair<double, double>> weighted, double p) {
  std::sort(weighted.begin(), weighted.end());
  Wide total = 0, reached = 0;
  for (const auto& [x, w] : weighted) total += fixed_weight(w);
  const Wide threshold = std::max<Wide>(1, share_of(decimal_of(p), total));
  for (const auto& [x, w] : weighted)
    if (reached += fixed_weight(w); reached >= threshold) return x;
  return NAN;
}

double random(int of, std::int64_t i) { return uniform_of_bits(draw_bits(static_cast<std::uint64_t>(of), {i, 0, 0, 0})); }

/// Ties, weights of zero, of a speck and of a country, values of both signs, keys that differ in their last word only.
std::vector<SelectionItem> random_items(int of, int n, int groups) {
  std::vector<SelectionItem> items;
  for (int i = 0; i < n; ++i) {
    const double kind = random(of + 1, i);
    const double weight = kind < 0.1 ? 0.0 : kind < 0.2 ? 1e-9 * random(of + 2, i) : kind < 0.3 ? 1e6 * random(of + 2, i) : random(of + 2, i);
    const double value = kind < 0.5 ? std::floor(5 * random(of + 3, i)) - 2 : std::exp(20 * random(of + 3, i) - 10);
    const auto draw = static_cast<std::uint64_t>(4 * random(of + 4, i));
    items.push_back({{ordered_bits(value), draw, static_cast<std::uint64_t>(i % 7)}, weight, static_cast<std::int32_t>(i % groups)});
  }
  return items;
}

/// Counts the numbers that are exchanged.
class CountingRank : public testing::ThreadRank {
 public:
  using testing::ThreadRank::ThreadRank;
  void sum(std::span<std::int64_t> values) override {
    summed += values.size();
    testing::ThreadRank::sum(values);
  }
  std::size_t summed = 0;
};

TEST(SelectUpTo, EqualsTheSlowTwinOnAnyRanks) {
  for (int round = 0; round < 12; ++round) {
    const int groups = 1 + round % 3, n = round == 0 ? 1 : 40 * round;
    const auto items = random_items(10 * round, n, groups);
    std::vector<std::vector<SelectionItem>> of_group(static_cast<std::size_t>(groups));
    for (const SelectionItem& item : items) of_group[static_cast<std::size_t>(item.group)].push_back(item);
    std::vector<double> targets;
    std::vector<Cut> slow;
    for (int g = 0; g < groups; ++g) {
      const double total = slow_cut(of_group[static_cast<std::size_t>(g)], 0x1p46).total;
      targets.push_back(round % 4 == 3 ? total : total * random(7, 10 * round + g));
      slow.push_back(slow_cut(of_group[static_cast<std::size_t>(g)], targets.back()));
    }
    for (int ranks = 1; ranks <= 5; ++ranks)
      testing::run_ranks(ranks, [&](Exchange& exchange) {
        std::vector<SelectionItem> mine;  // the last rank has none when there are several
        for (std::size_t i = 0; i < items.size(); ++i)
          if (static_cast<int>(i) % std::max(1, ranks - 1) == exchange.rank()) mine.push_back(items[i]);
        const auto cuts = select_up_to(mine, targets, exchange);
        for (std::size_t g = 0; g < cuts.size(); ++g) {
          EXPECT_EQ(cuts[g].all, slow[g].all) << round << ' ' << ranks;
          EXPECT_EQ(cuts[g].key, slow[g].key);
          EXPECT_EQ(cuts[g].fraction, slow[g].fraction);
          EXPECT_EQ(cuts[g].total, slow[g].total);
        }
      });
  }
}

TEST(WeightedQuantile, EqualsTheSlowTwinOnAnyRanks) {
  const std::vector<double> shares = {0, 0.1, 0.25, 0.5, 0.5000001, 0.9, 0.999, 1};
  for (int round = 0; round < 8; ++round) {
    const auto items = random_items(200 + 10 * round, 1 + 60 * round, 1);
    std::vector<std::pair<double, double>> weighted;
    for (const SelectionItem& item : items) weighted.emplace_back(from_ordered_bits(item.key[0]), item.weight);
    for (int ranks = 1; ranks <= 4; ++ranks)
      testing::run_ranks(ranks, [&](Exchange& exchange) {
        std::vector<double> values, weights;
        for (std::size_t i = 0; i < weighted.size(); ++i)
          if (static_cast<int>(i) % ranks == exchange.rank()) {
            values.push_back(weighted[i].first);
            weights.push_back(weighted[i].second);
          }
        const auto found = weighted_quantiles(values, weights, shares, exchange);
        for (std::size_t k = 0; k < shares.size(); ++k) EXPECT_EQ(found[k], slow_quantile(weighted, shares[k])) << round << ' ' << shares[k];
      });
  }
}

TEST(WeightedQuantile, WhatRanksExchangeDoesNotGrowWithTheItems) {
  std::vector<std::size_t> exchanged;
  for (const int n : {100, 10000}) {
    testing::Meeting meeting(2);
    std::size_t summed[2] = {};
    std::vector<std::thread> threads;
    for (int rank = 0; rank < 2; ++rank)
      threads.emplace_back([&, rank] {
        CountingRank exchange(meeting, rank);
        std::vector<double> values, weights;
        for (int i = 0; i < n; ++i) {
          values.push_back(random(900 + rank, i));
          weights.push_back(1);
        }
        const double shares[] = {0.5};
        weighted_quantiles(values, weights, shares, exchange);
        summed[rank] = exchange.summed;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(summed[0], summed[1]);
    exchanged.push_back(summed[0]);
  }
  EXPECT_GT(exchanged[0], 0U);
  EXPECT_EQ(exchanged[0], exchanged[1]);
}

TEST(RankTable, AveragesTies) {
  const double values[] = {5, 1, 5, 9}, weights[] = {1, 2, 3, 2};
  const RankTable table = rank_table(values, weights, alone);
  EXPECT_EQ(table.values, (std::vector<double>{1, 5, 9}));
  EXPECT_EQ(table.mid_ranks, (std::vector<double>{0.125, 0.5, 0.875}));
}

}  // namespace
}  // namespace puente
