// `puente estimate` as a user meets it: the same bits for any layout, what it refuses and why, the file it writes.
#include <gtest/gtest.h>

#include <fstream>

#include "io/toml/schooling_model_reader.hpp"
#include "io/toml/schooling_model_writer.hpp"
#include "tests/behaviour/chooser_recipe.hpp"
#include "tests/hpc/layouts.hpp"

namespace puente::test {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Estimate : public testing::Test {
 protected:
  Ran estimate(const std::string& text, const std::string& options = "--for-testing", const std::string& prefix = "") {
    const std::string scenario = folder_.write("scenario.toml", text);
    return shell(prefix + PUENTE_BINARY + " estimate " + scenario + " " + options + " -o " + model_);
  }
  void expect_refused(const std::string& text, const std::vector<std::string>& words, const std::string& options = "--for-testing") {
    const Ran ran = estimate(text, options);
    EXPECT_EQ(ran.code, 65) << ran.text;
    for (const std::string& word : words) EXPECT_NE(ran.text.find(word), std::string::npos) << word << " in: " << ran.text;
    EXPECT_FALSE(std::filesystem::exists(model_));
  }
  Folder folder_;
  std::string model_ = folder_ / "model.toml";
};

TEST_F(Estimate, RanksThreadsAndWindowsChangeNoBit) {
  const Ran base = estimate(choosers, "--for-testing --threads 1");
  ASSERT_EQ(base.code, 0) << base.text;
  const std::string model = content(model_);
  ASSERT_NE(model.find("alpha = ["), std::string::npos) << model;
  for (const Layout& layout : pairwise(1000)) {
    std::filesystem::remove(model_);
    const std::string window = layout.window > 0 ? " --window " + std::to_string(layout.window) : "";
    const Ran other = estimate(choosers, "--for-testing --threads " + std::to_string(layout.threads) + window, layout.prefix());
    EXPECT_EQ(other.code, 0) << other.text;
    EXPECT_TRUE(other.text.ends_with(base.text)) << layout.prefix() << layout.options() << other.text;  // after a warning of too many threads
    EXPECT_EQ(content(model_), model) << layout.prefix() << layout.options();
  }
}

TEST_F(Estimate, EveryCovarianceIsTheSameOnManyRanks) {
  for (const char* kind : {"design", "household", "robust"}) {
    const std::string options = std::string("--for-testing --covariance ") + kind;
    ASSERT_EQ(estimate(choosers, options + " --threads 1").code, 0);
    const std::string model = content(model_);
    ASSERT_EQ(estimate(choosers, options + " --threads 2", Layout{most_ranks, 2, 0, 0}.prefix()).code, 0);
    EXPECT_EQ(content(model_), model) << kind;
  }
}

/// Two to a household: what they share is estimated to the same bits on any layout; what it needs is said.
TEST_F(Estimate, WhatSiblingsShareIsTheSameOnManyRanks) {
  const std::string two = with(with(with(choosers, "persons = '1'", "persons = '2'"), "sum(earned)", "0"), "earnings = 'earned'\n", "");
  const std::string options = "--for-testing --household-taste --alpha0 0";
  const Ran base = estimate(with(two, "[schooling.earnings_covariates]\nskill = 'skill'\narea = 'area'\n", ""), options + " --threads 1");
  ASSERT_EQ(base.code, 0) << base.text;
  EXPECT_NE(base.text.find("multinomial logit with a taste of the household"), std::string::npos) << base.text;
  const std::string model = content(model_), scenario = folder_ / "scenario.toml";
  EXPECT_NE(model.find("household_taste = "), std::string::npos);
  const Ran other = shell(Layout{most_ranks, 2, 0, 0}.prefix() + PUENTE_BINARY + " estimate " + scenario + " " + options + " --threads 2 -o " + model_);
  EXPECT_TRUE(other.text.ends_with(base.text)) << other.text;
  EXPECT_EQ(content(model_), model);
  std::filesystem::remove(model_);
  expect_refused(choosers, {"no household has two children or more"}, options);
  expect_refused(choosers, {"--covariance robust takes siblings to be independent"}, options + " --covariance robust");
}

TEST_F(Estimate, OtherBuildsGiveTheSameBits) {
  const std::vector<std::string> others = other_builds();
  if (others.empty()) GTEST_SKIP() << no_other_build();
  ASSERT_EQ(estimate(choosers).code, 0);
  const std::string model = content(model_);
  for (const std::string& other : others) {
    ASSERT_EQ(shell(other + " estimate " + (folder_ / "scenario.toml") + " --for-testing --quiet -o " + model_).code, 0) << other;
    EXPECT_EQ(content(model_), model) << other;
  }
}

TEST_F(Estimate, TheTableIsOneThatUsersKnow) {
  const Ran ran = estimate(choosers);
  for (const char* words : {"Coef.", "Std. err.", "P>|z|", "[95 % conf. interval]", "Log pseudolikelihood", "Pseudo R2", "(base)", "area=rural", "alpha_2",
                            "300 primary sampling units in 5 strata", "counting that the wage is estimated", "no child has area=nomadic"})
    EXPECT_NE(ran.text.find(words), std::string::npos) << words << "\n" << ran.text;
}

TEST_F(Estimate, TheFileReadBackIsTheSameToTheLastDigit) {
  ASSERT_EQ(estimate(choosers).code, 0);
  const std::string written = content(model_);
  const std::string again = io::schooling_model_text(io::read_schooling_model(model_), "", {});
  EXPECT_EQ(again, written.substr(0, written.find("\n[provenance]")));
  EXPECT_NE(written.find("population_digest"), std::string::npos);
}

TEST_F(Estimate, RefusesWhatWasMadeUp) {
  expect_refused(choosers, {"synthetic", "--for-testing"}, "");
  const std::string profile = "format = 1\n[population]\nsource = \"" PUENTE_SOURCE_DIR "/scenarios/profiles/lesotho.toml\"\nhouseholds = 5000\n";
  expect_refused(profile + "[welfare]\nresource = 'consumption'\npass_through = { transfers = 1 }\n[schooling]\nchildren = '6 <= age <= 15'\n[schooling.covariates]\nage = 'age'\n",
                 {"synthetic", "--for-testing"}, "");
}

TEST_F(Estimate, ChildrenInNoStateAreCounted) {
  expect_refused(with(choosers, "'max(u1, u2) > u0'", "'if(age == 17, 0/0, max(u1, u2)) > u0'"), {"in no state: schooling.attends is missing", " times, first in household "});
  expect_refused(with(choosers, "works = 'works'", "works = 'if(age < 12, 0/0, u1) >= u2'"), {"it attends, and schooling.works is missing", " times, first in household "});
}

TEST_F(Estimate, MissingAndNegativeMoneyIsCounted) {
  expect_refused(with(choosers, "earnings = 'earned'", "earnings = 'if(age == 12, 0/0, earned)'"), {"schooling.earnings of a child is missing", " times, first in household "});
  expect_refused(with(choosers, "earnings = 'earned'", "earnings = 'earned - 0.1'"), {"schooling.earnings of a child is negative"});
  expect_refused(with(choosers, "works = 'works'", "works = 'works'\nincome = 'if(area == \"rural\", 0/0, income)'"), {"schooling.income of a child's household is missing"});
  expect_refused(with(choosers, "age = 'age - 13'", "age = 'if(age == 10, 0/0, age)'"), {"covariate 'age' of a child is missing", " times, first in household "});
}

TEST_F(Estimate, NamesWhatIsNotThere) {
  expect_refused(with(choosers, "age = 'age - 13'", "age = 'agee'"), {"agee", "did you mean 'age'"});
  expect_refused(with(choosers, "children = 'age >= 10'", "children = 'age >= 100'"), {"no person of a weight above 0 meets the condition schooling.children: age >= 100"});
  expect_refused(with(choosers, "children = 'age >= 10'", "children = 'age >= 10 and area == \"urban\"'"), {"covariate 'area' of the utilities does not vary"});
  std::string without(choosers);
  without.erase(without.find("[schooling]"), without.find("[run]") - without.find("[schooling]"));
  expect_refused(without, {"there is no [schooling]"});
}

TEST_F(Estimate, ADesignNeedsItsUnits) {
  std::string text = with(choosers, "psu = { value", "village = { value");
  text = with(text, "'floor(psu/60)'", "'floor(village/60)'");
  expect_refused(text, {"the population has no column `psu`"}, "--for-testing --covariance design");
  EXPECT_NE(estimate(text).text.find("Standard errors: robust"), std::string::npos);
}

TEST_F(Estimate, MoneyOfAnotherCurrencyIsRefused) {
  std::string text = with(choosers, "earned = { value", "earned = { unit = \"ZMW/year\", value");
  text = with(text, "income = { value = 'others + sum(earned)', type = \"f64\" }", "income = { value = 'others', type = \"f64\", unit = \"ZMW/month/household\" }");
  expect_refused(text, {"schooling.earnings is in ZMW/year", "ZMW/month", "to("});
}

TEST_F(Estimate, WithoutAWageTheFirstAlphaIsAsked) {
  const std::string text = with(choosers, "earnings = 'earned'\n", "");
  const std::string plain = text.substr(0, text.find("[schooling.earnings_covariates]")) + text.substr(text.find("[run]"));
  const Ran ran = estimate(plain);
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("not identified"), std::string::npos) << ran.text;
  try {
    io::read_schooling_model(model_);
    FAIL() << "a model without alpha is no model to run";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--alpha0"), std::string::npos) << error.what();
  }
  EXPECT_NE(estimate(plain, "--for-testing --alpha0 0.1").text.find("0.1        given"), std::string::npos);
  const SchoolingModel model = io::read_schooling_model(model_);
  EXPECT_EQ(model.structure.alpha[0], 0.1);
  EXPECT_EQ(model.structure.alpha[2], 0.1 + model.income[1]);
}

TEST_F(Estimate, AGivenWageTakesThePlaceOfTheEquation) {
  const Ran ran = estimate(with(choosers, "earnings = 'earned'", "earnings = 'earned'\nwage = 'w'"), "--for-testing --alpha0 -0.2");
  ASSERT_EQ(ran.code, 0) << ran.text;
  const SchoolingModel model = io::read_schooling_model(model_);
  EXPECT_FALSE(model.earnings);
  EXPECT_EQ(model.wage.size(), 2U);
}

TEST_F(Estimate, EndsWithTheCodeOfItsKind) {
  EXPECT_EQ(puente("estimate nowhere.toml").code, 66);
  EXPECT_EQ(estimate(choosers, "--model tastes").code, 64);
  EXPECT_EQ(shell(std::string(PUENTE_BINARY) + " estimate " + folder_.write("s.toml", choosers) + " --for-testing -o " + (folder_ / "no/such/model.toml")).code, 73);
  EXPECT_EQ(puente("estimate --help").code, 0);
}

}  // namespace
}  // namespace puente::test
