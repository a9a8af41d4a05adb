// Two programmes at once: overlap between its bounds, over households and over districts; reserved shares; joint cost.
#include <gtest/gtest.h>

#include "engine/programmes/overlap.hpp"
#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

TEST(OverlapBounds, AreThoseOfSharesWhereNobodyIsKept) {
  // Pool of 100, the first covers 30 of it, the second shall cover 40; then 80.
  const OverlapBounds some = overlap_bounds({30, 70, 0, 0}, 40);
  EXPECT_EQ(some.least, 0);
  EXPECT_EQ(some.chance, 12);
  EXPECT_EQ(some.most, 30);
  const OverlapBounds many = overlap_bounds({30, 70, 0, 0}, 80);
  EXPECT_EQ(many.least, 10);
  EXPECT_EQ(many.chance, 24);
  EXPECT_EQ(many.most, 30);
}

TEST(OverlapBounds, KeepThoseWhoAreKept) {
  // 5 and 10 have the second in the data: 25 more are covered, by chance 25·25/85 of them with the first.
  const OverlapBounds bounds = overlap_bounds({30, 70, 5, 10}, 40);
  EXPECT_EQ(bounds.least, 5);
  EXPECT_DOUBLE_EQ(bounds.chance, 5 + 25 * 25.0 / 85);
  EXPECT_EQ(bounds.most, 30);
  EXPECT_EQ(overlap_bounds({30, 70, 20, 40}, 50).most, 30) << "not all fit, so that they are no bound";
  EXPECT_EQ(overlap_bounds({0, 0, 0, 0}, 0).most, 0);
}

/// Weights that no share meets at a household's border, and a fifth who have `b` in the data.
const std::string country = R"(format = 1
[population]
households = 2000
[population.recipe]
persons = '1 + floor(3*uniform("size"))'
[population.recipe.household]
income = '100'
weight = { value = '0.5 + uniform("w")', type = "f64" }
seen = 'chance(0.2, "seen")'
region = { value = 'floor(3*uniform("region"))', type = "i8", labels = ["N", "S", "E"] }
poor = 'chance(0.25, "poor")'
rank = 'uniform("rank")'
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[statistics]
include = ["programmes"]
deciles = false
[groups]
poor = 'poor'
region = 'region'
[parameters]
share_a = 0.3
share_b = 0.4
joint = 0.25
[programmes.a]
eligible = 'true'
coverage = { mode = "share", share = 'share_a' }
[programmes.b]
eligible = 'true'
coverage = { mode = "share", share = 'share_b', overlap = { with = "a", value = 'joint' } }
)";
const std::string overlaps = R"([scenarios.given]
programmes = ["a", "b"]
[scenarios.least]
extends = "given"
set = { "programmes.b.coverage.overlap.value" = "least" }
[scenarios.chance]
extends = "given"
set = { "programmes.b.coverage.overlap.value" = "coincidental" }
[scenarios.full]
extends = "given"
set = { "programmes.b.coverage.overlap.value" = "full" }
[scenarios.b]
programmes = ["b"]
)";

class CoupledCoverage : public Policies {
 protected:
  static double recipients(const nlohmann::json& s, const std::string& programme, const std::string& group = "all") {
    return s["programmes"][programme][group]["recipients"];
  }
  static double households(const nlohmann::json& s, const std::string& group) { return s["groups"][group]["households"]; }
  /// Shares of all households: of a, of b, of both.
  static void expect_shares(const nlohmann::json& s, double a, double b, double both) {
    const double all = households(s, "all");
    EXPECT_NEAR(recipients(s, "a") / all, a, 1e-12);
    EXPECT_NEAR(recipients(s, "b") / all, b, 1e-12);
    EXPECT_NEAR(households(s, "arm=a+b") / all, both, 1e-12);
  }
};

TEST_F(CoupledCoverage, SharesAndOverlapAreHitExactly) {
  const auto s = run(country + overlaps);
  expect_shares(s["given"], 0.3, 0.4, 0.25);
  expect_shares(s["least"], 0.3, 0.4, 0);
  expect_shares(s["chance"], 0.3, 0.4, 0.12);
  expect_shares(s["full"], 0.3, 0.4, 0.3);
  EXPECT_NEAR(recipients(s["b"], "b") / households(s["b"], "all"), 0.4, 1e-12) << "alone it covers its share";
  const auto most = run(country + overlaps, "--set parameters.share_b=0.85 --set parameters.joint=0.2");
  expect_shares(most["given"], 0.3, 0.85, 0.2);
  expect_shares(most["least"], 0.3, 0.85, 0.15);
  expect_shares(most["full"], 0.3, 0.85, 0.3);
}

