#include "engine/statistics/selection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/core/random.hpp"

namespace puente {
namespace {

Exchange alone;
Team one_thread;

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
  const Cut cut = select_up_to(items, target, alone, one_thread)[0];
  EXPECT_FALSE(cut.all);
  EXPECT_EQ(cut.key, (SelectionKey{2, 0, 0}));
  EXPECT_EQ(cut.fraction, 0.5);
  EXPECT_EQ(cut.total, 8);
}

TEST(SelectUpTo, ATargetBeyondAllTakesAllAndZeroTakesNone) {
  const std::vector<SelectionItem> items = {{{1, 0, 0}, 2, 0}, {{1, 0, 1}, 2, 1}};
  const double target[] = {2, 0, 5};
  const auto cuts = select_up_to(items, target, alone, one_thread);
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
    EXPECT_EQ(weighted_quantile(values, weights, percent / 100.0, alone, one_thread), expanded[reached - 1]) << percent;
  }
}

TEST(WeightedQuantile, OfNobodyIsMissing) {
  const double value[] = {1}, weight[] = {0};
  EXPECT_TRUE(std::isnan(weighted_quantile(value, weight, 0.5, alone, one_thread)));
}

TEST(RankTable, AveragesTies) {
  const double values[] = {5, 1, 5, 9}, weights[] = {1, 2, 3, 2};
  const RankTable table = rank_table(values, weights, alone, one_thread);
  EXPECT_EQ(table.values, (std::vector<double>{1, 5, 9}));
  EXPECT_EQ(table.mid_ranks, (std::vector<double>{0.125, 0.5, 0.875}));
}

}  // namespace
}  // namespace puente
