// WelfareTally beside its slow twin, for data that are hard on it; the same bits for any layout; both precisions.
#include "engine/statistics/welfare_tally.hpp"

#include "tests/statistics/welfare_cases.hpp"
#include "tests/statistics/welfare_twin.hpp"

namespace puente::testing {
namespace {

const std::size_t sizes[] = {1, 2, 7, 60, 700};

Twin twin_of(const Sample& s, std::size_t slot) {
  Twin twin;
  if (slot < 4) {
    for (std::size_t i = 0; i < s.y.size(); ++i)
      if (slot == 0 || s.slot[i] == static_cast<std::int32_t>(slot)) twin.add(s.y[i], s.w[i], s.z[i]);
  } else {
    for (const Sample::Entry& e : s.entries)
      if (e.slot == static_cast<std::int32_t>(slot)) twin.add(s.y[static_cast<std::size_t>(e.record)], e.w, s.z[static_cast<std::size_t>(e.record)]);
  }
  return twin;
}

void expect_near(double got, long double twin, double absolute, const char* what) {
  const auto should = static_cast<double>(twin);
  EXPECT_LE(std::fabs(got - should), 1e-12 * std::fabs(should) + absolute) << what << ": " << got << " against " << should;
}

void expect_entropy(const WelfareResult& r, const Twin& all) {
  const Twin positive = all.positive();
  if (positive.y.empty()) return;
  for (std::size_t a = 0; a < 3; ++a) expect_near(r.entropy[a], positive.entropy(static_cast<long double>(a) - 1), 1e-13, "entropy");
  if (all.total() > 0.01L * all.total_weight()) expect_near(r.entropy[3], all.entropy(2), 1e-13, "entropy");
  const long double epsilons[] = {0.5L, 1, 2};
  for (std::size_t e = 0; e < 3; ++e) expect_near(r.atkinson[e], positive.atkinson(epsilons[e]), 1e-13, "atkinson");
}

/// A quantile may lie a rounding of the twin's sums to either side.
void expect_order(const WelfareResult& r, const Twin& all, const WelfareStatistics& asked) {
  for (std::size_t k = 0; k < asked.quantiles.size(); ++k) {
    const auto p = static_cast<long double>(asked.quantiles[k]);
    EXPECT_GE(r.quantile[k], all.quantile_at(p - 1e-15L));
    EXPECT_LE(r.quantile[k], all.quantile_at(p + 1e-15L));
  }
  if (!(all.total() > 1e-6L * all.total_weight())) return;
  // Where positive and negative values cancel, the twin's own rounding is that much larger.
  long double size = 0;
  for (std::size_t i = 0; i < all.y.size(); ++i) size += all.w[i] * std::fabs(all.y[i]);
  const double cancelling = 1e-14 * static_cast<double>(size / all.total());
  expect_near(r.gini, all.gini(), cancelling, "gini");
  for (std::size_t k = 0; k < asked.quantiles.size(); ++k)
    expect_near(r.lorenz[k], all.lorenz(static_cast<long double>(asked.quantiles[k])), cancelling, "lorenz");
  for (int d = 0; d < 10; ++d)
    expect_near(r.decile_share[static_cast<std::size_t>(d)], all.lorenz((d + 1) / 10.0L) - all.lorenz(d / 10.0L), 10 * cancelling, "share");
}

TEST(Twin, EveryFigureOfEverySlot) {
  const WelfareStatistics asked = everything(Precision::exact);
  std::size_t slots = 0;
  for (const Kind kind : kinds) {
    if (kind == Kind::tiny || kind == Kind::huge) continue;  // below and above what a sum resolves
    for (const std::size_t n : sizes)
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records, seed " + std::to_string(seed));
        const Sample sample = sample_of(kind, n, seed);
        const auto results = tally(sample, asked).results;
        for (std::size_t s = 0; s < Sample::slots; ++s) {
          const Twin twin = twin_of(sample, s);
          const WelfareResult& r = results[s];
          ASSERT_EQ(r.records, static_cast<double>(twin.y.size()));
          if (twin.y.empty()) {
            EXPECT_TRUE(std::isnan(r.mean) && std::isnan(r.gini) && std::isnan(r.lines[0].fgt[0]) && std::isnan(r.quantile[0]));
            continue;
          }
          ++slots;
          expect_near(r.weight, twin.total_weight(), 0, "weight");
          expect_near(r.mean, twin.total() / twin.total_weight(), 1e-13, "mean");
          for (int a = 0; a < 3; ++a) expect_near(r.lines[0].fgt[a], twin.fgt(a), 0, "fgt");
          expect_near(r.lines[0].watts, twin.watts(), 1e-15, "watts");
          expect_near(r.lines[0].total_gap, twin.gap(), 0, "gap");
          expect_near(r.lines[0].poor, twin.fgt(0) * twin.total_weight(), 0, "poor");
          expect_entropy(r, twin);
          expect_order(r, twin, asked);
        }
      }
  }
  EXPECT_GT(slots, 500u);
}

/// All bits but for the sign of a missing value.
void expect_same(const Tallied& a, const Tallied& b) {
  EXPECT_EQ(a.in_order, b.in_order);
  for (std::size_t s = 0; s < Sample::slots; ++s) {
    EXPECT_TRUE(same_bits(figures(a.results[s]), figures(b.results[s]))) << "slot " << s;
    EXPECT_TRUE(same_bits(ordered_figures(a.results[s]), ordered_figures(b.results[s]))) << "slot " << s;
    EXPECT_TRUE(same_bits({a.results[s].gini_error_bound}, {b.results[s].gini_error_bound})) << "slot " << s;
    EXPECT_TRUE(same_bits(a.results[s].quantile_error_bound, b.results[s].quantile_error_bound)) << "slot " << s;
  }
}

/// Where all records have one line, its terms are fewer. The figures are those of the twin, in any layout; more ranks
/// than records leave some of them without a line.
TEST(ConstantLine, HasTheTwinsFigures) {
  for (const Kind kind : kinds)
    for (const std::size_t n : {std::size_t{1}, std::size_t{40}, std::size_t{700}})
      for (const double line : {120.0, 0.3, 0.0, -5.0}) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records, line " + std::to_string(line));
        Sample sample = sample_of(kind, n, 5);
        std::fill(sample.z.begin(), sample.z.end(), line);
        const WelfareStatistics varying = everything(Precision::exact);
        WelfareStatistics constant = varying;
        constant.constant_line = {true};
        const auto expected = tally(sample, varying).results;
        const Tallied found = tally(sample, constant);
        expect_same(tally(sample, constant, {4, 2, 3}), found);
        for (std::size_t s = 0; s < Sample::slots; ++s) {
          const WelfareResult::Line &a = found.results[s].lines[0], &b = expected[s].lines[0];
          EXPECT_TRUE(same_bits({a.fgt[0], a.watts, a.poor, a.total_gap}, {b.fgt[0], b.watts, b.poor, b.total_gap})) << "slot " << s;
          for (int alpha = 1; alpha < 3; ++alpha) {
            EXPECT_EQ(std::isnan(a.fgt[alpha]), std::isnan(b.fgt[alpha])) << "slot " << s;
            const double should = std::isnan(b.fgt[alpha]) ? 0 : b.fgt[alpha];
            EXPECT_NEAR(std::isnan(a.fgt[alpha]) ? 0 : a.fgt[alpha], should, 1e-14 * std::fabs(should)) << "slot " << s;
          }
        }
      }
}