TEST_F(CoupledCoverage, EveryLabelOfWithinHasItsOwn) {
  const std::string within = with(with(country, "share = 'share_a' }", "share = 'share_a', within = 'region' }"), "share = 'share_b',", "share = 'share_b', within = 'region',");
  const auto s = run(within + overlaps);
  for (const char* region : {"region=N", "region=S", "region=E"}) {
    const double all = households(s["given"], region);
    EXPECT_NEAR(recipients(s["given"], "a", region) / all, 0.3, 1e-12);
    EXPECT_NEAR(recipients(s["given"], "b", region) / all, 0.4, 1e-12);
  }
  expect_shares(s["given"], 0.3, 0.4, 0.25);
}

TEST_F(CoupledCoverage, TakeUpLeavesTheOverlapAmongTakers) {
  const auto s = run(with(country, "[programmes.b]\n", "[programmes.b]\ntake_up = 0.5\n") + overlaps, "--set parameters.joint=0.1");
  expect_shares(s["full"], 0.3, 0.4, households(s["full"], "arm=a+b") / households(s["full"], "all"));
  const double takers_with = households(s["full"], "arm=a+b") / households(s["full"], "all");
  EXPECT_NEAR(takers_with, 0.15, 0.02) << "half of the clients of a would take b, and all of them do";
}

TEST_F(CoupledCoverage, RecipientsAreNestedInTheirOwnShare) {
  // Slices of some five households: in none of them does a larger share reach less.
  const std::string ladder = "[scenarios.none]\n[scenarios.s1]\nprogrammes = [\"a\", \"b\"]\n[sweeps.up]\nscenario = \"s1\"\nset = { \"parameters.share_b\" = [0.1, 0.2, 0.4, 0.7, 0.95, 1] }\n";
  const std::string kinds[] = {"\"coincidental\"", "\"full\"", "\"least\"", "0.05"};
  for (const std::string& kind : kinds) {
    std::string content = with(country, "value = 'joint'", "value = " + kind);
    if (kind == "0.05") content = with(content, "share_a = 0.3", "share_a = 0.05");
    const auto s = run(with(content, "[groups]\n", "[groups]\nslice = 'floor(400*uniform(\"slice\"))'\n") + ladder);
    std::string before;
    for (const char* step : {"up=0.1", "up=0.2", "up=0.4", "up=0.7", "up=0.95", "up=1"}) {
      for (int slice = 0; slice < 400 && !before.empty(); ++slice) {
        const std::string group = "slice=" + std::to_string(slice);
        if (!s[step]["groups"].contains(group)) continue;
        EXPECT_GE(recipients(s[step], "b", group), recipients(s[before], "b", group)) << kind << ' ' << step << ' ' << group;
        EXPECT_EQ(recipients(s[step], "a", group), recipients(s[before], "a", group)) << "the first does not move";
      }
      before = step;
    }
  }
}

TEST_F(CoupledCoverage, WhoIsObservedIsKept) {
  std::string content = with(country, "[programmes.b]\n", "[programmes.b]\nobserved = 'seen'\n");
  content = with(content, "[groups]\n", "[groups]\nseen = 'seen'\n");
  const auto s = run(content + overlaps);
  for (const char* name : {"given", "least", "chance", "full"}) {
    EXPECT_NEAR(recipients(s[name], "b", "seen=true"), households(s[name], "seen=true"), 1e-9) << name;
    EXPECT_NEAR(recipients(s[name], "b") / households(s[name], "all"), 0.4, 1e-12);
  }
  EXPECT_GT(households(s["least"], "arm=b+a"), 0) << "those of a who have b in the data";
}

TEST_F(CoupledCoverage, WhatTheSharesMakeImpossibleNamesItsBounds) {
  const std::string content = country + "[scenarios.both]\nprogrammes = [\"a\", \"b\"]\n";
  expect_refused(with(content, "joint = 0.25", "joint = 0.31"), "their overlap lies between 0 and 0.3 (by chance 0.12), not at 0.31");
  expect_refused(with(with(content, "joint = 0.25", "joint = 0.1"), "share_b = 0.4", "share_b = 0.9"), "their overlap lies between 0.2 and 0.3 (by chance 0.27), not at 0.1");
  expect_refused(with(content, "joint = 0.25", "joint = 0.31"), "policy.toml:31:");
}

