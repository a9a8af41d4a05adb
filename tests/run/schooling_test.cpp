// The choice between school and work inside a run: the data come back as they are, who moves moves for the reason that the
// model gives, and money and costs follow what was chosen.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// A model of two states with a constant, income and nothing else.
std::string two_states(double constant, double alpha_0, double alpha_1, double taste = 0) {
  const auto text = [](double x) { return std::to_string(x); };
  return "format = 1\nmodel = \"schooling\"\ntitle = \"typed\"\nsource = \"a test\"\nstatus = \"assumed\"\nalternatives = [\"out\", \"school\"]\nhousehold_taste = " +
         text(taste) + "\n[[utility]]\nname = \"constant\"\nvalue = '1'\ncoefficients = [" + text(constant) + "]\n[income]\ncoefficients = [" +
         text(alpha_1 - alpha_0) + "]\n[structure]\nalpha = [" + text(alpha_0) + ", " + text(alpha_1) + "]\n";
}

const std::string three_states = R"(format = 1
model = "schooling"
title = "typed"
source = "a test"
status = "assumed"
alternatives = ["out", "both", "school"]
household_taste = 0.8
working_when_out = 0.4
[[utility]]
name = "constant"
value = '1'
coefficients = [-1.0, 0.5]
[[utility]]
name = "age"
value = 'age - 12'
coefficients = [-0.1, -0.3]
[income]
coefficients = [0.002, 0.003]
[wage]
coefficients = [-0.001, -0.005]
[earnings]
attending = -0.3
sigma = 0.5
[[earnings.covariates]]
name = "constant"
value = '1'
coefficients = [2.5]
[structure]
K = 1
M = 0.7408182206817179
D = 0.5
alpha = [0.001, 0.003, 0.004]
)";

/// Families with children of 6 to 17 who go to school, work, do both or neither, and get something already.
const std::string families = R"(format = 1
[population]
households = 3000
[population.recipe]
persons = '2 + floor(4*uniform("persons"))'
[population.recipe.household]
income = { value = '300*exp(0.7*normal("y"))', type = "f64" }
weight = { value = '0.5 + uniform("w")', type = "f64" }
grants_here = 'chance(0.5, "grants")'
[population.recipe.person]
age = '6 + floor(20*uniform("age"))'
attends = 'age < 18 and chance(0.6, "a")'
works = 'chance(0.3, "w")'
child_earnings = { value = 'if(works and (age < 18), 20*uniform("e"), 0)', type = "f64" }
cash_in_data = { value = 'if(grants_here and attends, 25 + floor(10*uniform("c")), 0)', type = "f64" }
meals_here = 'chance(0.4, "meals")'
[variables]
all_at_school = 'all(attends where 10 <= age <= 15)'
[welfare]
resource = 'income'
pass_through = { transfers = 0.9, in_kind = 1, child_earnings = 0.8 }
[welfare.lines]
z = 60
[statistics]
age_bands = [[10, 12], [10, 15]]
)";
const std::string chooses = R"([schooling]
children = '10 <= age <= 15'
works = "works"
earnings = 'child_earnings'
model = "model.toml"
[[schooling.interactions]]
programmes = ["capped", "meals"]
delta = -0.2
)";
const std::string programmes = R"([programmes.grant]
entity = "person"
eligible = '10 <= age <= 15'
condition = 'attends'
observed = 'grants_here'
cash = { amount = 30, observed_amount = 'cash_in_data' }
[programmes.capped]
entity = "person"
eligible = '10 <= age <= 15'
condition = 'attends'
observed = 'chance(0.5, "capped")'
cash = { amount = 40 }
cost = { per_recipient = 2 }
schooling = { cap = 60, means_test = { limit = 60, per = "person" }, delta = 0.1 }
[programmes.family]
eligible = 'any(10 <= age <= 15)'
condition = 'all_at_school'
observed = 'chance(0.5, "family")'
cash = { amount = 40 }
[programmes.meals]
entity = "person"
eligible = '10 <= age <= 15'
condition = 'attends'
observed = 'meals_here'
in_kind = { amount = 12, valued_at = 1, in_resource = true }
schooling = { delta = 0.3 }
[programmes.gift]
eligible = 'true'
observed = 'chance(0.3, "gift")'
cash = { amount = 20 }
[scenarios.none]
[scenarios.seen]
programmes = { grant = "observed", capped = "observed", family = "observed", meals = "observed", gift = "observed" }
[scenarios.all]
programmes = ["grant", "capped", "family", "meals", "gift"]
[scenarios.some]
extends = "all"
set = { "programmes.capped.coverage" = { mode = "ranked", by = 'income', budget = 9000, keep_observed = false }, "programmes.grant.coverage" = { mode = "share", share = 0.37 } }
)";

