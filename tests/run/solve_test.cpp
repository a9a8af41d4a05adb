// [solve]: parameters found so that a target is met, by hand-worked numbers and by running again with what was found.
#include <gtest/gtest.h>

#include "io/hdf5/results_file.hpp"
#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// Cash for the poorest two; meals cost 9 for each of the four.
const std::string four = four_households + R"([parameters]
amount = { value = 1, status = "assumed" }
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
z = 25
[statistics]
include = ["inequality"]
[programmes.cash]
eligible = 'income < 25'
cash = { amount = 'amount' }
cost = { fixed = 1 }
[programmes.meals]
eligible = 'true'
in_kind = { amount = 5 }
cost = { per_recipient = 9 }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
[scenarios.meals]
programmes = ["meals"]
[scenarios.more]
extends = "cash"
set = { "parameters.amount" = 2 }
[scenarios.same]
extends = "cash"
)";
const std::string equal_budget = R"([solve.equal_budget]
scenario = "cash"
parameter = "parameters.amount"
target = 'cost("cash") == cost("meals")'
between = [0, 100]
)";

class SolveTest : public Policies {
 protected:
  nlohmann::json whole(const std::string& content, const std::string& options = "") {
    const nlohmann::json json = puente_json("run " + folder_.write("policy.toml", content) + " " + options);
    EXPECT_FALSE(json.contains("failed")) << json["failed"].get<std::string>();
    return json;
  }
  static double found(const nlohmann::json& json, const std::string& name) { return json["solve"][name]["value"]; }
  static std::string with_target(const std::string& target) { return four + with(equal_budget, "cost(\"cash\") == cost(\"meals\")", target); }
};

TEST_F(SolveTest, EqualBudget) {
  const auto json = whole(four + equal_budget);
  EXPECT_NEAR(found(json, "equal_budget"), 17.5, 17.5e-9) << "2x + 1 = 4·9";
  const auto& s = json["scenarios"];
  EXPECT_NEAR(mean(s["cash"]), 25 + 2 * 17.5 / 4, 1e-6) << "the run goes on with it";
  EXPECT_NEAR(mean(s["same"]), 25 + 2 * 17.5 / 4, 1e-6) << "as do those that extend the scenario";
  EXPECT_EQ(mean(s["more"]), 25 + 1) << "and set nothing else";
  EXPECT_TRUE(s["none"].contains("groups"));
}

TEST_F(SolveTest, FiguresOfPovertyAndArithmetic) {
  // The gap of 15 and 5 closes by 2x below x = 5 and by x + 5 beyond: 12 at x = 7.
  EXPECT_NEAR(found(whole(with_target("total_gap(\"none\", \"z\") - total_gap(\"cash\") == 12")), "equal_budget"), 7, 7e-9);
  // FGT 1 is (15 − x)/25/4 there.
  EXPECT_NEAR(found(whole(with_target("poverty_gap(\"cash\") == fgt(\"none\", 1) / 4")), "equal_budget"), 15 - 25 * (15 + 5) / 25.0 / 4, 1e-8);
  EXPECT_NEAR(found(whole(with_target("-(2*mean_welfare(\"cash\")) == -(mean_welfare(\"cash\", \"all\") + 30)")), "equal_budget"), 10, 1e-8);
  EXPECT_NEAR(found(whole(with_target("cost(\"cash\", \"cash\") == spending(\"meals\")")), "equal_budget"), 9.5, 1e-8);
  EXPECT_NEAR(found(whole(with_target("mean_welfare(\"cash\", \"decile=1\") == 13")), "equal_budget"), 3, 1e-8);
}

TEST_F(SolveTest, CheckCountsTheProgrammesOfAllScenarios) {
  const Ran ran = puente("check " + folder_.write("policy.toml", four));
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("5 scenarios, 2 programmes, no mistakes"), std::string::npos) << ran.text;
}

/// without(…) looks at the scenario that each is compared with, in trials as in the run.
TEST_F(SolveTest, ComparisonsAreThoseOfTheScenarios) {
  const auto compared = [&](const std::string& against, const std::string& target) {
    return found(whole(with(with_target(target), "[scenarios.same]\n", "[scenarios.same]\nagainst = \"" + against + "\"\n")), "equal_budget");
  };
  // 25 + x/2 against 26
  EXPECT_NEAR(compared("more", "mean_welfare(\"same\") - without(mean_welfare(\"same\")) == 3"), 8, 8e-9);
  EXPECT_NEAR(compared("cash", "without(mean_welfare(\"same\")) == 30"), 10, 1e-8) << "one that the solve changes as well";
}