TEST_F(CoupledCoverage, MistakesAreFoundAtTheirPlaces) {
  const std::string content = country + "[scenarios.both]\nprogrammes = [\"a\", \"b\"]\n";
  expect_mistake(with(content, "joint = 0.25", "joint = 1.2"), "coverage.overlap.value is 1.2: a share of the pool lies between 0 and 1", 31);
  expect_mistake(with(content, "with = \"a\"", "with = \"aa\""), "there is no programme 'aa'; did you mean 'a'?", 31);
  expect_mistake(with(content, "with = \"a\"", "with = \"b\""), "itself", 31);
  expect_mistake(with(content, "{ with = \"a\", ", "{ "), "needs `with`", 31);
  expect_mistake(with(content, "[programmes.a]\n", "[programmes.a]\nentity = \"person\"\n"), "by the other entity", 32);
  expect_mistake(with(content, "overlap = {", "unit_of_draw = 'region', overlap = {"), "of = \"units\"", 31);
  expect_mistake(with(content, "share = 'share_a' }", "mode_ = 1, share = 'share_a', quota = { group = 'poor' } }"), "to reserve a share", 28);
  expect_mistake(with(content, "share = 'share_a' }", "share = 'share_a', of = \"units\" }"), "say which with `unit_of_draw`", 28);
  expect_mistake(with(content, "share = 'share_a' }", "share = 'share_a', quota = { group = 'poor', min_share = 2 } }"), "min_share is 2", 28);
  expect_mistake(with(content, "[programmes.b]\n", "[programmes.b]\ncost = { joint = { with = \"a\" } }\n"), "cost of a recipient whose household", 30);
}

/// 116 districts, as in Zambia; programmes over districts, one of households and one of persons.
const std::string districts = R"(format = 1
[population]
households = 5000
[population.recipe]
persons = '1 + floor(3*uniform("size"))'
[population.recipe.household]
income = '100'
district = { value = 'id - 116*floor(id/116)', type = "i16" }
[population.recipe.person]
age = 'floor(60*uniform("age"))'
[welfare]
resource = 'income'
[statistics]
include = ["programmes"]
deciles = false
[groups]
district = 'district'
[programmes.casu]
eligible = 'true'
coverage = { mode = "share", share = '31/116', of = "units", unit_of_draw = 'district' }
[programmes.meals]
entity = "person"
eligible = '7 <= age <= 13'
coverage = { mode = "share", share = '38/116', of = "units", unit_of_draw = 'district', overlap = { with = "casu", value = '11/116' } }
[scenarios.seen]
programmes = ["casu", "meals"]
[scenarios.chance]
extends = "seen"
set = { "programmes.meals.coverage.overlap.value" = "coincidental" }
[scenarios.full]
extends = "seen"
set = { "programmes.meals.coverage.overlap.value" = "full" }
)";

TEST_F(CoupledCoverage, DistrictsOverlapByTheirNumber) {
  const auto s = run(districts);
  const std::pair<const char*, int> expected[] = {{"seen", 11}, {"chance", 10}, {"full", 31}};  // by chance 31·38/116 = 10.2
  for (const auto& [name, shared] : expected) {
    int casu = 0, meals = 0, both = 0;
    for (int d = 0; d < 116; ++d) {
      const std::string group = "district=" + std::to_string(d);
      const bool has_casu = recipients(s[name], "casu", group) > 0, has_meals = recipients(s[name], "meals", group) > 0;
      casu += has_casu;
      meals += has_meals;
      both += has_casu && has_meals;
      EXPECT_EQ(recipients(s[name], "casu", group), has_casu ? households(s[name], group) : 0.0) << "whole districts";
      EXPECT_EQ(s[name]["programmes"]["meals"][group]["coverage"], has_meals ? 1 : 0) << "whole districts";
    }
    EXPECT_EQ(casu, 31);
    EXPECT_EQ(meals, 38);
    EXPECT_EQ(both, shared) << name;
    EXPECT_EQ(s[name]["programmes"]["meals"]["all"]["units_covered"], 38);
    EXPECT_EQ(s[name]["programmes"]["meals"]["all"]["units_shared"], shared);
  }
  expect_refused(with(districts, "'11/116'", "'32/116'"), "their overlap lies between 0 and 0.267241");
}

