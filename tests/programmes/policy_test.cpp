// Policies on populations small enough to work out by hand, run as a user would.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

/// Four households of one person each with income 10, 20, 30, 40; the first two are in the programme in the data.
const char* const four = R"(format = 1
[population]
households = 4
[population.recipe.household]
size = { value = '1' }
income = { value = '10*(id + 1)' }
in_data = { value = 'id < 2' }
seen_amount = { value = 'if(id < 2, 5, 0)' }
weight = { value = '2', type = "f64" }
[welfare]
resource = 'income'
pass_through = { income = 1, transfers = 1, in_kind = 1 }
[welfare.lines]
z = 25
)";

class Policy : public testing::Test {
 protected:
  nlohmann::json run(const std::string& rest, const std::string& options = "") {
    const std::string file = folder_.write("policy.toml", four + rest);
    nlohmann::json json = puente_json("run " + file + " " + options);
    EXPECT_FALSE(json.contains("failed")) << json;
    return json["scenarios"];
  }
  static double mean(const nlohmann::json& scenario) { return scenario["groups"]["all"]["mean"]; }
  Folder folder_;
};

TEST_F(Policy, CashInTheDataIsTakenOutAndGivenAgain) {
  const auto s = run(R"(
[programmes.cash]
eligible = 'true'
observed = 'in_data'
cash = { amount = 8 }
[scenarios.none]
[scenarios.seen]
programmes = { cash = "observed" }
[scenarios.all]
programmes = ["cash"]
)");
  EXPECT_EQ(mean(s["seen"]), 25);
  EXPECT_EQ(mean(s["none"]), (2 + 12 + 30 + 40) / 4.0);
  EXPECT_EQ(mean(s["all"]), (10 + 20 + 38 + 48) / 4.0);
  EXPECT_EQ(s["all"]["programmes"]["cash"]["all"]["recipients"], 8);
  EXPECT_EQ(s["all"]["programmes"]["cash"]["all"]["spending"], 64);
}

/// Of a condition, a count is the weight of those of whom it is true, not of all of whom it is known.
TEST_F(Policy, CountsOfTheCountryAreOfThoseOfWhomTheConditionIsTrue) {
  const auto s = run(R"(
[programmes.counted]
eligible = 'true'
cash = { amount = 'count_of(income < 25) + households(count_of(income < 15))/100' }
[scenarios.none]
[scenarios.counted]
programmes = ["counted"]
)");
  EXPECT_NEAR(mean(s["counted"]) - mean(s["none"]), 4 + 0.02, 1e-12);
}

TEST_F(Policy, RecordedAmountsAreTheOnesTakenOut) {
  const auto s = run(R"(
[programmes.cash]
eligible = 'true'
observed = 'in_data'
cash = { amount = 8, observed_amount = 'seen_amount' }
[scenarios.none]
[scenarios.seen]
programmes = { cash = "observed" }
)");
  EXPECT_EQ(mean(s["seen"]), 25);
  EXPECT_EQ(mean(s["none"]), (5 + 15 + 30 + 40) / 4.0);
  EXPECT_EQ(s["seen"]["programmes"]["cash"]["all"]["spending"], 20);
}

TEST_F(Policy, EffectsComposeAndAreTakenOut) {
  const auto s = run(R"(
[programmes.farm]
eligible = 'income > 0'
observed = 'in_data'
[[programmes.farm.effects]]
outcome = "income"
size = 0.25
[[programmes.farm.effects]]
outcome = "income"
kind = "absolute"
size = 4
[scenarios.none]
[scenarios.seen]
programmes = { farm = "observed" }
[scenarios.all]
programmes = ["farm"]
)");
  EXPECT_EQ(mean(s["seen"]), 25);
  EXPECT_EQ(mean(s["none"]), (10 / 1.25 - 4 + 20 / 1.25 - 4 + 30 + 40) / 4.0);
  EXPECT_EQ(mean(s["all"]), (10 + 20 + 34 * 1.25 + 44 * 1.25) / 4.0);
}

TEST_F(Policy, SynergiesMultiplyAddOrReplace) {
  const std::string two = R"(
[programmes.a]
eligible = 'true'
[[programmes.a.effects]]
outcome = "income"
size = 0.1
[programmes.b]
eligible = 'id < 2'
[[programmes.b.effects]]
outcome = "income"
size = 0.2
[scenarios.none]
[scenarios.both]
programmes = ["b", "a"]
[[synergies]]
programmes = ["a", "b"]
outcome = "income"
size = 0.5
definition = )";
  EXPECT_NEAR(mean(run(two + "\"multiplicative\"")["both"]), (30 * 1.1 * 1.2 * 1.5 + 70 * 1.1) / 4, 1e-12);
  EXPECT_NEAR(mean(run(two + "\"additive\"")["both"]), (30 * 1.1 * 1.2 + 1.0 + 70 * 1.1) / 4, 1e-12);
  EXPECT_NEAR(mean(run(two + "\"joint\"")["both"]), (30 * 1.5 + 70 * 1.1) / 4, 1e-12);
}

