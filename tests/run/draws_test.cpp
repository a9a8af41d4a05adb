// Draws of uncertain parameters: what a figure that is linear in one must do, and what must not change any digit.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "io/hdf5/results_file.hpp"
#include "tests/hpc/layouts.hpp"

namespace puente::test {
namespace {

/// A grant of an uncertain amount to everybody: the mean of welfare is linear in it.
constexpr const char* grant = R"(format = 1
[population]
households = 500
[population.recipe]
seed = 3
[population.recipe.household]
size = { value = '1 + floor(4*uniform("size"))', type = "i8" }
income = { value = 'exp(5 + normal("income"))', type = "f64" }
[parameters]
amount = { value = 20, se = 4, distribution = "normal", status = "published" }
share  = { value = 0.5, low = 0.2, high = 0.8, distribution = "uniform", status = "published" }
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
line = 60
[programmes.grant]
eligible = 'true'
cash = { amount = 'amount' }
[programmes.some]
eligible = 'true'
coverage = { mode = "share", share = 'share' }
cash = { amount = 5 }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
[scenarios.some]
programmes = ["some"]
[sweeps.amount]
scenario = "grant"
set = { "parameters.amount" = [10, 20] }
[statistics]
include = ["fgt", "gini", "programmes"]
[run]
reference = "none"
seed = 5
)";

class Draws : public testing::Test {
 protected:
  Results run(const std::string& options, const std::string& content = grant) {
    const bool several = options.find("--draws") != std::string::npos && options.find("--batch") == std::string::npos;
    const Ran ran = puente("run " + folder_.write("s.toml", content) + " --quiet --threads 1 " + (several ? "--batch 16 " : "") + options + " -o " + folder_ / "r.h5");
    EXPECT_EQ(ran.code, 0) << ran.text;
    return io::read_results(folder_ / "r.h5");
  }
  static const Variable& of(const std::vector<Variable>& all, const std::string& name) {
    for (const Variable& variable : all)
      if (variable.name == name) return variable;
    throw std::runtime_error("there is no " + name);
  }
  Folder folder_;
};

double at(const Results& results, const Variable& variable, std::vector<std::size_t> index) { return results.at(variable, index); }

TEST_F(Draws, OfALinearFigureFollowTheParameter) {
  const Results results = run("--draws 400 --save-draws");
  const Variable& mean = of(results.groups.at("draws/difference"), "mean_welfare");
  const Variable& spent = of(results.groups.at("draws"), "spending");
  const double each = at(results, of(results.differences, "mean_welfare"), {1, 0}) / at(results, of(results.variables, "spending"), {1, 0, 0});
  double sum = 0, squares = 0;
  for (std::size_t d = 0; d < 400; ++d) {
    const double spending = at(results, spent, {d, 1, 0, 0});
    EXPECT_NEAR(at(results, mean, {d, 1, 0}) / spending, each, 1e-9 * each) << d;
    sum += spending;
    squares += spending * spending;
  }
  const double central = at(results, of(results.variables, "spending"), {1, 0, 0}), drawn = sum / 400;
  const double se = std::sqrt((squares - 400 * drawn * drawn) / 399);
  EXPECT_NEAR(drawn / central, 1, 4 * 0.2 / std::sqrt(400.0));
  EXPECT_NEAR(se / central, 0.2, 4 * 0.2 / std::sqrt(800.0));
  EXPECT_NEAR(at(results, of(results.variables, "spending_se"), {1, 0, 0}), se, 1e-9 * se);
  EXPECT_NEAR(at(results, of(results.variables, "spending_mean"), {1, 0, 0}), drawn, 1e-9 * drawn);
  EXPECT_NEAR(at(results, of(results.variables, "spending_mcse"), {1, 0, 0}), se / 20, 1e-9 * se);
  // About 1.96 standard deviations on either side.
  const double below = central - at(results, of(results.variables, "spending_lower"), {1, 0, 0});
  const double above = at(results, of(results.variables, "spending_upper"), {1, 0, 0}) - central;
  EXPECT_NEAR(below / (0.2 * central), 1.96, 0.45);
  EXPECT_NEAR(above / (0.2 * central), 1.96, 0.45);
}

TEST_F(Draws, LimitsArePercentilesOfTheDraws) {
  const Results results = run("--draws 200 --save-draws --level 0.9");
  const Variable& drawn = of(results.groups.at("draws"), "gini");
  std::vector<double> gini;
  for (std::size_t d = 0; d < 200; ++d) gini.push_back(at(results, drawn, {d, 1, 0}));
  std::sort(gini.begin(), gini.end());
  EXPECT_DOUBLE_EQ(at(results, of(results.variables, "gini_lower"), {1, 0}), gini[9]);    // the tenth: 10 of 200 are 5 %
  EXPECT_DOUBLE_EQ(at(results, of(results.variables, "gini_upper"), {1, 0}), gini[189]);
}

TEST_F(Draws, LeaveAloneWhatAScenarioSetsItself) {
  const Results results = run("--draws 10");
  const std::vector<std::string>& names = results.dimension("scenario").labels;
  for (std::size_t s = 0; s < names.size(); ++s) {
    const double se = at(results, of(results.variables, "spending_se"), {s, 0, 0});
    if (names[s] == "grant") EXPECT_GT(se, 0);
    else EXPECT_EQ(se, 0) << names[s];
  }
  EXPECT_GT(at(results, of(results.variables, "spending_se"), {2, 1, 0}), 0);
  EXPECT_EQ(at(results, of(results.differences, "mean_welfare_se"), {0, 0}), 0);
}

TEST_F(Draws, AreTheSameWhateverIsDrawnWithThem) {
  const Results ten = run("--draws 10 --save-draws"), more = run("--draws 17 --save-draws --batch 5"), alone = run("--draws 10 --save-draws --batch 1");
  for (const auto& [path, variables] : ten.groups)
    for (const Variable& variable : variables) {
      const Variable &longer = of(more.groups.at(path), variable.name), &same = of(alone.groups.at(path), variable.name);
      ASSERT_EQ(variable.values.size(), same.values.size());
      for (std::size_t i = 0; i < variable.values.size(); ++i) {
        EXPECT_EQ(std::isnan(variable.values[i]), std::isnan(same.values[i]));
        if (std::isnan(variable.values[i])) continue;
        ASSERT_EQ(variable.values[i], same.values[i]) << variable.name;
        ASSERT_EQ(variable.values[i], longer.values[i]) << variable.name;
      }
    }
}

TEST_F(Draws, OfWhatIsImpossibleSayWhichAndWhy) {
  const std::string wide = std::string(grant).replace(std::string(grant).find("high = 0.8"), 10, "high = 1.8");
  const Ran ran = puente("run " + folder_.write("s.toml", wide) + " --quiet --draws 20");
  EXPECT_EQ(ran.code, 65);
  EXPECT_NE(ran.text.find("in draw "), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find("share = 1."), std::string::npos) << ran.text;
}

TEST_F(Draws, OfNothingUncertainAreAMistake) {
  std::string certain = grant;
  for (const std::string& text : {std::string(", se = 4, distribution = \"normal\""), std::string(", low = 0.2, high = 0.8, distribution = \"uniform\"")})
    certain.erase(certain.find(text), text.size());
  const Ran ran = puente("run " + folder_.write("s.toml", certain) + " --quiet --draws 20");
  EXPECT_EQ(ran.code, 65);
  EXPECT_NE(ran.text.find("nothing to draw"), std::string::npos) << ran.text;
}

TEST_F(Draws, TableAndJsonShowTheLimits) {
  const std::string file = folder_.write("s.toml", grant);
  const nlohmann::json all = puente_json("run " + file + " --draws 50");
  const nlohmann::json& group = all.at("scenarios").at("grant").at("groups").at("all");
  EXPECT_LT(group.at("lower").at("mean"), group.at("mean"));
  EXPECT_GT(group.at("upper").at("mean"), group.at("mean"));
  EXPECT_GT(group.at("se").at("fgt").at("line").at("0"), 0);
  EXPECT_LT(group.at("difference").at("lower").at("mean"), group.at("difference").at("upper").at("mean"));
  const Ran table = puente("run " + file + " --draws 50");
  EXPECT_NE(table.text.find("[95 % limits]"), std::string::npos) << table.text;
  const auto mean = [](const nlohmann::json& figures, const char* of) { return figures.at(of).at("mean").get<double>(); };
  const nlohmann::json& change = group.at("difference");
  EXPECT_NE(table.text.find(fmt::format("  [{:.2f}, {:.2f}]  ", mean(group, "lower"), mean(group, "upper"))), std::string::npos) << table.text;
  EXPECT_NE(table.text.find(fmt::format("  [{:+.2f}, {:+.2f}]\n", mean(change, "lower"), mean(change, "upper"))), std::string::npos) << table.text;
  EXPECT_NE(table.text.find("50 draws"), std::string::npos) << table.text;
}

TEST_F(Draws, WhatIsMissingInThemHasNoLimits) {
  std::string content = grant;
  content.replace(content.find("line = 60"), 9, "line = 'if(amount == 20, 60, 0 - 1)'");
  const Results results = run("--draws 45", content);
  const Variable &figure = of(results.variables, "fgt"), &lower = of(results.variables, "fgt_lower");
  EXPECT_GT(at(results, figure, {0, 0, 0, 1}), 0);
  EXPECT_TRUE(std::isnan(at(results, lower, {0, 0, 0, 1})));
  content.replace(content.find("\"gini\", "), 8, "\"watts\", ");
  const Ran until = puente("run " + folder_.write("s.toml", content) + " --threads 1 --scenarios grant --draws 100 --until-mcse watts=0.001");
  EXPECT_NE(until.text.find("watts not reached: the figure is missing"), std::string::npos) << until.text;
  const Ran few = puente("run " + folder_.write("s.toml", grant) + " --threads 1 --draws 10");
  EXPECT_NE(few.text.find("fewer than such limits want: 40"), std::string::npos) << few.text;
}

TEST_F(Draws, InSketchesHaveTheirBoundsInTheFile) {
  std::string content = grant;
  content.replace(content.find("households = 500"), 16, "households = 110000");
  const Results results = run("--draws 2 --save-draws", content);
  EXPECT_GT(of(results.groups.at("draws"), "gini_error_bound").values.at(0), 0);
  const std::string words = std::get<std::string>(results.provenance.at("uncertainty"));
  EXPECT_NE(words.find("in sketches, the Gini off by "), std::string::npos) << words;
}

TEST_F(Draws, OfOtherChancesMeasureTheNoiseOfTheSimulation) {
  const Results results = run("--unit-replicates 40");
  // Half of 500 households get 5: who they are is chance, how many is not.
  EXPECT_NEAR(at(results, of(results.variables, "spending_se"), {2, 1, 0}), 0, 1e-9);
  EXPECT_GT(at(results, of(results.variables, "fgt_se"), {2, 0, 0, 0}), 0);
  EXPECT_EQ(at(results, of(results.variables, "fgt_se"), {0, 0, 0, 0}), 0);
}

class DrawsOfTheVillage : public SameBits {};

TEST_F(DrawsOfTheVillage, SameBitsForAnyLayout) {
  std::string content = village;
  content.insert(content.find("[welfare]"), "[parameters]\ngain = { value = 0.1, se = 0.03 }\nwide = { value = 0.6, low = 0.4, high = 0.9 }\n");
  content.replace(content.find("households = 20000"), 18, "households = 5000");
  content.replace(content.find("share = 0.6"), 11, "share = 'wide'");
  content.replace(content.find("size = 0.1"), 10, "size = 'gain'");
  base("run " + folder_.write("s.toml", content) + " --draws 3 --save-draws");
  for (const Layout& layout : pairwise(1000)) expect_same(layout);
  expect_same("", "--threads 2 --batch 1");
  expect_same("", "--threads 2 --batch 3");
}

}  // namespace
}  // namespace puente::test