class SchoolingTest : public Policies {
 protected:
  void model(const std::string& text) { folder_.write("model.toml", text); }
  static double attendance(const nlohmann::json& s, const std::string& band) { return s["groups"]["all"]["attendance"][band]; }
};

/// A condition that does not read the choice holds beside a means test that everybody passes, and beside a cap nobody meets.
TEST_F(SchoolingTest, AMeansTestLeavesAnOrdinaryConditionInForce) {
  model(three_states);
  const auto grant = [](const std::string& more) {
    return "[programmes.grant]\nentity = \"person\"\neligible = '10 <= age <= 15'\ncondition = 'grants_here'\ncash = { amount = 40 }\n" + more +
           "[scenarios.none]\n[scenarios.grant]\nprogrammes = [\"grant\"]\n";
  };
  const auto paid = [](const nlohmann::json& s) { return s["grant"]["programmes"]["grant"]["all"]["recipients"]; };
  const auto plain = paid(run(families + grant("")));
  EXPECT_GT(plain, 0);
  EXPECT_EQ(paid(run(families + chooses.substr(0, chooses.find("[[")) + grant("schooling = { means_test = { limit = 1e9, per = \"household\" } }\n"))), plain);
  EXPECT_EQ(paid(run(families + chooses.substr(0, chooses.find("[[")) + grant("schooling = { cap = 1e9 }\n"))), plain);
}

/// A scenario may test means where the data's own programme does not: what is in the data of it does not count in the test.
TEST_F(SchoolingTest, AScenarioMayAddAMeansTest) {
  model(three_states);
  const std::string added = R"([programmes.grant]
entity = "person"
eligible = '10 <= age <= 15'
observed = 'grants_here'
cash = { amount = 30 }
[scenarios.none]
[scenarios.untested]
programmes = ["grant"]
[scenarios.tested]
extends = "untested"
set = { "programmes.grant.schooling.means_test" = { limit = 1e9, per = "household" } }
)";
  const auto s = run(families + chooses.substr(0, chooses.find("[[")) + added);
  EXPECT_EQ(s["tested"]["programmes"]["grant"]["all"]["recipients"], s["untested"]["programmes"]["grant"]["all"]["recipients"]);
}

/// Where earnings are not known, a child that attends and works still works once it has left school.
TEST_F(SchoolingTest, WhoWorksBesideSchoolWorksOutsideOfIt) {
  std::string typed = three_states;
  typed.replace(typed.find("working_when_out = 0.4"), 22, "working_when_out = 0.0");
  typed.replace(typed.find("household_taste = 0.8"), 21, "household_taste = 0.0");
  model(typed);
  std::string asked = chooses.substr(0, chooses.find("[["));
  asked.replace(asked.find("earnings = 'child_earnings'\n"), 28, "wage = '10 + 0*age'\n");
  const std::string away = R"([programmes.push]
entity = "person"
eligible = '10 <= age <= 15'
schooling = { delta = -50 }
[scenarios.none]
[scenarios.push]
programmes = ["push"]
)";
  const auto s = run(families + asked + away);
  EXPECT_EQ(attendance(s["push"], "10-15"), 0);
  EXPECT_EQ(s["push"]["groups"]["all"]["work"]["10-15"], s["none"]["groups"]["all"]["work"]["10-15"]);
}

TEST_F(SchoolingTest, AsObservedIsTheDataToTheLastBit) {
  model(three_states);
  const auto data = run(families);
  const auto s = run(families + chooses + programmes);
  const auto &was = data["data"]["groups"]["all"], &is = s["seen"]["groups"]["all"];
  for (const char* figure : {"mean", "gini", "fgt", "attendance", "quantile"}) EXPECT_EQ(is[figure], was[figure]) << figure;
  EXPECT_EQ(is["child_earnings_change"], 0);
  double moved = 0;
  for (const auto& [from, row] : is["schooling_transition"].items())
    for (const auto& [to, persons] : row.items()) moved += from == to ? 0 : persons.get<double>();
  EXPECT_EQ(moved, 0);
  EXPECT_LT(attendance(s["none"], "10-15"), attendance(s["seen"], "10-15"));
  EXPECT_GT(attendance(s["all"], "10-15"), attendance(s["seen"], "10-15"));
}

