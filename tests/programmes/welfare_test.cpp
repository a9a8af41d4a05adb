// Poverty lines that are fixed or not, declared units, and changes that cannot reach welfare.
#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

const std::string four = R"(format = 1
[population]
households = 4
[population.recipe.household]
size = '1'
income = { value = '10*(id + 1)', unit = "ZMW/month/household" }
farm = { value = '60', unit = "ZMW/year" }
land = { value = 'id', unit = "ha" }
)";

const std::string relative = R"([welfare]
resource = 'income'
pass_through = { transfers = 1 }
[parameters]
half = 0.5
[programmes.cash]
eligible = 'true'
cash = { amount = 20 }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
[scenarios.other]
extends = "cash"
set = { "parameters.half" = 0.9 }
[welfare.lines]
moving = 'half*quantile(welfare, 1)'
fixed = { value = 'half*quantile(welfare, 1)', fixed = true }
)";

double poor(const nlohmann::json& scenario, const char* line) { return scenario["groups"]["all"]["fgt"][line]["0"]; }

TEST_F(Policies, FixedLinesAreThoseOfTheReference) {
  const auto s = run(four + relative);
  // 10 20 30 40 against 20; 30 40 50 60 against 30, or 54 with the other parameter, or still 20.
  EXPECT_EQ(poor(s["none"], "moving"), 0.25);
  EXPECT_EQ(poor(s["none"], "fixed"), 0.25);
  EXPECT_EQ(poor(s["cash"], "moving"), 0);
  EXPECT_EQ(poor(s["cash"], "fixed"), 0);
  EXPECT_EQ(poor(s["other"], "moving"), 0.75);
  EXPECT_EQ(poor(s["other"], "fixed"), 0);
  const auto from_cash = run(four + relative + "[run]\nreference = \"other\"\n");
  EXPECT_EQ(poor(from_cash["none"], "moving"), 0.25);
  EXPECT_EQ(poor(from_cash["none"], "fixed"), 1);  // all are below 54
  EXPECT_EQ(poor(from_cash["cash"], "fixed"), 0.75);
}

TEST_F(Policies, FixedLinesCannotFollowTheRecord) {
  expect_refused(four + "[welfare]\nresource = 'income'\n[welfare.lines]\nz = { value = '0.5*welfare', fixed = true }\n",
                 "looks at something of each record that scenarios change");
}

std::string budget(const std::string& amount) {
  return four + R"([welfare]
resource = 'income'
pass_through = { transfers = 1 }
[programmes.cash]
eligible = 'true'
coverage = { mode = "ranked", by = 'income', budget = )" + amount + R"( }
cash = { amount = { value = 120, unit = "ZMW/year" } }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
)";
}

TEST_F(Policies, DeclaredUnitsAreConverted) {
  // 10 a month each: 240 a year pays for two.
  const auto recipients = [&](const std::string& amount) {
    return run(budget(amount))["cash"]["programmes"]["cash"]["all"]["recipients"].get<double>();
  };
  EXPECT_EQ(recipients("{ value = 240, unit = \"ZMW/year\" }"), 2);
  EXPECT_EQ(recipients("{ value = 20, unit = \"ZMW/month\" }"), 2);
  EXPECT_EQ(recipients("20"), 2);
  EXPECT_EQ(run(budget("20"))["cash"]["programmes"]["cash"]["all"]["spending"], 20);
}

TEST_F(Policies, DeclaredUnitsThatDoNotFitAreMistakesAtTheirPlace) {
  const auto refused = [&](const std::string& amount, const std::string& says) { expect_mistake(budget(amount), says, 14); };
  refused("{ value = 240, unit = \"USD/year\" }", "\"USD/year\" cannot become \"ZMW/month\"");
  refused("{ value = 240, unit = \"ha\" }", "\"ha\" cannot become");
  refused("{ value = 240, unit = \"ZMW//\" }", "a name is missing");
  refused("{ unit = \"ZMW/month\" }", "has no `value`");
}

