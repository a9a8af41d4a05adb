// Draws of an estimated schooling model: what each draw says is what a run says whose model file holds the draw's coefficients.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "engine/behaviour/coefficients.hpp"
#include "engine/uncertainty/parameter_draws.hpp"
#include "io/hdf5/results_file.hpp"
#include "io/toml/scenario_file.hpp"
#include "io/toml/schooling_model_writer.hpp"
#include "tests/behaviour/chooser_recipe.hpp"
#include "tests/hpc/layouts.hpp"

namespace puente::test {
namespace {

/// Choosers, some of whom get a grant already; what it would do for all, at two sizes.
std::string study(const std::string& schooling = "align = 'area'") {
  std::string text = with(choosers, "households = 20000", "households = 3000");
  text = with(text, "pass_through = { income = 1 }", "pass_through = { income = 1, transfers = 1, child_earnings = 1 }\n[welfare.lines]\nz = 1.5");
  text = with(text, "earnings = 'earned'\n", "earnings = 'earned'\nmodel = \"model.toml\"\n" + schooling + "\n");
  text = with(text, "attends = {", "here = { value = 'chance(0.3, \"here\")' }\nattends = {");
  return with(text, "[run]", R"([parameters]
amount = { value = 0.5, se = 0.1, status = "published" }
[programmes.grant]
entity = "person"
eligible = 'true'
condition = 'attends'
observed = 'here'
cash = { amount = 'amount' }
[scenarios.none]
[scenarios.as_observed]
programmes = { grant = "observed" }
[scenarios.grant]
programmes = ["grant"]
[statistics]
age_bands = [[10, 17]]
deciles = false  # they stay those of the central amount, which a run of its own does not know
include = ["fgt", "attendance", "programmes"]
[run]
reference = "as_observed"
)");
}

class ModelDraws : public SameBits {
 protected:
  void SetUp() override {
    const Ran ran = puente("estimate " + folder_.write("choosers.toml", choosers) + " --for-testing -o " + model_);
    ASSERT_EQ(ran.code, 0) << ran.text;
    scenario_ = folder_.write("s.toml", study());
  }
  Results run(const std::string& options, const std::string& scenario) {
    const Ran ran = puente("run " + scenario + " --quiet " + options + " -o " + folder_ / "r.h5");
    EXPECT_EQ(ran.code, 0) << ran.text;
    return io::read_results(folder_ / "r.h5");
  }
  void expect_refused(const std::string& scenario, const std::string& options, const std::vector<std::string>& words) {
    const Ran ran = puente("run " + folder_.write("s.toml", scenario) + " --quiet " + options);
    EXPECT_EQ(ran.code, 65) << ran.text;
    for (const std::string& word : words) EXPECT_NE(ran.text.find(word), std::string::npos) << word << " in: " << ran.text;
  }
  std::string model_text() const {
    std::ifstream file(model_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string model_ = folder_ / "model.toml", scenario_;
};

const Variable& of(const std::vector<Variable>& all, const std::string& name) {
  for (const Variable& variable : all)
    if (variable.name == name) return variable;
  throw std::runtime_error("there is no " + name);
}

/// The model's coefficients put in place by name and its structure by the equations, all by hand.
SchoolingModel by_hand(SchoolingModel model, const std::map<std::string, double>& drawn) {
  for (std::size_t j = 1; j < 3; ++j) {
    const std::string alternative = "schooling." + model.alternatives[j] + ": ";
    for (Covariate& one : model.covariates) one.coefficients[j - 1] = drawn.at(alternative + one.name);
    model.income[j - 1] = drawn.at(alternative + "income");
    model.wage[j - 1] = drawn.at(alternative + "wage");
  }
  for (Covariate& one : model.earnings->covariates) one.coefficients[0] = drawn.at("schooling.earnings: " + one.name);
  model.earnings->attending = drawn.at("schooling.earnings: attending");
  SchoolingStructure& s = model.structure;
  s.m = std::exp(model.earnings->attending);
  s.alpha[1] = (model.income[0] - model.wage[0] / s.k) / (1 - s.m);
  s.alpha[0] = s.alpha[1] - model.income[0];
  s.alpha[2] = s.alpha[0] + model.income[1];
  s.d = (model.wage[1] / s.k + s.alpha[0]) / s.alpha[2];
  return model;
}

/// With an amount in all scenarios; what is in the data is taken out at the central one.
std::string setting(std::string text, double amount) {
  for (const char* name : {"none", "as_observed", "grant"}) {
    const std::string head = std::string("[scenarios.") + name + "]\n";
    text = with(text, head, head + "set = { \"parameters.amount\" = " + shortest(amount) + " }\n");
  }
  return text;
}

TEST_F(ModelDraws, SayWhatARunWithTheirModelSays) {
  constexpr std::size_t draws = 12;
  const Results all = run("--draws 12 --save-draws --batch 5", scenario_);
  const io::ScenarioFile file = io::read_scenario_file(scenario_, {});
  const ParameterDraws drawn(file.model, DesignKind::random, draws, file.model.seed);
  const auto& names = file.model.parameters;
  ASSERT_EQ(file.model.coefficients, 2U * 5 + 4);
  const Variable &mean = of(all.variables, "attendance_mean"), &se = of(all.variables, "attendance_se");
  std::vector<double> sum(mean.values.size(), 0.0), squares(sum);
  for (std::size_t d = 0; d < draws; ++d) {
    const std::vector<double> values = drawn.values(static_cast<std::int64_t>(d + 1));
    std::map<std::string, double> by_name;
    for (std::size_t p = 0; p < names.size(); ++p) by_name[names[p].name] = values[p];
    std::ofstream(folder_ / "model.toml") << io::schooling_model_text(by_hand(*file.model.schooling->model, by_name), "", {});
    const Results one = run("", folder_.write("twin.toml", setting(study(), by_name["amount"])));
    for (const char* name : {"attendance", "schooling_transition", "pupils"}) {
      const Variable &ours = of(all.groups.at("draws"), name), &theirs = of(one.variables, name);
      const std::size_t each = theirs.values.size();
      for (std::size_t i = 0; i < each; ++i) {
        const double value = ours.values[d * each + i];
        EXPECT_EQ(std::isnan(value), std::isnan(theirs.values[i])) << name;
        if (std::isnan(value)) continue;
        EXPECT_NEAR(value, theirs.values[i], 1e-12 * std::fabs(theirs.values[i])) << name << " of draw " << d + 1 << ", " << i;
      }
    }
    const Variable& attendance = of(all.groups.at("draws"), "attendance");
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += attendance.values[d * sum.size() + i];
      squares[i] += attendance.values[d * sum.size() + i] * attendance.values[d * sum.size() + i];
    }
  }
  bool moved = false;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (std::isnan(sum[i])) continue;
    EXPECT_NEAR(mean.values[i], sum[i] / draws, 1e-12);
    const double variance = std::max(0.0, (squares[i] - sum[i] * sum[i] / draws) / (draws - 1));
    EXPECT_NEAR(se.values[i], std::sqrt(variance), 1e-7);
    moved = moved || se.values[i] > 0;
  }
  EXPECT_TRUE(moved);
}

/// Residuals are drawn given what children do, at the draw's own coefficients.
TEST_F(ModelDraws, AsObservedAreTheDataInEveryDraw) {
  const Results all = run("--draws 6 --save-draws", folder_.write("s.toml", with(study(), ", se = 0.1", "")));
  int compared = 0;
  for (const Variable& drawn : all.groups.at("draws")) {
    if (drawn.name.starts_with("parameter_")) continue;
    const Variable& central = of(all.variables, drawn.name);
    const std::size_t each = central.values.size(), row = each / 3;
    for (std::size_t d = 0; d < 6; ++d)
      for (std::size_t i = row; i < 2 * row; ++i) {
        if (std::isnan(central.values[i])) continue;
        EXPECT_EQ(drawn.values[d * each + i], central.values[i]) << drawn.name << " of draw " << d + 1;
        ++compared;
      }
  }
  EXPECT_GT(compared, 100);
  EXPECT_GT(all.at(of(all.differences, "pupils_se"), {0, 0}), 0);
}

TEST_F(ModelDraws, RanksThreadsAndBlocksChangeNoBit) {
  base("run " + scenario_ + " --draws 3 --save-draws");
  for (const Layout& layout : pairwise(1000)) expect_same(layout);
  expect_same("", "--batch 1");
}

TEST_F(ModelDraws, ChangeNothingOfTheCentralRun) {
  base("run " + scenario_);
  run_ = "run " + folder_.write("s.toml", study("align = 'area'\ndraws = false")) + " --quiet ";
  expect_same("", "");
  const Results drawn = run("--draws 2", scenario_), plain = run("", scenario_);
  for (const Variable& variable : plain.variables) {
    const Variable& same = of(drawn.variables, variable.name);
    for (std::size_t i = 0; i < variable.values.size(); ++i) {
      if (std::isnan(variable.values[i])) continue;
      EXPECT_EQ(same.values[i], variable.values[i]) << variable.name;
    }
  }
}

TEST_F(ModelDraws, AreLeftOutOnRequest) {
  const std::string certain = with(study("draws = false"), ", se = 0.1", "");
  expect_refused(certain, "--draws 5", {"nothing to draw"});
}

TEST_F(ModelDraws, AreToldBesideTheParameters) {
  const Ran ran = puente("run " + scenario_ + " --draws 4");
  EXPECT_NE(ran.text.find("4 draws (fewer than such limits want: 40) of 1 parameter and the schooling model's 14 coefficients"), std::string::npos) << ran.text;
  std::string typed = model_text();
  typed = typed.substr(0, typed.find("[covariance]"));
  std::ofstream(folder_ / "model.toml") << typed;
  const Ran alone = puente("run " + scenario_ + " --draws 4");
  EXPECT_NE(alone.text.find("14 coefficients (independent of one another: its file gives standard errors and no covariance)"), std::string::npos) << alone.text;
}

TEST_F(ModelDraws, OfACovarianceThatCannotBeNameThePair) {
  std::string text = model_text();
  const auto names = text.find("names = ["), end = text.find("[provenance]");
  text = text.replace(names, end - names, "names = [\"income\"]\nmatrix = [[1]]\n");
  std::ofstream(folder_ / "model.toml") << text;
  expect_refused(study(), "", {"model.toml", "'income', which is no coefficient of it", "draws = false"});
  const auto matrix = text.find("names = [");
  text = text.replace(matrix, text.find("[provenance]") - matrix,
                      "names = [\"school and work: age\", \"school only: age\"]\nmatrix = [[1, 2], [2, 1]]\n");
  std::ofstream(folder_ / "model.toml") << text;
  expect_refused(study(), "", {"'schooling.school and work: age' and 'schooling.school only: age', 2, lies outside [-1, 1]"});
}

TEST_F(ModelDraws, AreTheSameInAllScenarios) {
  expect_refused(with(study(), "[scenarios.none]\n", "[scenarios.none]\nset = { \"schooling.draws\" = false }\n"), "", {"belongs to the population"});
}

}  // namespace
}  // namespace puente::test