TEST_F(SolveTest, OneAfterTheOther) {
  const auto json = whole(four + equal_budget + R"([solve.half]
scenario = "more"
parameter = "parameters.amount"
target = 'cost("more") == cost("cash") / 2'
between = [0, 100]
)");
  EXPECT_NEAR(found(json, "half"), 8.5, 1e-7) << "half of 36, less 1, for two";
  EXPECT_NEAR(mean(json["scenarios"]["more"]), 25 + 8.5 / 2, 1e-6);
}

TEST_F(SolveTest, AnyKeyPathMayBeFound) {
  std::string content = with(four, "eligible = 'true'\n", "eligible = 'true'\ncoverage = { mode = \"share\", share = 0.1 }\n") + equal_budget;
  content = with(content, "scenario = \"cash\"\nparameter = \"parameters.amount\"", "scenario = \"meals\"\nparameter = \"programmes.meals.coverage.share\"");
  content = with(content, "between = [0, 100]", "between = [0, 1]");
  EXPECT_NEAR(found(whole(content), "equal_budget"), 3.0 / 36, 1e-9) << "cash of 1 costs 3";
}

TEST_F(SolveTest, WhatWasFoundIsStoredAndSaid) {
  const std::string file = folder_.write("policy.toml", four + equal_budget), output = folder_ / "out.h5";
  const Ran ran = puente("run " + file + " -o " + output);
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.text.find("solve.equal_budget: parameters.amount = 17.5"), std::string::npos) << ran.text;
  const Results results = io::read_results(output);
  ASSERT_NE(results.find("solved_value"), nullptr);
  EXPECT_NEAR(results.find("solved_value")->values.at(0), 17.5, 1e-7);
  EXPECT_NE(std::get<std::string>(results.provenance.at("solve.equal_budget")).find("cost(\"cash\") == cost(\"meals\")"), std::string::npos);
}

TEST_F(SolveTest, NoneOrSeveralAreRefused) {
  expect_refused(with(four + equal_budget, "[0, 100]", "[20, 50]"), "between 20 and 50 is seen to meet the target: at 20 its sides are 41 and 36, at 50 its sides are 101 and 36");
  expect_refused(with(four + equal_budget, "[0, 100]", "[20, 50]"), "policy.toml:34:");
  expect_refused(with_target("(mean_welfare(\"cash\") - 30) * (mean_welfare(\"cash\") - 60) == 0"), "several values of parameters.amount meet the target, in [0, 12.5], [62.5, 75]");
  expect_refused(with_target("cost(\"meals\") == 12"), "names no scenario that 'parameters.amount' of 'cash' changes");
  expect_refused(with(four + equal_budget, "[solve", "[run]\nreference = \"cash\"\n[solve"), "changes the reference scenario 'cash'");
  expect_refused(with_target("fgt(\"cash\", \"zz\", 1) == 1"), "fgt has no 'zz'");
  expect_refused(with_target("fgt(\"cash\") == 1"), "fgt is of one alpha: say which");
  expect_refused(with_target("cost(\"cash\", \"meal\") == 1"), "cost has no 'meal'");
  expect_refused(with_target("cost(\"cash\") == 1 / 0"), "the target is missing: at 0 its sides are 1 and inf");
}

TEST_F(SolveTest, JumpsAndDetoursAreSaid) {
  const std::string content = with(with_target("cost(\"cash\") == 20"), "eligible = 'income < 25'", "eligible = 'income < amount'");
  const Ran ran = puente("run " + folder_.write("policy.toml", with(content, "cash = { amount = 'amount' }", "cash = { amount = 10 }")));
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("the target jumps at 20"), std::string::npos) << ran.text;
}

TEST_F(SolveTest, MistakesAreFoundAtTheirPlaces) {
  expect_mistake(with(four + equal_budget, "scenario = \"cash\"", "scenario = \"csh\""), "there is no scenario 'csh'; did you mean 'cash'?", 34);
  expect_mistake(with(four + equal_budget, "cost(\"meals\")", "cost(\"meal\")"), "there is no scenario 'meal'; did you mean 'meals'?", 37);
  expect_mistake(with(four + equal_budget, "cost(\"meals\")", "costs(\"meals\")"), "there is no figure 'costs'; did you mean 'cost'?", 37);
  expect_mistake(with(four + equal_budget, " == cost", " + cost"), "two sides that shall be equal", 37);
  expect_mistake(with(four + equal_budget, "== cost(\"meals\")", "== cost(\"meals\""), "')' is missing here", 37);
  expect_mistake(with(four + equal_budget, "parameters.amount\"\ntarget", "parameters.amout\"\ntarget"), "there is no 'parameters.amout", 34);
  expect_mistake(with(four + equal_budget, "[0, 100]", "[100, 0]"), "between is two numbers, the lower first", 38);
  expect_mistake(with(four + equal_budget, "between = [0, 100]\n", ""), "between is two numbers", 34);
  expect_mistake(four + equal_budget + "tolerance = 2\n", "tolerance lies between 0 and 1", 39);
  expect_mistake(four + equal_budget + with(equal_budget, "equal_budget", "again"), "finds the same 'parameters.amount' of scenario 'cash'", 39);
}