TEST_F(Policies, UnitsOfLinesAreConverted) {
  const auto s = run(four + "[welfare]\nresource = 'income'\n[welfare.lines]\nmonth = { value = 25, unit = \"ZMW/month/person\" }\n"
                            "year = { value = 300, unit = \"ZMW/year\" }\n")["data"];
  EXPECT_EQ(poor(s, "month"), 0.5);
  EXPECT_EQ(poor(s, "year"), 0.5);
  EXPECT_EQ(s["groups"]["all"]["total_gap"]["month"], s["groups"]["all"]["total_gap"]["year"]);
  expect_refused(four + "[welfare]\nresource = 'income'\n[welfare.lines]\nz = { value = 300, unit = \"km\" }\n", "\"km\" cannot become");
}

TEST_F(Policies, ALineIsOfWhomWelfareIs) {
  const std::string welfare = "[welfare]\nresource = 'income'\n[welfare.lines]\nz = { value = 20, unit = \"ZMW/month/household\" }\n";
  const Ran refused = check(four + welfare);
  EXPECT_EQ(refused.code, 65);
  EXPECT_NE(refused.text.find("person"), std::string::npos) << refused.text;
  EXPECT_EQ(check(four + with(welfare, "/household", "/person")).code, 0);
  EXPECT_EQ(check(four + with(welfare, "/household", "")).code, 0);
  EXPECT_EQ(check(four + with(welfare, "resource = 'income'", "resource = 'income'\nscale = '1'")).code, 0);
}

TEST_F(Policies, UnitsThatMeetNothingAreSaid) {
  const Ran ran = check(with(budget("{ value = 240, unit = \"ZMW/year\" }"), ", unit = \"ZMW/month/household\"", ""));
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.text.find("warning: programmes.cash.coverage.budget is given in \"ZMW/year\", but what it meets has no unit"), std::string::npos) << ran.text;
}

std::string effect(const std::string& passes) {
  return four + "[welfare]\nresource = 'income'\n" + passes + R"(
[programmes.farm]
eligible = 'true'
cash = { amount = 1 }
in_kind = { amount = 2, valued_at = 1 }
[[programmes.farm.effects]]
outcome = "farm"
size = 0.2
[[programmes.farm.effects]]
outcome = "land"
size = 0.2
[scenarios.none]
[scenarios.farm]
programmes = ["farm"]
[scenarios.again]
programmes = ["farm"]
)";
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(Policies, ChangesThatCannotReachWelfareAreWarnedOf) {
  const Ran ran = check(effect(""));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(count_of(ran.text, "warning:"), 3) << ran.text;  // once each, whatever the number of scenarios; land is no money
  for (const char* key : {"welfare.pass_through.farm", "welfare.pass_through.transfers", "welfare.pass_through.in_kind"})
    EXPECT_EQ(count_of(ran.text, key), 1) << key << ran.text;
  EXPECT_NE(ran.text.find("policy.toml:16:"), std::string::npos) << ran.text;
  EXPECT_EQ(count_of(puente("run " + folder_.write("w.toml", effect("")) + " --quiet").text, "warning:"), 3);
  EXPECT_EQ(count_of(check(effect("pass_through = { farm = 0, transfers = 0, in_kind = 0 }")).text, "warning:"), 0);
}

TEST_F(Policies, WhatPassesThroughIsInThePeriodOfTheResource) {
  const auto s = run(effect("pass_through = { farm = 1, transfers = 0, in_kind = 0 }"));
  EXPECT_NEAR(mean(s["farm"]) - mean(s["none"]), 0.2 * 60 / 12, 1e-12);  // farm is per year, income per month
  expect_refused(effect("pass_through = { land = 1 }"), "welfare.pass_through.land: \"ha\" cannot become");
}

}  // namespace
}  // namespace puente::test
