// The sketch alone, before anything is put in order: its bounds hold however coarse it is, and it knows when it is too coarse.
#include "engine/statistics/welfare_sketch.hpp"

#include "engine/statistics/order_plan.hpp"
#include "tests/statistics/welfare_cases.hpp"

namespace puente::testing {
namespace {

const std::vector<double> quantiles = {0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 0.99, 0.999, 1};

/// Their places among these and the deciles, ascending: 0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, …
constexpr std::size_t half = 9, three_quarters = 12;

struct Sketched {
  OrderStatistics found;
  bool too_coarse = false;
};

Sketched sketch_of(const std::vector<double>& y, const std::vector<double>& w) {
  WelfareSketch sketch(1, 0);
  sketch.add(y.size(), y.data(), w.data(), true, {}, 0);
  Exchange exchange;
  sketch.reduce(exchange);
  std::int64_t records = 0;
  WelfareSketch::SlotTotals totals;
  for (std::size_t i = 0; i < y.size(); ++i) {
    records += w[i] > 0;
    totals.weight += w[i];
    totals.income += w[i] * y[i];
  }
  Sketched result{sketch.find(0, OrderPlan(quantiles), records), false};
  result.too_coarse = sketch.too_coarse(0, totals, result.found);
  return result;
}

OrderStatistics exact_of(const std::vector<double>& y, const std::vector<double>& w) {
  WelfareStatistics asked;
  OrderRecords records(asked, {});
  records.add({y.size(), y.data(), w.data(), {}}, {});
  Exchange exchange;
  Team team;
  std::vector<OrderStatistics> found(1);
  records.find(OrderPlan(quantiles), exchange, team, found);
  return found[0];
}

// Every bound of every figure, however wide: 12 kinds of data, from one record to thousands.
TEST(Bounds, HoldHoweverCoarse) {
  std::size_t checked = 0, tight = 0;
  for (const Kind kind : kinds)
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{10}, std::size_t{100}, std::size_t{1000}, std::size_t{8000}})
      for (std::uint64_t seed = 1; seed <= (n < 1000 ? 40u : 4u); ++seed) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records, seed " + std::to_string(seed));
        const Sample s = sample_of(kind, n, seed);
        const Sketched sketched = sketch_of(s.y, s.w);
        const OrderStatistics &a = sketched.found, b = exact_of(s.y, s.w);
        if (std::isnan(a.quantile[0])) {
          EXPECT_TRUE(sketched.too_coarse);
          continue;
        }
        for (std::size_t k = 0; k < b.quantile.size(); ++k)
          ASSERT_LE(std::fabs(a.quantile[k] - b.quantile[k]), a.quantile_error_bound[k]) << "share " << k;
        if (std::isnan(a.gini) || std::isnan(b.gini)) {
          EXPECT_TRUE(sketched.too_coarse || (std::isnan(a.gini) && std::isnan(b.gini)));
          continue;
        }
        ++checked;
        const double rounding = 1e-15;  // of the exact figures
        ASSERT_LE(std::fabs(a.gini - b.gini), a.gini_error_bound + rounding * b.gini);
        for (std::size_t k = 0; k < b.lorenz.size(); ++k)
          ASSERT_LE(std::fabs(a.lorenz[k] - b.lorenz[k]), a.lorenz_error_bound + rounding) << "share " << k;
        if (sketched.too_coarse) continue;
        ++tight;
        EXPECT_LE(a.gini_error_bound, 1e-5 * a.gini);
        EXPECT_LE(a.lorenz_error_bound, 1e-5);
      }
  EXPECT_GT(checked, 1000u);
  EXPECT_GT(tight, 40u);
}

// Two bins of one record each: [100, 100.25) holds 100.2 and [200.5, 201) holds 200.75, weights 3 and 1. Between the means
// G = (3·100.2·3 + 200.75·7)/(4·501.35) − 1; within at the most 9·0.8·0.2·0.25 + 1·0.5·0.5·0.5, over 4·501.35.
TEST(Bounds, AreThoseWorkedOutByHand) {
  const OrderStatistics found = sketch_of({100.2, 200.75}, {3, 1}).found;
  const double between = (3 * 100.2 * 3 + 200.75 * 7) / (4 * 501.35) - 1, within = (9 * 0.8 * 0.2 * 0.25 + 0.5 * 0.5 * 0.5) / (4 * 501.35);
  EXPECT_NEAR(found.gini, between + within / 2, 1e-9);
  EXPECT_NEAR(found.gini_error_bound, within / 2, 1e-7);
  // Three quarters are reached by the last of the first bin.
  EXPECT_NEAR(found.quantile[three_quarters], 100.25, 1e-9);
  EXPECT_NEAR(found.quantile_error_bound[three_quarters], 0.25, 1e-9);
}

// Equal weights that are no binary fractions: 0.1 each. One half is reached in the lower value, to the letter of the
// decimal; rounded weights leave the upper one open, and the bound says so.
TEST(Quantile, OnABorderIsExactWithExactWeightsAndOpenWithRoundedOnes) {
  std::vector<double> y, whole, tenths;
  for (int i = 0; i < 30; ++i) {
    y.push_back(i < 15 ? 64 : 1024);
    whole.push_back(1);
    tenths.push_back(0.1);
  }
  const OrderStatistics a = sketch_of(y, whole).found, b = sketch_of(y, tenths).found;
  EXPECT_LE(a.quantile[half] - a.quantile_error_bound[half], 64);
  EXPECT_LE(a.quantile[half] + a.quantile_error_bound[half], 65);
  EXPECT_GE(b.quantile[half] + b.quantile_error_bound[half], 1024);
}

TEST(Quantile, OfManyZerosIsZero) {
  EXPECT_EQ(sketch_of({0, 0, 0, 5}, {1, 1, 1, 1}).found.quantile[half], 0);
}

// A record's weight may be zero in one layout of the blocks and not shown in another.
TEST(Records, OfWeightZeroChangeNoBit) {
  const Sample s = sample_of(Kind::wide_weights, 500, 3);
  std::vector<double> y = s.y, w = s.w;
  y.insert(y.end(), {1e-9, 1e14, -1e12, 3});
  w.insert(w.end(), {0, 0, 0, 0});
  const OrderStatistics a = sketch_of(s.y, s.w).found, b = sketch_of(y, w).found;
  EXPECT_TRUE(same_bits({a.gini, a.gini_error_bound, a.lorenz_error_bound}, {b.gini, b.gini_error_bound, b.lorenz_error_bound}));
  EXPECT_TRUE(same_bits(a.quantile_error_bound, b.quantile_error_bound));
}

TEST(TooCoarse, WhereAValueHasNoBinOrAWeightDoesNotFit) {
  EXPECT_TRUE(sketch_of({1, 1e15}, {1, 1}).too_coarse);
  EXPECT_TRUE(sketch_of({1, 2}, {1, 1e7}).too_coarse);
  EXPECT_TRUE(sketch_of({1, 2}, {1e-12, 2e-12}).too_coarse);                   // rounded away
  EXPECT_TRUE(sketch_of({1e-20, 3e-20}, {1, 1}).too_coarse);                   // taken for zero
  EXPECT_TRUE(sketch_of({-100, 100.0000001}, {0.1, 0.1}).too_coarse);          // income that rounding hides
  EXPECT_TRUE(sketch_of({1, 2, 3e13}, {1, 1, 1e-10}).too_coarse);               // rounded away, though it earns most
  EXPECT_FALSE(sketch_of({-100, 50}, {1, 1}).too_coarse);                      // no income: nothing to be exact about
}

}  // namespace
}  // namespace puente::testing