/// All scenarios have the value, but for those that set one of their own; so has the reference.
TEST_F(SolveTest, EverywhereIsInTheFileItself) {
  const std::string everywhere = with(equal_budget, "scenario = \"cash\"", "everywhere = true");
  const auto json = whole(four + "[run]\nreference = \"cash\"\n" + everywhere);
  EXPECT_NEAR(found(json, "equal_budget"), 17.5, 17.5e-9);
  const auto& s = json["scenarios"];
  EXPECT_NEAR(mean(s["cash"]), 25 + 2 * 17.5 / 4, 1e-6);
  EXPECT_EQ(mean(s["more"]), 25 + 1);
  // A later solve finds the first one's value in the file: half of 36, less 1, for two.
  const auto two = whole(four + everywhere + "[solve.half]\nscenario = \"more\"\nparameter = \"parameters.amount\"\ntarget = 'cost(\"more\") == cost(\"cash\") / 2'\nbetween = [0, 100]\n");
  EXPECT_NEAR(found(two, "half"), 8.5, 1e-7);
  const Ran ran = puente("run " + folder_.write("policy.toml", four + everywhere));
  EXPECT_NE(ran.text.find("solve.equal_budget: parameters.amount = 17.5"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find(" everywhere, where "), std::string::npos) << ran.text;
  expect_mistake(with(four + everywhere, "everywhere = true", "everywhere = true\nscenario = \"cash\""), "leave out `scenario`", 35);
  expect_mistake(with(four + equal_budget, "scenario = \"cash\"\nparameter", "parameter"), "a solve needs `scenario` (or everywhere = true)", 34);
  expect_mistake(four + everywhere + with(everywhere, "equal_budget", "again"), "finds the same 'parameters.amount' everywhere", 39);
  expect_mistake(with(with(four, "10*(id + 1)", "10*(id + amount)"), "[parameters]\namount = { value = 1, status = \"assumed\" }", "[parameters]\namount = 1") + everywhere,
                 "the population is made by 'parameters.amount'", 34);
}

/// Two readings of one parameter in one file: a run has one of them, or none.
TEST_F(SolveTest, OnRequestIsAnsweredByName) {
  const std::string budget = with(equal_budget, "scenario = \"cash\"", "everywhere = true\non_request = true");
  const std::string both = four + budget + with(with(budget, "equal_budget", "nine"), "cost(\"meals\")", "9");
  const auto none = whole(both);
  EXPECT_FALSE(none.contains("solve"));
  EXPECT_EQ(mean(none["scenarios"]["cash"]), 25 + 2 * 1 / 4.0) << "the file's own value";
  EXPECT_NEAR(found(whole(both, "--solve equal_budget"), "equal_budget"), 17.5, 1e-7);
  const auto nine = whole(both, "--solve nine");
  EXPECT_NEAR(found(nine, "nine"), 4, 1e-8);
  EXPECT_EQ(nine["solve"].size(), 1U);
  const std::string file = folder_.write("policy.toml", both);
  EXPECT_EQ(puente("check " + file).code, 0);
  const Ran twice = puente("run " + file + " --solve nine,equal_budget"), unknown = puente("run " + file + " --solve nnie");
  EXPECT_NE(twice.text.find("a run has one value of it: write on_request = true in both"), std::string::npos) << twice.text;
  EXPECT_EQ(unknown.code, 64) << unknown.text;
  EXPECT_NE(unknown.text.find("there is no solve 'nnie' in " + file + "; did you mean 'nine'?"), std::string::npos) << unknown.text;
  expect_mistake(with(both, "cost(\"meals\")", "costs(\"meals\")"), "there is no figure 'costs'", 38);
}

TEST_F(SolveTest, DoesNotDependOnTheLayout) {
  expect_same_for_all_layouts(uneven_households + R"([parameters]
amount = 5
[welfare]
resource = 'income'
pass_through = { transfers = 1, levy = 1 }
[welfare.lines]
z = 60
[programmes.cash]
eligible = 'true'
coverage = { mode = "ranked", by = 'income/size', budget = 9000 }
cash = { amount = 'amount*size' }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
financing = "proportional"
[solve.gap]
scenario = "cash"
parameter = "parameters.amount"
target = 'poverty_gap("cash") == 0.97*poverty_gap("none")'
between = [1, 20]
)");
}

}  // namespace
}  // namespace puente::test