TEST_F(Policy, ABudgetServesTheLastRecordInPart) {
  const auto s = run(R"(
[programmes.cash]
eligible = 'true'
coverage = { mode = "ranked", by = 'income', budget = 50 }
cash = { amount = 10 }
cost = { per_recipient = 2.5 }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
)");
  // Each record of weight 2 costs 2 × 12.5 = 25: two are served in whole.
  EXPECT_EQ(s["cash"]["programmes"]["cash"]["all"]["recipients"], 4);
  const auto part = run(R"(
[programmes.cash]
eligible = 'true'
coverage = { mode = "ranked", by = 'income', order = "descending", budget = 40 }
cash = { amount = 10 }
cost = { per_recipient = 2.5 }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
)");
  // 40 pays the richest (25) and 15/25 of the next.
  EXPECT_NEAR(part["cash"]["programmes"]["cash"]["all"]["recipients"].get<double>(), 2 + 2 * 0.6, 1e-12);
  EXPECT_NEAR(part["cash"]["programmes"]["cash"]["all"]["cost"].get<double>(), 40, 1e-12);
  EXPECT_NEAR(mean(part["cash"]), 25 + (10 + 6) / 4.0, 1e-12);
  EXPECT_NEAR(part["cash"]["groups"]["all"]["fgt"]["z"]["0"].get<double>(), 0.5, 1e-15);
}

TEST_F(Policy, ABudgetOfZeroServesNobody) {
  const auto s = run("[programmes.cash]\neligible = 'true'\ncoverage = { mode = \"ranked\", by = 'income', budget = 0 }\ncash = { amount = 10 }\n[scenarios.cash]\nprogrammes = [\"cash\"]\n");
  EXPECT_EQ(s["cash"]["programmes"]["cash"]["all"]["recipients"], 0);
  EXPECT_EQ(mean(s["cash"]), 25);
}

TEST_F(Policy, SharesAreHitExactlyAndNested) {
  const std::string share = R"(
[programmes.cash]
eligible = 'true'
observed = 'id == 3'
coverage = { mode = "share", share = 0.3 }
cash = { amount = 10, in_resource = false }
[scenarios.none]
[scenarios.seen]
programmes = { cash = "observed" }
[scenarios.everyone]
programmes = { cash = "everyone" }
[sweeps.share]
scenario = "everyone"
set = { "programmes.cash.coverage.mode" = ["share", "share", "share"], "programmes.cash.coverage.share" = [0.3, 0.6, 1] }
[groups]
id = 'id'
)";
  const auto s = run(share);
  const auto reached = [&](const char* scenario, const char* group) {
    return s[scenario]["programmes"]["cash"][group]["recipients"].get<double>();
  };
  EXPECT_NEAR(reached("share=0.3", "all"), 0.3 * 8, 1e-12);
  EXPECT_NEAR(reached("share=0.6", "all"), 0.6 * 8, 1e-12);
  EXPECT_EQ(reached("share=1", "all"), 8);
  for (const char* id : {"id=0", "id=1", "id=2", "id=3"}) {
    EXPECT_LE(reached("seen", id), reached("share=0.3", id)) << id;
    EXPECT_LE(reached("share=0.3", id), reached("share=0.6", id)) << id;
    EXPECT_LE(reached("share=0.6", id), reached("everyone", id)) << id;
  }
}

TEST_F(Policy, ConditionsMoveByPointsOfALatentUniform) {
  const std::string many = R"(
[programmes.bank]
eligible = 'true'
[[programmes.bank.effects]]
outcome = "saves"
kind = "points"
size = 0.2
base = 0.4
[scenarios.none]
[scenarios.bank]
programmes = ["bank"]
)";
  const std::string file = folder_.write("savers.toml", "format = 1\n[population]\nhouseholds = 100000\n[population.recipe.household]\nsize = '1'\n"
      "income = '1'\nsaves = 'chance(0.4, \"saves\")'\n[welfare]\nresource = 'income'\n" + many);
  const auto s = puente_json("run " + file)["scenarios"];
  const double before = s["none"]["groups"]["all"]["outcomes"]["saves"], after = s["bank"]["groups"]["all"]["outcomes"]["saves"];
  EXPECT_NEAR(before, 0.4, 0.005);
  EXPECT_NEAR(after - before, 0.2, 0.005);
}

}  // namespace
}  // namespace puente::test