TEST_F(SchoolingTest, BitsDoNotDependOnTheLayout) {
  model(three_states);
  expect_same_for_all_layouts(families + chooses + programmes);
}

/// One child a household, who is at school as the model says at the policy in force: offers to half of them, of a pull of 1
/// and of cash with the condition to attend. The world without and the one with all offers are known.
std::string truth(const std::string& observed) {
  return R"(format = 1
[population]
households = 200000
[population.recipe]
persons = '1'
[population.recipe.household]
before = { value = '50 + 50*uniform("y")', type = "f64" }
offered = 'chance(0.5, "offer")'
v0 = { value = '-log(-log(uniform("v0")))', type = "f64" }
v1 = { value = '-log(-log(uniform("v1")))', type = "f64" }
without = '-1 + 0.01*before + v1 > v0'
with = '-1 + 0.01*before + 0.02*40 + 1 + v1 > v0'
income = { value = 'before + if(offered and with, 40, 0)', type = "f64" }
[population.recipe.person]
age = '10'
attends = 'if(offered, with, without)'
received = 'offered and with'
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[statistics]
outcomes = ["without", "with"]
[schooling]
children = 'true'
model = "model.toml"
[programmes.offer]
entity = "person"
eligible = 'true'
condition = 'attends'
)" + observed + R"(cash = { amount = 40 }
schooling = { delta = 1 }
[scenarios.none]
[scenarios.all]
programmes = ["offer"]
)";
}

TEST_F(SchoolingTest, ObservedOffersGiveTheTruthAndReceiptsDoNot) {
  model(two_states(-1, 0.01, 0.02));
  // Three standard errors of a difference of two shares of the same 200,000 children.
  constexpr double error = 0.004;
  const auto off = [](const nlohmann::json& s) {
    return std::pair{s["none"]["groups"]["all"]["attendance"]["6-13"].get<double>() - outcome(s["none"], "without"),
                     s["all"]["groups"]["all"]["attendance"]["6-13"].get<double>() - outcome(s["all"], "with")};
  };
  const auto [none, all] = off(run(truth("observed = 'offered'\n")));
  EXPECT_NEAR(none, 0, error);
  EXPECT_NEAR(all, 0, error);
  const auto [receipts_none, receipts_all] = off(run(truth("observed = 'received'\n")));
  EXPECT_GT(std::fabs(receipts_none) + std::fabs(receipts_all), 5 * error) << "who receives is not who is offered";
  const auto [ignored_none, ignored_all] = off(run(truth("")));
  EXPECT_GT(ignored_none, 5 * error) << "what is observed stays in the world without";
  EXPECT_GT(std::fabs(ignored_all), 5 * error);
}

/// A constant that is off makes what children do today look like taste; the residuals drawn are then not those of the truth.
TEST_F(SchoolingTest, ConstantsAreAlignedBeforeResidualsAreDrawn) {
  const std::string offered = truth("observed = 'offered'\n"), aligned = with(offered, "children = 'true'", "children = 'true'\nalign = 'offered'");
  const auto off = [&](const std::string& content, double constant, double taste = 0) {
    model(two_states(constant, 0.01, 0.02, taste));
    const auto s = run(content);
    return std::fabs(attendance(s["none"], "6-13") - outcome(s["none"], "without")) + std::fabs(attendance(s["all"], "6-13") - outcome(s["all"], "with"));
  };
  EXPECT_GT(off(offered, 1.5), 0.02);
  EXPECT_LT(off(aligned, 1.5), 0.008);
  EXPECT_LT(off(aligned, -6), 0.008) << "from far away";
  EXPECT_LT(off(aligned, 1.5, 0.1), 0.008) << "with what siblings share";
  expect_same_for_all_layouts(with(aligned, "households = 200000", "households = 5000"));
  expect_refused(with(aligned, "align = 'offered'", "align = 'before'"), "which is not a whole number, first in household 0: a cell is a category, a condition or a whole number");
  expect_refused(with(aligned, "align = 'offered'", "align = 'received'"), "align by larger cells");
}