/// Without groups the terms of a constant line are summed as they are made: the same bits as one term after the other, large
/// and small values, missing indices and all; lines whose gaps nearly, or just, need more limbs; a second line as the first.
TEST(ConstantLine, IsSummedAtOnceWhereThereAreNoGroups) {
  for (const Kind kind : kinds)
    for (const std::size_t n : {std::size_t{1}, std::size_t{40}, std::size_t{700}})
      for (const double line : {120.0, 0.3, 0.0, -5.0, 9e4, 1e5, 3e6}) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records, line " + std::to_string(line));
        Sample sample = sample_of(kind, n, 6);
        const std::vector<double> first(n, 110.0);
        std::fill(sample.z.begin(), sample.z.end(), line);
        WelfareStatistics grouped;
        grouped.lines = 1;
        grouped.watts = false;
        grouped.entropy.clear();
        grouped.atkinson.clear();
        grouped.constant_line = {true};
        grouped.slots = Sample::slots;
        grouped.groupings = {{1, 3}, {4, 2}};
        WelfareStatistics alone = grouped;
        alone.slots = 1;
        alone.groupings.clear();
        const WelfareResult with_groups = tally(sample, grouped).results[0];
        const auto at_once = [&](std::vector<const double*> lines) {
          WelfareResult result;
          alone.lines = lines.size();
          alone.constant_line.assign(lines.size(), true);
          run_ranks(1, [&](Exchange& exchange) {
            WelfareTally sums(alone);
            sums.add(WelfareRecords{n, sample.y.data(), sample.w.data(), lines}, {});
            sums.reduce(exchange);
            ThreadTeam team(1);
            result = sums.finish(exchange, team)[0];
          });
          return result;
        };
        const WelfareResult without = at_once({sample.z.data()});
        EXPECT_TRUE(same_bits(figures(with_groups), figures(without)));
        EXPECT_TRUE(same_bits(ordered_figures(with_groups), ordered_figures(without)));
        const WelfareResult::Line a = without.lines[0], b = at_once({first.data(), sample.z.data()}).lines[1];
        EXPECT_TRUE(same_bits({a.fgt[0], a.fgt[1], a.fgt[2], a.poor, a.total_gap}, {b.fgt[0], b.fgt[1], b.fgt[2], b.poor, b.total_gap}));
      }
}

TEST(Layout, RanksThreadsAndBlocksChangeNoBit) {
  for (const Precision precision : {Precision::exact, Precision::sketch})
    for (const Kind kind : kinds)
      for (const std::size_t n : {std::size_t{1}, std::size_t{40}, std::size_t{3000}}) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records");
        const Sample sample = sample_of(kind, n, 9);
        const Tallied once = tally(sample, everything(precision));
        for (const TallyLayout& layout : {TallyLayout{1, 3, 2}, TallyLayout{2, 1, 64}, TallyLayout{3, 2, 257}, TallyLayout{4, 1, 4000}})
          expect_same(tally(sample, everything(precision), layout), once);
      }
}

