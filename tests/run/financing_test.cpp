// Levies: what a scenario costs beyond the data is taken from households, to the last rounding.
#include <gtest/gtest.h>

#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// The first two get 8 in the data. Weights of 2: in all 8 households and 200 of income.
const std::string four = four_households + R"(in_data = { value = 'id < 2' }
weight = { value = '2', type = "f64" }
[welfare]
resource = 'income'
pass_through = { transfers = 1, levy = 1 }
[groups]
rich = 'id > 1'
[programmes.cash]
eligible = 'true'
observed = 'in_data'
cash = { amount = 8 }
[scenarios.seen]
programmes = { cash = "observed" }
financing = "proportional"
[scenarios.all]
programmes = ["cash"]
financing = "proportional"
[scenarios.unfunded]
extends = "all"
financing = "unfunded"
[scenarios.none]
financing = "proportional"
[scenarios.flat]
extends = "all"
financing = { levy = "flat" }
[scenarios.rich]
extends = "all"
financing = { levy = "proportional", on = 'income - 20', who = 'income > 25' }
)";

class FinancingTest : public Policies {
 protected:
  static double levy(const nlohmann::json& s, const std::string& group = "all") { return s["financing"]["levy"][group]; }
};

TEST_F(FinancingTest, WhatIsSpentBeyondTheDataIsRaised) {
  const auto s = run(four);
  // For all: 64 less 32 in the data. 32 of 200 is 16 %.
  EXPECT_EQ(s["all"]["financing"]["levy_share"], 0.16);
  EXPECT_EQ(levy(s["all"]), 32);
  EXPECT_DOUBLE_EQ(levy(s["all"], "rich=true"), 2 * 0.16 * 70);
  EXPECT_DOUBLE_EQ(mean(s["all"]), (10 + 20 + 38 + 48 - 0.16 * 100) / 4);
  EXPECT_EQ(mean(s["unfunded"]), (10 + 20 + 38 + 48) / 4.0);
  EXPECT_EQ(s["unfunded"]["financing"]["unfunded_cost"], 64);
  EXPECT_EQ(s["all"]["financing"]["unfunded_cost"], 0);
  EXPECT_EQ(levy(s["none"]), -32) << "what is not spent is given back";
  EXPECT_DOUBLE_EQ(mean(s["none"]), 25);
  EXPECT_EQ(s["flat"]["financing"]["levy_per_household"], 4);
  EXPECT_TRUE(s["flat"]["financing"]["levy_share"].is_null());
  EXPECT_DOUBLE_EQ(mean(s["flat"]), 25);
  EXPECT_EQ(s["rich"]["financing"]["levy_share"], 32 / 60.0) << "of 10 and 20, twice";
  EXPECT_EQ(levy(s["rich"], "rich=false"), 0);
}

TEST_F(FinancingTest, AsObservedThereIsNothingToRaise) {
  const auto s = run(four);
  const auto data = run(with(four.substr(0, four.find("[programmes.")), ", levy = 1", ""));
  EXPECT_EQ(levy(s["seen"]), 0);
  EXPECT_EQ(s["seen"]["groups"]["all"]["mean"], data["data"]["groups"]["all"]["mean"]);
  EXPECT_EQ(s["seen"]["groups"]["all"]["gini"], data["data"]["groups"]["all"]["gini"]);
  EXPECT_EQ(s["seen"]["financing"]["unfunded_cost"], 0);
}

/// Budgets, margins, persons, fixed, joint and observed costs.
const std::string country = uneven_households + R"([population.recipe.person]
age = 'floor(60*uniform("age"))'
meals = 'chance(0.3, "meals")'
[welfare]
resource = 'income'
scale = 'sqrt(size)'
pass_through = { transfers = 1, levy = 0.7 }
[groups]
small = 'size < 3'
[programmes.cash]
eligible = 'size > 2'
coverage = { mode = "ranked", by = 'income', budget = 30000 }
cash = { amount = '7.3*size' }
cost = { per_recipient = 1.1, fixed = 123.4 }
[programmes.meals]
entity = "person"
eligible = '6 <= age <= 13'
observed = 'meals'
in_kind = { amount = 4 }
cost = { per_recipient = 3.3, fixed = 55, joint = { with = "cash", per_recipient = 2.9 } }
[scenarios.none]
[scenarios.both]
programmes = ["cash", "meals"]
financing = "proportional"
[scenarios.flat]
extends = "both"
financing = "flat"
[scenarios.seen]
programmes = { meals = "observed" }
)";

TEST_F(FinancingTest, TheLevyBringsInWhatIsSpentToTheLastRounding) {
  const auto s = run(country);
  const double in_data = s["seen"]["programmes"]["meals"]["all"]["cost"];
  for (const char* name : {"both", "flat"}) {
    const double cost = s[name]["programmes"]["cash"]["all"]["cost"].get<double>() + s[name]["programmes"]["meals"]["all"]["cost"].get<double>();
    EXPECT_NEAR(levy(s[name]) / (cost - in_data), 1, 1e-15) << name;
    EXPECT_NEAR(levy(s[name], "small=true") + levy(s[name], "small=false"), levy(s[name]), 1e-9);
  }
  expect_same_for_all_layouts(country);
}

TEST_F(FinancingTest, TheScreenSaysWhoPays) {
  const std::string file = folder_.write("policy.toml", four);
  const std::string text = puente("run " + file).text;
  EXPECT_NE(text.find("all: paid by a levy of 16 % of money"), std::string::npos) << text;
  EXPECT_NE(text.find("flat: paid by a levy of 4 a household"), std::string::npos) << text;
  EXPECT_NE(text.find("unfunded: unfunded (64)"), std::string::npos) << text;
}

TEST_F(FinancingTest, MistakesAreFoundAtTheirPlaces) {
  expect_mistake(with(four, ", levy = 1", ""), "write welfare.pass_through.levy", 20);
  expect_mistake(with(four, "financing = \"proportional\"", "financing = \"propotional\""), "proportional", 20);
  expect_mistake(with(four, "{ levy = \"flat\" }", "{ levy = \"flat\", on = 'income' }"), "a flat one is the same for all", 31);
  expect_mistake(with(four, "{ levy = \"flat\" }", "{ who = 'in_data' }"), "levy is missing", 31);
  expect_mistake(with(four, "who = 'income > 25'", "who = 'income'"), "a condition belongs here", 34);
  expect_refused(with(four, "who = 'income > 25'", "who = 'income > 50'"), "nobody pays");
  expect_refused(with(four, "on = 'income - 20'", "on = 'income - 35'"), "32 must be raised, and what the levy is on is 10 in all");
}

}  // namespace
}  // namespace puente::test