/// What moved is in the results: the constant that the model lacks, here of cells given by whole numbers.
TEST_F(SchoolingTest, WhatTheAlignmentMovedIsTold) {
  const std::string by_number = with(with(truth("observed = 'offered'\n"), "children = 'true'", "children = 'true'\nalign = 'if(offered, 12, 7)'"), "households = 200000", "households = 40000");
  model(two_states(1.5, 0.01, 0.02));
  const auto json = puente_json("run " + folder_.write("policy.toml", by_number));
  const auto& moved = json["alignment_shift"];
  ASSERT_EQ(moved.size(), 2U);
  for (const char* cell : {"7", "12"}) EXPECT_NEAR(moved[cell]["school"].get<double>(), -2.5, 0.06) << "from 1.5 to the -1 of the data";
  // The shift of a cell is that of a condition that tells the same cells apart.
  const auto by_condition = puente_json("run " + folder_.write("policy.toml", with(by_number, "if(offered, 12, 7)", "offered")));
  EXPECT_EQ(by_condition["alignment_shift"]["true"], moved["12"]);
  EXPECT_EQ(by_condition["alignment_shift"]["false"], moved["7"]);
  EXPECT_EQ(by_condition["scenarios"]["all"]["groups"]["all"]["attendance"], json["scenarios"]["all"]["groups"]["all"]["attendance"]);
  const Ran ran = puente("run " + folder_.write("policy.toml", by_number));
  EXPECT_NE(ran.text.find("schooling.align moved the constants of the model by\n  7: school -2."), std::string::npos) << ran.text;
  expect_same_for_all_layouts(with(by_number, "households = 40000", "households = 5000"));
}

/// Four children in ten attend; a transfer to all households, and one on the condition to attend.
const std::string transfers = R"(format = 1
[population]
households = 20000
[population.recipe]
persons = '2'
[population.recipe.household]
income = { value = '50 + 50*uniform("y")', type = "f64" }
[population.recipe.person]
age = '10'
attends = 'chance(0.4, "a")'
[parameters]
amount = 10
pull = 0
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[schooling]
children = 'true'
model = "model.toml"
[programmes.gift]
eligible = 'true'
cash = { amount = 'amount' }
[programmes.grant]
entity = "person"
eligible = 'true'
condition = 'attends'
cash = { amount = 'amount' }
[programmes.meals]
entity = "person"
eligible = 'true'
condition = 'attends'
in_kind = { amount = 5 }
schooling = { delta = 'pull' }
[scenarios.none]
[scenarios.gift]
programmes = ["gift"]
[scenarios.grant]
programmes = ["grant"]
[scenarios.meals]
programmes = ["meals"]
)";

TEST_F(SchoolingTest, AGiftMovesNobodyWhereMoneyCountsTheSameInAllStates) {
  model(two_states(0, 0.02, 0.02));
  const auto s = run(transfers);
  EXPECT_EQ(attendance(s["gift"], "6-13"), attendance(s["none"], "6-13"));
  EXPECT_EQ(s["gift"]["groups"]["all"]["schooling_transition"]["out"]["school"], 0);
  EXPECT_EQ(s["gift"]["groups"]["all"]["schooling_transition"]["school"]["out"], 0);
  EXPECT_GT(attendance(s["grant"], "6-13"), attendance(s["none"], "6-13"));
}

TEST_F(SchoolingTest, MoreOfAConditionalTransferTakesNobodyOutOfSchool) {
  model(two_states(0, 0.01, 0.02));
  const auto s = run(transfers + "[sweeps.amount]\nscenario = \"grant\"\nset = { \"parameters.amount\" = [0, 5, 10, 20, 40, 80] }\n");
  double before = 0;
  for (const char* amount : {"0", "5", "10", "20", "40", "80"}) {
    const auto& is = s[std::string("amount=") + amount];
    EXPECT_EQ(is["groups"]["all"]["schooling_transition"]["school"]["out"], 0) << amount;
    EXPECT_GT(attendance(is, "6-13"), before) << amount;
    before = attendance(is, "6-13");
  }
  EXPECT_EQ(attendance(s["amount=0"], "6-13"), attendance(s["none"], "6-13"));
}

TEST_F(SchoolingTest, ThePullOfAMealIsSolvedForAPublishedEffect) {
  model(two_states(0, 0.01, 0.02));
  const auto s = run(transfers + R"([solve.pull]
scenario = "meals"
parameter = "parameters.pull"
target = 'attendance("meals", "6-13") - attendance("none", "6-13") == 0.047'
between = [0, 2]
)");
  EXPECT_NEAR(attendance(s["meals"], "6-13") - attendance(s["none"], "6-13"), 0.047, 1e-4);
  EXPECT_EQ(mean(s["meals"]), mean(s["none"])) << "neither the pull nor a meal without `valued_at` is welfare";
}