// A sketch gives the exact figures where it put records in order, and its bounds hold where it did not.
TEST(Sketch, StaysWithinItsBoundsOrIsExact) {
  std::size_t ordered = 0, sketched = 0;
  for (const Kind kind : kinds)
    for (const std::size_t n : {std::size_t{1}, std::size_t{30}, std::size_t{900}, std::size_t{20000}})
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", " + std::to_string(n) + " records, seed " + std::to_string(seed));
        const Sample sample = sample_of(kind, n, seed);
        const auto exact = tally(sample, everything(Precision::exact)).results;
        const Tallied found = tally(sample, everything(Precision::sketch));
        for (std::size_t s = 0; s < Sample::slots; ++s) {
          const WelfareResult &a = found.results[s], &b = exact[s];
          EXPECT_TRUE(same_bits(figures(a), figures(b))) << "what needs no order is exact in both";
          ASSERT_EQ(std::isnan(a.gini), std::isnan(b.gini)) << "slot " << s;
          if (!found.in_order.empty() && found.in_order[s]) {
            ++ordered;
            EXPECT_TRUE(same_bits(ordered_figures(a), ordered_figures(b))) << "slot " << s;
            continue;
          }
          for (std::size_t k = 0; k < a.quantile.size() && b.weight > 0; ++k)
            EXPECT_LE(std::fabs(a.quantile[k] - b.quantile[k]), a.quantile_error_bound[k]) << "slot " << s << ", quantile " << k;
          if (std::isnan(b.gini)) continue;
          ++sketched;
          EXPECT_LE(std::fabs(a.gini - b.gini), a.gini_error_bound) << "slot " << s;
          EXPECT_LE(a.gini_error_bound, 1e-5 * a.gini) << "slot " << s;
          for (std::size_t k = 0; k < a.lorenz.size(); ++k) EXPECT_LE(std::fabs(a.lorenz[k] - b.lorenz[k]), 1e-5);
          for (std::size_t d = 0; d < 10; ++d) EXPECT_LE(std::fabs(a.decile_share[d] - b.decile_share[d]), 2e-5);
        }
      }
  EXPECT_GT(ordered, 100u);
  EXPECT_GT(sketched, 100u);
}

// Total weights of 2^46 and more do not fit: what needs an order is then missing in both precisions.
TEST(Sketch, WeightsThatDoNotFitLeaveNoFigures) {
  for (const Precision precision : {Precision::exact, Precision::sketch}) {
    Sample sample = sample_of(Kind::smooth, 5, 1);
    sample.w.assign(5, 0x1p45);
    const Tallied found = tally(sample, everything(precision));
    EXPECT_TRUE(std::isnan(found.results[0].gini));
    EXPECT_TRUE(std::isnan(found.results[0].quantile[0]));
    EXPECT_TRUE(std::isnan(found.results[0].decile_share[0]));
  }
}

// DESIGN 6: poor is welfare < line, strictly, whatever the line; what is relative to a line needs one above zero.
TEST(Line, OfZeroOrBelowCountsThePoorAndTheirGapAlone) {
  WelfareStatistics asked;
  asked.lines = 1;
  const auto result = [&](std::vector<double> y, std::vector<double> w, std::vector<double> z) {
    WelfareTally tally(asked);
    const double* line = z.data();
    tally.add({y.size(), y.data(), w.data(), std::span(&line, 1)}, {});
    Exchange exchange;
    Team team;
    tally.reduce(exchange);
    return tally.finish(exchange, team)[0].lines[0];
  };
  const auto zero = result({-30, -10, 0, 60}, {1, 2, 3, 4}, {0, 0, 0, 0});
  EXPECT_DOUBLE_EQ(zero.fgt[0], 0.3);
  EXPECT_EQ(zero.poor, 3);
  EXPECT_EQ(zero.total_gap, 50);  // 30 + 2·10
  EXPECT_TRUE(std::isnan(zero.fgt[1]) && std::isnan(zero.fgt[2]) && std::isnan(zero.watts));
  const auto below = result({-30, -10, 0, 60}, {1, 2, 3, 4}, {-20, -20, -20, -20});
  EXPECT_DOUBLE_EQ(below.fgt[0], 0.1);
  EXPECT_EQ(below.total_gap, 10);
  EXPECT_TRUE(std::isnan(below.fgt[1]));
  // Nobody is below, yet a gap relative to nothing is not defined; a record of weight 0 does not matter.
  EXPECT_TRUE(std::isnan(result({10, 20}, {1, 1}, {15, 0}).fgt[1]));
  const auto weightless = result({10, 20}, {1, 0}, {15, 0});
  EXPECT_DOUBLE_EQ(weightless.fgt[1], 1.0 / 3);
  EXPECT_DOUBLE_EQ(weightless.watts, std::log(1.5));
}

}  // namespace
}  // namespace puente::testing
