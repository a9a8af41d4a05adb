// Standard errors of a survey's figures in runs and statistics: R's figures, replicates beside linearisation, layouts, refusals.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/run/sampled_country.hpp"
#include "tests/support/data_dir.hpp"

namespace puente::test {
namespace {

/// A difference is of the same households: its error is far below that of two independent samples.
TEST_F(SampledCountry, DifferencesBetweenScenariosArePaired) {
  const nlohmann::json all = group("--sampling linearised");
  const double level = all.at("se").at("mean"), difference = all.at("difference").at("se").at("mean");
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, 0.5 * level);
}

/// The jackknife repeats the whole run and knows of no formula.
TEST_F(SampledCountry, TheJackknifeAgreesWithLinearisation) {
  for (const char* name : {"all", "child=true"}) {
    const nlohmann::json linear = group("--sampling linearised", name), jack = group("--sampling jackknife", name);
    for (const char* figure : {"mean", "gini"}) {
      EXPECT_NEAR(jack.at("se").at(figure).get<double>() / linear.at("se").at(figure).get<double>(), 1, 0.05) << name << figure;
      EXPECT_NEAR(jack.at("difference").at("se").at(figure).get<double>() / linear.at("difference").at("se").at(figure).get<double>(), 1, 0.08) << name << figure;
    }
    EXPECT_NEAR(jack.at("se").at("fgt").at("line").at("1").get<double>() / linear.at("se").at("fgt").at("line").at("1").get<double>(), 1, 0.05);
    EXPECT_NEAR(jack.at("se").at("attendance").at("6-13").get<double>() / linear.at("se").at("attendance").at("6-13").get<double>(), 1, 0.05);
  }
}

/// What is a total is linear in the weights: the jackknife's error of it is the linearised one to the last digits, of paired differences too.
TEST_F(SampledCountry, TotalsOfProgrammesHaveTheJackknifesErrors) {
  const nlohmann::json linear = scenario("--sampling linearised"), jack = scenario("--sampling jackknife");
  const auto same = [](const nlohmann::json& a, const nlohmann::json& b, const std::string& what) {
    ASSERT_FALSE(a.is_null()) << what;
    EXPECT_NEAR(a.get<double>(), b.get<double>(), 1e-9 * b.get<double>()) << what;
  };
  for (const char* programme : {"grant", "meals"})
    for (const char* name : {"all", "child=true", "south=true", "south=false"}) {
      const nlohmann::json &a = linear.at("programmes").at(programme).at(name), &b = jack.at("programmes").at(programme).at(name);
      EXPECT_GT(a.at("se").at("spending"), 0) << programme << name;
      for (const char* figure : {"recipients", "spending", "cost"}) {
        same(a.at("se").at(figure), b.at("se").at(figure), std::string(programme) + name + figure);
        same(a.at("difference").at("se").at(figure), b.at("difference").at("se").at(figure), std::string("difference of ") + programme + name + figure);
      }
    }
  const auto coverage = [](const nlohmann::json& scenario) { return scenario.at("programmes").at("meals").at("all").at("se").at("coverage").get<double>(); };
  EXPECT_NEAR(coverage(linear) / coverage(jack), 1, 0.02);
  const auto outcome = [](const nlohmann::json& scenario) { return scenario.at("groups").at("south=true").at("se").at("outcomes").at("income").get<double>(); };
  EXPECT_NEAR(outcome(linear) / outcome(jack), 1, 0.02);
}

/// Children choose by draws of their own, the same in every replicate: pupils are a total like any other.
TEST_F(SampledCountry, ChoicesOfSchoolHaveTheJackknifesErrors) {
  folder_.write("model.toml", R"(format = 1
model = "schooling"
title = "typed"
source = "a test"
status = "assumed"
alternatives = ["out", "school"]
household_taste = 0
[[utility]]
name = "constant"
value = '1'
coefficients = [-1]
[income]
coefficients = [0.03]
[structure]
alpha = [0.01, 0.04]
)");
  const std::string study = folder_.write("school.toml", R"(format = 1
[population]
source = "s.h5"
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[groups]
south = 'region == 1'
[schooling]
children = '6 <= age <= 13'
model = "model.toml"
[programmes.grant]
entity = "person"
eligible = '6 <= age <= 13'
condition = 'attends'
cash = { amount = 20 }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
)");
  const auto groups = [&](const std::string& method) { return puente_json("run " + study + " --threads 1 --sampling " + method).at("scenarios").at("grant").at("groups"); };
  const nlohmann::json linear = groups("linearised"), jack = groups("jackknife");
  for (const char* name : {"all", "south=true"}) {
    const nlohmann::json &a = linear.at(name), &b = jack.at(name);
    EXPECT_GT(a.at("difference").at("se").at("pupils"), 0) << name;
    for (const auto& [x, y] : {std::pair{a.at("se"), b.at("se")}, {a.at("difference").at("se"), b.at("difference").at("se")}}) {
      EXPECT_NEAR(x.at("pupils").get<double>(), y.at("pupils").get<double>(), 1e-9 * y.at("pupils").get<double>()) << name;
      const double moved = y.at("schooling_transition").at("out").at("school");
      EXPECT_NEAR(x.at("schooling_transition").at("out").at("school").get<double>(), moved, 1e-9 * moved) << name;
    }
  }
}

TEST_F(SampledCountry, LimitsAreStudentsWithTheDesignsDegreesOfFreedom) {
  const nlohmann::json all = group("--sampling linearised");
  const double half = (all.at("upper").at("mean").get<double>() - all.at("lower").at("mean").get<double>()) / 2;
  EXPECT_NEAR(half / all.at("se").at("mean").get<double>(), 2.0322445093177191, 1e-9);  // R: qt(.975, 34), 40 units in 6 strata
}

TEST_F(SampledCountry, AFinitePopulationIsMoreCertain) {
  const double there = group("--sampling linearised --psus-there there").at("se").at("mean"), endless = group("--sampling linearised").at("se").at("mean");
  EXPECT_LT(there, 0.9 * endless);
  EXPECT_GT(there, 0.3 * endless);
}

/// All sampling units were taken, 4 of 8 households each: what is left is V = Σ (1 − 4/8) 4/3 Σ (t − t̄)² within sampling units.
TEST_F(SampledCountry, TheSecondStageOfAFinitePopulationCounts) {
  double expected = 0, weight = 0, above = 0;
  for (const Household& h : households_) weight += h.weight, above += h.weight * h.income / 2;
  for (std::size_t first = 0; first < households_.size(); first += 4) {
    std::vector<double> t;
    for (std::size_t i = first; i < first + 4; ++i) t.push_back(households_[i].weight * (households_[i].income / 2 - above / weight) / weight);
    const double mean = (t[0] + t[1] + t[2] + t[3]) / 4;
    for (const double x : t) expected += 0.5 * 4 / 3 * (x - mean) * (x - mean);
  }
  const std::string all_taken = "--sampling linearised --psus-there 'if(stratum == 5, 5, 5 + stratum)' --ssus-there 8";
  EXPECT_NEAR(scenario(all_taken, "none").at("groups").at("all").at("se").at("mean").get<double>() / std::sqrt(expected), 1, 1e-9);
  EXPECT_EQ(group("--sampling linearised --psus-there 'if(stratum == 5, 5, 5 + stratum)'").at("se").at("mean"), 0);  // R's fpc = ~N: the first stage alone
}

TEST_F(SampledCountry, TheSecondStageSaysWhatItNeeds) {
  const std::string run = "run " + scenario_ + " --threads 1 --quiet ";
  expect_refusal(run + "--sampling linearised --ssus-there 8", 64, "needs that of the first: psus_there");
  expect_refusal(run + "--sampling linearised --ssu region", 64, "ssus_there says how many");
  expect_refusal(run + "--sampling bootstrap --psus-there there --ssus-there 8", 64, "replicates are of the first stage alone");
  expect_refusal(run + "--sampling linearised --psus-there there --ssus-there 3", 65, "3 units in the population, but 4 in the sample");
}

TEST_F(SampledCountry, KeysAreWholeNumbers) {
  const std::string run = "run " + scenario_ + " --threads 1 --quiet --sampling linearised ";
  expect_refusal(run + "--stratum 'if(stratum == 0, 2.5, 1)'", 65, "the stratum of household 1 is 2.5: strata are whole numbers below 2^53 or labels");
  expect_refusal(run + "--psu 'if(stratum == 0, psu, 1e300)'", 65, "the sampling unit of household 21 is 1e+300: sampling units are whole numbers");
  EXPECT_EQ(group("--sampling linearised --stratum 'stratum - 100'").at("se"), group("--sampling linearised").at("se"));
}

TEST_F(SampledCountry, PartsAddUpAsVariances) {
  const nlohmann::json parameters = group("--draws 60"), sample = group("--sampling linearised"), both = group("--sampling linearised --draws 60");
  for (const char* figure : {"mean", "gini"}) {
    const double a = parameters.at("se").at(figure), b = sample.at("se").at(figure);
    EXPECT_NEAR(both.at("se").at(figure).get<double>(), std::sqrt(a * a + b * b), 1e-9) << figure;
  }
}

TEST_F(SampledCountry, WhatHasNoErrorToGiveIsMissing) {
  const nlohmann::json recipients = group("--sampling linearised", "recipient.grant");
  EXPECT_TRUE(recipients.at("se").at("mean").is_null());
}

/// However it is written, a multiple of a quantile moves with the sample; what moves otherwise has no error, and is named.
TEST_F(SampledCountry, LinesThatRestOnTheSampleAreSeen) {
  const std::string written = "'0.6 * quantile(welfare, 0.5)'";
  const auto errors = [&](const std::string& line) {
    const std::string study = with(written, line);
    const nlohmann::json se = puente_json("run " + study + " --threads 1 --sampling linearised").at("scenarios").at("grant").at("groups").at("south=true").at("se");
    EXPECT_GT(se.at("fgt").at("line").at("1"), 0) << line;
    return nlohmann::json{se.at("fgt").at("relative"), se.at("poor_persons").at("relative")};
  };
  const nlohmann::json plain = errors(written);
  EXPECT_GT(plain[0].at("1"), 0);
  EXPECT_NE(plain[0].at("1"), errors("60")[0].at("1"));
  for (const char* same : {"'quantile(welfare, 0.5) * 0.6'", "'6e-1 * (quantile(welfare, 0.5))'", "'(grant / 20) * quantile(welfare, 0.5)'"}) EXPECT_EQ(errors(same), plain) << same;
  EXPECT_EQ(errors("'1.2 * quantile(welfare, 0.5) / 2'"), plain);
  for (const char* other : {"'0.6 * mean_of(welfare)'", "'10 + 0.5 * quantile(welfare, 0.5)'", "{ value = '0.6 * quantile(welfare, 0.5)', fixed = true }"}) {
    for (const nlohmann::json& figures : errors(other))
      for (const auto& figure : figures.items()) EXPECT_TRUE(figure.value().is_null()) << other;
    EXPECT_NE(words("run " + (folder_ / "with.toml") + " --sampling linearised").find("multiple of quantile(welfare, P): relative"), std::string::npos) << other;
  }
  EXPECT_EQ(words("run " + scenario_ + " --sampling linearised").find("multiple of"), std::string::npos);
}

/// A budget is spent whatever the sample: no error, where contributions of those it serves would show one.
TEST_F(SampledCountry, WhatACutOffServesHasNoLinearisedErrors) {
  const std::string capped = with("[scenarios.both]\n", "[scenarios.capped]\nprogrammes = { grant = { coverage = { mode = \"ranked\", by = 'income', budget = 9000 } } }\n[scenarios.both]\n");
  const auto spent = [&](const std::string& method, const std::string& name) {
    return puente_json("run " + capped + " --threads 1 --sampling " + method).at("scenarios").at(name).at("programmes").at("grant").at("all");
  };
  const nlohmann::json linear = spent("linearised", "capped"), jack = spent("jackknife", "capped");
  EXPECT_LT(jack.at("se").at("cost").get<double>(), 1e-6 * jack.at("cost").get<double>());
  for (const char* figure : {"recipients", "spending", "cost", "coverage"}) {
    EXPECT_TRUE(linear.at("se").at(figure).is_null()) << figure;
    EXPECT_TRUE(linear.at("difference").at("se").at(figure).is_null()) << figure;
  }
  EXPECT_GT(spent("linearised", "both").at("se").at("cost"), 0);
  EXPECT_NE(words("run " + capped + " --sampling linearised").find("cut-offs of grant"), std::string::npos);
}

/// Deviations from its own mean say nothing of a group in one sampling unit, unless all units were taken; totals have their error.
TEST_F(SampledCountry, AGroupOfOneSamplingUnitHasNoErrorOfItsMean) {
  const std::string lone = with("[groups]\n", "[groups]\nlone = 'stratum == 0 and household.psu == 1'\n");
  const auto figures = [&](const std::string& options) {
    return puente_json("run " + lone + " --threads 1 --sampling linearised " + options).at("scenarios").at("grant").at("groups").at("lone=true");
  };
  const nlohmann::json group = figures("");
  for (const char* name : {"se", "lower", "upper"}) {
    EXPECT_TRUE(group.at(name).at("mean").is_null()) << name;
    EXPECT_TRUE(group.at(name).at("attendance").at("6-13").is_null()) << name;
    EXPECT_TRUE(group.at(name).at("outcomes").at("income").is_null()) << name;
    EXPECT_TRUE(group.at(name).at("fgt").at("line").at("1").is_null()) << name;
  }
  EXPECT_GT(group.at("se").at("poor_persons").at("line"), 0);
  EXPECT_TRUE(group.at("difference").at("se").at("mean").is_null());
  EXPECT_EQ(figures("--psus-there 'if(stratum == 5, 5, 5 + stratum)'").at("se").at("mean"), 0);
}

TEST_F(SampledCountry, MistakesOfTheDesignNameTheStratum) {
  const Ran lonely = puente("run " + scenario_ + " --quiet --sampling linearised --psu '0'");
  EXPECT_EQ(lonely.code, 65);
  EXPECT_NE(lonely.text.find("stratum 0"), std::string::npos) << lonely.text;
  EXPECT_EQ(puente("run " + scenario_ + " --quiet --sampling linearised --psu '0' --lonely-psu adjust").code, 0);
  const Ran few = puente("run " + scenario_ + " --quiet --sampling linearised --psus-there 3");
  EXPECT_EQ(few.code, 65);
  EXPECT_NE(few.text.find("stratum"), std::string::npos) << few.text;
  EXPECT_EQ(puente("run " + scenario_ + " --quiet --sampling brr").code, 65);
}

TEST_F(SampledCountry, SameBitsForAnyLayout) {
  base("run " + scenario_ + " --sampling bootstrap --replicates 2 --draws 2");
  for (const Layout& layout : pairwise(50)) expect_same(layout);
  base("run " + scenario_ + " --sampling linearised --unit-replicates 2");
  for (const Layout& layout : pairwise(50)) expect_same(layout);
}

/// The table's limits of each group are those of the JSON.
TEST_F(SampledCountry, TablesOfASurveyShowTheLimits) {
  const std::string command = "statistics " + (folder_ / "s.h5") + " --welfare income --line 80=80 --by region --sampling linearised --level 0.9";
  const std::string table = words(command);
  EXPECT_NE(table.find("  [90 % limits]\nall\n"), std::string::npos) << table;
  const nlohmann::json groups = puente_json(command + " --threads 1").at("groups");
  EXPECT_EQ(groups.size(), 3U);
  for (const auto& [name, group] : groups.items()) {
    const auto mean = [&](const char* of) { return group.at(of).at("mean").get<double>(); };
    const std::string shown = fmt::format("  [{:.2f}, {:.2f}]\n", mean("lower"), mean("upper"));
    const std::size_t block = table.find("\n" + name + "\n  mean  ");
    ASSERT_NE(block, std::string::npos) << name << "\n" << table;
    EXPECT_LT(table.find(shown, block), table.find("  poor %", block)) << name << shown << table;
  }
}

TEST(SamplingOfAMadeNation, IsNone) {
  const Ran ran = puente("run " PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml --households 2000 --sampling linearised");
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.text.find("there is no sampling error"), std::string::npos) << ran.text;
}

/// R survey's figures of the synthetic survey, to six digits (reference_design_R.json).
TEST(SamplingOfTheSyntheticSurvey, IsThatOfR) {
  if (!has_data("wb_synth_2023")) GTEST_SKIP() << no_data("wb_synth_2023");
  const nlohmann::json expected = json_of_file(data_dir() + "/wb_synth_2023/reference_design_R.json");
  Folder folder;
  const std::string data = data_dir() + "/wb_synth_2023/WLD_2023_SYNTH-SVY-";
  const Ran imported = puente("import " PUENTE_SOURCE_DIR "/tests/surveys/wb_synth_2023/import.toml --input " + data + "IND-EN_v01_M.dta --input " + data +
                              "HLD-EN_v01_M.dta -o " + folder / "p.h5");
  ASSERT_EQ(imported.code, 0) << imported.text;
  const nlohmann::json all = puente_json("statistics " + (folder / "p.h5") + " --welfare expenditure_per_head --weight population_weight --count records --line 1800=1800 --line 2500=2500 "
                                         "--sampling linearised --lonely-psu adjust --stratum 'geo1 + if(area == \"Urban\", 100, 0)'").at("groups").at("all");
  const auto expect_near = [](double ours, double theirs) { EXPECT_NEAR(ours / theirs, 1, 1e-6); };
  expect_near(all.at("se").at("mean"), expected.at("mean_pc_exp").at("se"));
  for (const char* line : {"1800", "2500"})
    for (const char* alpha : {"0", "1", "2"}) {
      const nlohmann::json& fgt = expected.at(std::string("fgt_z") + line).at(std::string("fgt") + alpha);
      expect_near(all.at("se").at("fgt").at(line).at(alpha), fgt.at("se"));
      expect_near(all.at("lower").at("fgt").at(line).at(alpha), fgt.at("ci95")[0]);
      expect_near(all.at("upper").at("fgt").at(line).at(alpha), fgt.at("ci95")[1]);
    }
}

}  // namespace
}  // namespace puente::test