/// Four in ten are offered meals already. Only a pull that the data's side has as well is the same to them and to the others.
TEST_F(SchoolingTest, APullThatTheDataHaveTooIsFoundEverywhere) {
  model(two_states(0, 0.01, 0.02));
  const std::string offered = with(with(transfers, "age = '10'", "age = '10'\noffered = 'chance(0.4, \"offer\")'"), "in_kind", "observed = 'offered'\nin_kind") +
                              "[scenarios.seen]\nprogrammes = { meals = \"observed\" }\n[statistics]\nage_bands = [[6, 13]]\n";
  const std::string everywhere = offered + R"([solve.pull]
everywhere = true
parameter = "parameters.pull"
target = 'attendance("meals", "6-13") - attendance("none", "6-13") == 0.047'
between = [0, 2]
)";
  const auto more = [](const nlohmann::json& s) { return attendance(s["meals"], "6-13") - attendance(s["none"], "6-13"); };
  const auto json = puente_json("run " + folder_.write("policy.toml", everywhere));
  EXPECT_NEAR(more(json["scenarios"]), 0.047, 1e-4);
  const double pull = json["solve"]["pull"]["value"];
  const auto written = run(with(offered, "pull = 0", "pull = " + std::to_string(pull)));
  EXPECT_NEAR(more(written), 0.047, 1e-4) << "the same as that value written into the file";
  EXPECT_EQ(attendance(written["seen"], "6-13"), attendance(json["scenarios"]["seen"], "6-13"));
  EXPECT_EQ(json["scenarios"]["seen"]["groups"]["all"]["schooling_transition"]["out"]["school"], 0);
  const std::string alone = with(everywhere, "everywhere = true", "scenario = \"meals\"");
  const auto in_one = puente_json("run " + folder_.write("policy.toml", alone));
  EXPECT_LT(in_one["solve"]["pull"]["value"].get<double>(), 0.95 * pull) << "new to those who are offered meals already";
  const Ran warned = check(alone);
  EXPECT_NE(warned.text.find("new to those whom the programmes reach in the data"), std::string::npos) << warned.text;
  EXPECT_EQ(check(everywhere).text.find("new to those"), std::string::npos);
  expect_same_for_all_layouts(with(everywhere, "households = 20000", "households = 3000"));
}

TEST_F(SchoolingTest, LateEntryIsAMarginOfItsOwn) {
  model(two_states(0, 0.01, 0.02));
  const std::string ages = with(transfers, "age = '10'", "age = '6 + floor(8*uniform(\"age\"))'");
  const auto s = run(with(with(ages, "delta = 'pull'", "delta = 'if(6 <= age <= 8, 1, 0)'"), "in_kind = { amount = 5 }\n", "") +
                     "[statistics]\nage_bands = [[6, 8], [9, 13]]\n");
  EXPECT_GT(attendance(s["meals"], "6-8"), attendance(s["none"], "6-8") + 0.1);
  EXPECT_EQ(attendance(s["meals"], "9-13"), attendance(s["none"], "9-13"));
}

/// A productive programme raises what the farm earns and what a child's work on it is worth.
const std::string farms = R"(format = 1
[population]
households = 20000
[population.recipe]
persons = '2'
[population.recipe.household]
farm = { value = '50 + 50*uniform("y")', type = "f64" }
has_it = 'chance(0.3, "has")'
[population.recipe.person]
age = '10'
attends = 'chance(0.6, "a")'
[welfare]
resource = 'farm'
pass_through = { farm = 1 }
[schooling]
children = 'true'
wage = '0.2*farm'
model = "model.toml"
[programmes.inputs]
eligible = 'true'
observed = 'has_it'
[[programmes.inputs.effects]]
outcome = "farm"
kind = "relative"
size = 0.3
[scenarios.none]
[scenarios.seen]
programmes = { inputs = "observed" }
[scenarios.all]
programmes = ["inputs"]
)";

