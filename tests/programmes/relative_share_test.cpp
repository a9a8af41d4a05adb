// A relative change of the mean share of those reached, by one common logit shift.
#include <cmath>

#include "engine/run/common_shift.hpp"
#include "tests/programmes/policies.hpp"
#include "tests/statistics/thread_ranks.hpp"

namespace puente::test {
namespace {

double solved(const std::vector<ShareEntry>& entries, double change) {
  Exchange exchange;
  Team team;
  const ShareTotals totals = share_totals(entries, exchange, team);
  return solve_common_shift(entries, totals, totals.reached * (1 + change), exchange, team);
}

/// Slow and obvious: each unit's own logistic, in long double.
double twin(const std::vector<ShareEntry>& entries, double change) {
  long double target = 0, low = -50, high = 50;
  for (const ShareEntry& e : entries) target += static_cast<long double>(e.w) * e.share * e.units * (1 + change);
  for (int step = 0; step < 200; ++step) {
    const long double s = (low + high) / 2;
    long double sum = 0;
    for (const ShareEntry& e : entries)
      sum += e.w * static_cast<long double>(e.units) / (1 + (1 - static_cast<long double>(e.share)) / e.share * std::exp(-s));
    (sum < target ? low : high) = s;
  }
  return static_cast<double>(low);
}

TEST(CommonShift, OneShareByHand) {
  // 0.2 doubled is 0.4: odds of 1/4 become 2/3.
  EXPECT_NEAR(solved({{0.2, 3, 5}}, 1), std::log(8.0 / 3), 1e-14);
  EXPECT_NEAR(solved({{0.2, 3, 5}}, -0.5), std::log(4.0 / 9), 1e-14);
  EXPECT_EQ(solved({{0.2, 3, 5}}, 0), 0);
}

TEST(CommonShift, EqualsItsTwin) {
  std::vector<ShareEntry> entries;
  for (int i = 1; i < 200; ++i) entries.push_back({i * 0.001, 0.5 + i % 7, 1 + i % 3});
  for (const double change : {-0.9, -0.1, 0.001, 0.5, 3.7, 8.5}) EXPECT_NEAR(solved(entries, change), twin(entries, change), 1e-13) << change;
}

TEST(CommonShift, ManyOrNoneAtOnceAreTheSameBits) {
  std::vector<ShareEntry> apart, together;
  ShareList list;
  for (int i = 0; i < 20000; ++i) {
    const double share = 0.01 + (i % 5) * 0.07, w = 1.0 / (3 + i % 2);
    apart.push_back({share, w, 1});
    list.add(share, w);
  }
  together = list.take();
  EXPECT_EQ(together.size(), 10);
  EXPECT_EQ(solved(apart, 1.5), solved(together, 1.5));
  puente::testing::run_ranks(3, [&](Exchange& exchange) {
    std::vector<ShareEntry> mine;
    for (std::size_t i = static_cast<std::size_t>(exchange.rank()); i < apart.size(); i += 3) mine.push_back(apart[i]);
    Team team;
    const ShareTotals totals = share_totals(mine, exchange, team);
    EXPECT_EQ(solve_common_shift(mine, totals, totals.reached * 2.5, exchange, team), solved(apart, 1.5));
  });
}

const std::string savers = many_households + R"(weight = { value = '1 + floor(3*uniform("w"))', type = "f64" }
area = { value = 'floor(2*uniform("area"))', labels = ["urban", "rural"] }
group = 'chance(0.5, "group")'
p = 'if(area == 0, 0.2, 0.1)'
saves = 'chance(p, "saves")'
[welfare]
resource = 'income'
[statistics]
outcomes = ['saves']
[groups]
group = 'group'
area = 'area'
cell = 'if(group, if(area == "urban", 1, 2), 0)'
[programmes.groups]
eligible = 'group'
[[programmes.groups.effects]]
outcome = "saves"
kind = "relative_share"
size = 3
base = 'mean_of(saves, by = area)'
)";
const std::string all = "[scenarios.none]\n[scenarios.all]\nprogrammes = [\"groups\"]\n";

TEST_F(Policies, TheMeanShareOfRecipientsGrowsByItsSize) {
  const auto s = run(savers + all);
  const double before = outcome(s["none"], "saves", "group=true"), after = outcome(s["all"], "saves", "group=true");
  EXPECT_NEAR(before, 0.15, 0.004);
  EXPECT_NEAR(after, 0.6, 0.006);
  EXPECT_EQ(outcome(s["none"], "saves", "group=false"), outcome(s["all"], "saves", "group=false"));
  // One shift of all logits: odds of 1/4 and 1/9 grow by the ratio r of 0.8 r² − 2.6 r − 43.2 = 0.
  const double r = (2.6 + std::sqrt(2.6 * 2.6 + 4 * 0.8 * 43.2)) / 1.6;
  EXPECT_NEAR(outcome(s["all"], "saves", "cell=1"), r / (r + 4), 0.008);
  EXPECT_NEAR(outcome(s["all"], "saves", "cell=2"), r / (r + 9), 0.008);
  expect_same_for_all_layouts(savers + all);
}

TEST_F(Policies, ObservedChangesOfAShareAreTakenOut) {
  std::string seen = with(savers, "'if(area == 0, 0.2, 0.1)'", "'if(group, 0.6, 0.15)'");
  seen = with(seen, "eligible = 'group'", "eligible = 'true'\nobserved = 'group'");
  seen = with(seen, "by = area", "by = group");
  const auto s = run_worlds(seen, "groups");
  EXPECT_NEAR(outcome(s["none"], "saves", "group=true"), 0.15, 0.005);
  EXPECT_NEAR(outcome(s["all"], "saves", "group=false"), 0.6, 0.006);
  expect_same_for_all_layouts(seen + all);
}

TEST_F(Policies, RelativeShareMistakes) {
  const std::string good = savers + all;
  expect_refused(with(good, "'mean_of(saves, by = area)'", "0.25"), "from 0.25 to 1, which passes 1; the size must lie below 3");
  expect_refused(with(good, "'mean_of(saves, by = area)'", "0"), "its base is 0 for all");
  expect_refused(with(good, "size = 3", "size = -1"), "above -1");
  expect_refused(with(good, "size = 3", "size = 'p'"), "one number for the country");
  expect_refused(with(good, "outcome = \"saves\"", "outcome = \"income\""), "need a condition");
}

}  // namespace
}  // namespace puente::test