TEST_F(CoupledCoverage, ReservedShares) {
  std::string content = with(country, ", overlap = { with = \"a\", value = 'joint' }", "");
  content = with(content, "mode = \"share\", share = 'share_a'", "mode = \"ranked\", by = 'rank', order = \"descending\", quota = { value = 600, group = 'poor', min_share = 0.37 }");
  content += "[scenarios.reserved]\nprogrammes = [\"a\"]\n";
  const auto less = [&](const std::string& share) { return with(content, "min_share = 0.37", "min_share = " + share); };
  const auto reserved = run(content)["reserved"], open = run(less("0"))["reserved"], most = run(less("1"))["reserved"];
  EXPECT_NEAR(recipients(reserved, "a"), 600, 1e-9);
  EXPECT_NEAR(recipients(reserved, "a", "poor=true"), 0.37 * 600, 1e-9);
  EXPECT_NEAR(recipients(open, "a", "poor=true"), 600 * 0.25, 40);
  const double natural = recipients(open, "a", "poor=true") / 600;
  const auto idle = run(less(std::to_string(natural - 0.01)))["reserved"];
  EXPECT_EQ(idle["programmes"], open["programmes"]) << "a quota that is met anyway changes nothing";
  EXPECT_NEAR(recipients(most, "a"), 600, 1e-9) << "what the reserved do not need goes to others";
  EXPECT_NEAR(recipients(most, "a", "poor=true"), households(most, "poor=true"), 1e-9);
}

TEST_F(CoupledCoverage, OneTeamCostsLessThanTwo) {
  const std::string content = country + "[scenarios.both]\nprogrammes = [\"a\", \"b\"]\n[scenarios.alone]\nprogrammes = [\"b\"]\n";
  const auto s = run(with(content, "[programmes.b]\n", "[programmes.b]\ncost = { per_recipient = 10, joint = { with = \"a\", per_recipient = 4 } }\n"));
  const double all = households(s["both"], "all");
  EXPECT_NEAR(s["both"]["programmes"]["b"]["all"]["cost"].get<double>() / all, 0.25 * 4 + 0.15 * 10, 1e-9);
  EXPECT_NEAR(s["alone"]["programmes"]["b"]["all"]["cost"].get<double>() / all, 0.4 * 10, 1e-9);
}

TEST_F(CoupledCoverage, ClientsOfAnotherProgrammeAreBarred) {
  const std::string content = four_households + R"([welfare]
resource = 'income'
pass_through = { transfers = 1 }
[programmes.a]
eligible = 'income < 25'
take_up = 'if(income > 15, 1, 0)'
[programmes.b]
eligible = 'income < 35'
exclude = "a"
cash = { amount = 5 }
[scenarios.both]
programmes = ["b", "a"]
[scenarios.alone]
programmes = ["b"]
)";
  const auto s = run(content);
  EXPECT_EQ(recipients(s["both"], "b"), 2) << "of 10, 20 and 30, the second is a client of a";
  EXPECT_EQ(mean(s["both"]), (15 + 20 + 35 + 40) / 4.0);
  EXPECT_EQ(recipients(s["alone"], "b"), 3) << "a has no clients where it does not run";
  expect_mistake(with(content, "exclude = \"a\"", "exclude = \"c\""), "there is no programme 'c'", 13);
}

TEST_F(CoupledCoverage, WhatIsDueArrivesInPart) {
  // Of 8 in cash and 4 in kind, three quarters; a half of what is in kind counts. A budget of 14 pays two of 6 + 1 each.
  const std::string content = four_households + R"([welfare]
resource = 'income'
pass_through = { transfers = 1, in_kind = 1 }
[programmes.a]
eligible = 'true'
delivery = 0.75
cash = { amount = 8 }
in_kind = { amount = 4, valued_at = 0.5 }
cost = { per_recipient = 1 }
[scenarios.all]
programmes = ["a"]
[scenarios.budget]
programmes = { a = { coverage = { mode = "ranked", by = 'income', budget = 14 } } }
)";
  const auto s = run(content);
  EXPECT_EQ(mean(s["all"]), 25 + 6 + 1.5);
  EXPECT_EQ(s["all"]["programmes"]["a"]["all"]["spending"], 4 * (6 + 3));
  EXPECT_EQ(s["all"]["programmes"]["a"]["all"]["cost"], 4 * (6 + 1));
  EXPECT_EQ(recipients(s["budget"], "a"), 2);
  EXPECT_EQ(s["budget"]["programmes"]["a"]["all"]["cost"], 14);
}

TEST_F(CoupledCoverage, DoesNotDependOnTheLayout) {
  expect_same_for_all_layouts(country + overlaps);
  expect_same_for_all_layouts(districts);
}

}  // namespace
}  // namespace puente::test