TEST_F(SchoolingTest, WorkOnTheFarmThatIsWorthMoreKeepsChildrenFromSchool) {
  const auto of_wage = [&](double by_wage) {
    model(two_states(0, 0.01, 0.02) + "[wage]\ncoefficients = [" + std::to_string(by_wage) + "]\n");
    return run(farms);
  };
  const auto income_alone = of_wage(0), both = of_wage(-0.2);
  EXPECT_GT(attendance(income_alone["all"], "6-13"), attendance(income_alone["none"], "6-13"));
  EXPECT_LT(attendance(both["all"], "6-13"), attendance(both["none"], "6-13")) << "0.01 a unit of income, -0.2*0.2 of work";
  for (const auto& s : {income_alone, both}) EXPECT_EQ(s["seen"]["groups"]["all"]["schooling_transition"]["school"]["out"], 0);
}

TEST_F(SchoolingTest, AModelIsReadInItsOwnMoney) {
  const std::string of_month = with(with(transfers, "income = { value", "income = { unit = \"ZMW/month\", value"), "amount = 10", "amount = { value = 10, unit = \"ZMW/month\" }");
  const auto in = [&](const std::string& unit, double factor) {
    model(with(two_states(0, factor * 0.01, factor * 0.02), "title", "income_unit = \"" + unit + "\"\ntitle"));
    return attendance(run(of_month)["grant"], "6-13");
  };
  EXPECT_EQ(in("ZMW/year/household", 1), in("ZMW/month/household", 12)) << "12 ZMW a year are one a month";
  model(with(two_states(0, 0.01, 0.02), "title", "income_unit = \"PEN/month/household\"\ntitle"));
  const Ran ran = check(of_month);
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("income_unit of the schooling model"), std::string::npos) << ran.text;
}

TEST_F(SchoolingTest, ProgrammesOfBothWorkTogetherAsTheInteractionSays) {
  model(two_states(0, 0.01, 0.02));
  const std::string both = transfers + "[[schooling.interactions]]\nprogrammes = [\"gift\", \"meals\"]\ndelta = 'together'\n[scenarios.both]\nprogrammes = [\"gift\", \"meals\"]\n";
  const auto at = [&](const std::string& delta) {
    const auto s = run(with(both, "pull = 0", "pull = 0.3\ntogether = " + delta));
    EXPECT_GT(attendance(s["meals"], "6-13"), attendance(s["none"], "6-13")) << "an interaction is of households that get both";
    return attendance(s["both"], "6-13");
  };
  EXPECT_LT(at("-0.5"), at("0"));
}

TEST_F(SchoolingTest, MistakesAreFoundAtTheirPlaces) {
  model(two_states(0, 0.01, 0.02));
  const auto changed = [](const std::string& from, const std::string& to) { return with(transfers, from, to); };
  expect_mistake(changed("eligible = 'true'\ncondition", "eligible = 'attends'\ncondition"), "belongs into `condition`", 25);
  expect_mistake(changed("eligible = 'true'\ncash", "eligible = 'any(attends)'\ncash"), "programmes.gift.eligible looks at what the choice", 21);
  expect_mistake(changed("cash = { amount = 'amount' }", "cash = { amount = 'if(any(attends), 1, 2)' }"), "programmes.gift.cash.amount looks at", 22);
  expect_mistake(changed("[programmes.meals]", "[[programmes.grant.effects]]\noutcome = \"attends\"\nkind = \"points\"\nsize = 0.1\nbase = 0.4\n[programmes.meals]"),
                 "which the choice of [schooling] decides", 28);
  expect_mistake(changed("eligible = 'true'\ncondition", "eligible = 'true'\nobserved = 'attends'\ncondition"), "whether or not they attend", 26);
  expect_mistake(changed("model = \"model.toml\"", "model = \"modle.toml\""), "there is no such model", 19);
  expect_mistake(changed("model = \"model.toml\"", ""), "schooling.model is missing", 17);
  expect_mistake(changed("children = 'true'", "children = 'true'\nattends = \"atends\""), "did you mean 'attends'", 19);
  expect_mistake(changed("children = 'true'", "children = 'true'\nearnings = '0*age'"), "write welfare.pass_through.child_earnings", 17);
  expect_mistake(changed("children = 'true'", "children = 'true'\nworks = \"attends\""), "two alternatives: leave out `works`", 17);
  expect_mistake(changed("schooling = { delta = 'pull' }", "schooling = { delta = 'pul' }"), "did you mean 'pull'", 33);
  expect_mistake(changed("condition = 'attends'", "condition = 'attends and mean_of(attends) > 0.2'"), "looks at the whole population", 17);
  expect_mistake(changed("schooling = { delta = 'pull' }", "schooling = { cap = 3 }"), "schooling.cap is the most that a household gets", 33);
}

TEST_F(SchoolingTest, AModelThatDoesNotFitIsRefused) {
  const auto says = [&](const std::string& model_text, const std::string& words) {
    model(model_text);
    const Ran ran = check(transfers);
    EXPECT_EQ(ran.code, 65) << ran.text;
    EXPECT_NE(ran.text.find(words), std::string::npos) << ran.text;
  };
  const std::string good = two_states(0, 0.01, 0.02);
  says(with(good, "value = '1'", "value = 'distance'"), "there is no column, variable or parameter 'distance'");
  says(with(good, "coefficients = [0.000000]", "coefficients = [0, 1]"), "1");
  says(with(good, "alpha = [0.010000, 0.020000]", "alpha = [0.01, 0.05]"), "which is their difference");
  says(with(good, "[income]", "[wage]\ncoefficients = [0.1]\n[income]"), "write `wage`");
}

TEST_F(SchoolingTest, AlphasThatAreNotKnownAreTold) {
  const auto said = [&](const std::string& alpha_se, const std::string& income_se) {
    std::string text = two_states(0, 0.01, 0.03);
    if (!income_se.empty()) text = with(text, "coefficients = [0.020000]", "coefficients = [0.02]\nstandard_errors = [" + income_se + "]");
    if (!alpha_se.empty()) text += "standard_errors = [" + alpha_se + "]\n";
    model(text);
    const Ran checked = check(transfers), ran = puente("run " + folder_.write("policy.toml", transfers) + " --households 100 --quiet");
    EXPECT_EQ(checked.code, 0) << checked.text;
    EXPECT_EQ(checked.text.find("may as well") == std::string::npos, ran.text.find("may as well") == std::string::npos) << ran.text;
    return checked.text;
  };
  for (const std::string& sound : {said("", ""), said("0.004, 0.01", "0.009")}) EXPECT_EQ(sound.find("alpha"), std::string::npos) << sound;
  EXPECT_NE(said("0.006, 0.01", "0.009").find("alpha of 'out' is 0.01, with a standard error of 0.006: it may as well be 0, so that a run says little of what the condition"), std::string::npos);
  EXPECT_NE(said("0.004, 0.016", "").find("alpha of 'school' is 0.03, with a standard error of 0.016"), std::string::npos);
  EXPECT_NE(said("0, 0.01", "0.01").find("alpha of 'out', 0.01, was given, not estimated"), std::string::npos);
  EXPECT_NE(said("", "0.011").find("differ by 0.02, with a standard error of 0.011: they may as well be the same"), std::string::npos);
}

TEST_F(SchoolingTest, ChildrenWithoutAStateAreCountedAndNamed) {
  model(two_states(0, 0.01, 0.02));
  const std::string missing = with(transfers, "attends = 'chance(0.4, \"a\")'", "attends = 'if(chance(0.1, \"m\"), log(0 - 1) > 0, chance(0.4, \"a\"))'");
  const Ran ran = puente("run " + folder_.write("policy.toml", missing) + " --quiet");
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("a child is in no state"), std::string::npos) << ran.text;
  model(with(two_states(0, 0.01, 0.02), "value = '1'", "value = 'log(age - 10)'"));
  expect_refused(transfers, "covariate 'constant' of a child is missing");
}

TEST_F(SchoolingTest, TheScreenShowsWhatChildrenDo) {
  model(two_states(0, 0.01, 0.02));
  const Ran ran = puente("run " + folder_.write("policy.toml", transfers));
  EXPECT_NE(ran.text.find("more pupils"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find("cost a pupil "), std::string::npos) << ran.text << "nothing says of how long";
  const std::string monthly = with(with(transfers, "income = { value", "income = { unit = \"ZMW/month\", value"), "amount = 10", "amount = { value = 10, unit = \"ZMW/month\" }");
  const auto each = [&](const std::string& content) { return run(content)["grant"]["cost_per_additional_pupil"].get<double>(); };
  EXPECT_NEAR(each(monthly), 12 * each(transfers), 1e-9 * each(monthly));
  EXPECT_NE(puente("run " + folder_.write("policy.toml", monthly)).text.find("cost a pupil-year "), std::string::npos);
}

}  // namespace
}  // namespace puente::test
