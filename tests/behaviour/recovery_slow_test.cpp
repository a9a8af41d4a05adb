// Known parameters come back: on a recipe of a million children every estimate within three standard errors, and over 200
// smaller draws intervals of 95 % hold the truth as often as they say.
#include <gtest/gtest.h>

#include "io/toml/schooling_model_reader.hpp"
#include "tests/behaviour/children.hpp"
#include "tests/behaviour/chooser_recipe.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

void expect_within(double estimate, double error, double truth, const std::string& what) {
  EXPECT_GT(error, 0) << what;
  EXPECT_LE(std::abs(estimate - truth), 3 * error) << what << ": " << estimate << " ± " << error << ", not " << truth;
}

TEST(Recovery, OfAMillionChildren) {
  Folder folder;
  const Ran ran = puente("estimate " + folder.write("choosers.toml", choosers) + " --for-testing --covariance robust --households " + std::to_string(scaled(1000000)) + " -o " + (folder / "m.toml"));
  ASSERT_EQ(ran.code, 0) << ran.text;
  const SchoolingModel model = io::read_schooling_model(folder / "m.toml");
  const auto covariate = [](const Covariate& found, std::size_t j, double truth) {
    expect_within(found.coefficients[j], found.standard_errors[j], truth, found.name + " " + std::to_string(j));
  };
  const double utilities[3][2] = {{-0.9, 0.2}, {0.1, -0.2}, {-0.3, 0.6}};  // constant, age, rural
  ASSERT_EQ(model.covariates.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t j = 0; j < 2; ++j) covariate(model.covariates[k], j, utilities[k][j]);
  const double income[] = {0.7, 1.1}, wage[] = {0.5 * 0.75 + 0.2, 0.9 * 0.7 + 0.2}, earnings[] = {-0.3, 0.4, 0.2};
  for (std::size_t j = 0; j < 2; ++j) {
    expect_within(model.income[j], model.income_se[j], income[j], "income");
    expect_within(model.wage[j], model.wage_se[j], wage[j], "wage");
  }
  ASSERT_TRUE(model.earnings);
  ASSERT_EQ(model.earnings->covariates.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) covariate(model.earnings->covariates[k], 0, earnings[k]);
  expect_within(model.earnings->attending, model.earnings->attending_se, std::log(0.75), "attending");
  EXPECT_NEAR(model.earnings->sigma, 0.4, 0.05);
  EXPECT_NEAR(model.working_when_out, 0.6, 0.05);
}

TEST(Recovery, IntervalsHoldTheTruth) {
  const int replications = static_cast<int>(scaled(200));
  const Truth truth;
  const double alpha[] = {truth.alpha[0], truth.alpha[1], truth.alpha[2]};
  int held[11] = {}, runs = 0;
  const double cover = 1.959963984540054;
  for (int r = 0; r < replications; ++r) {
    const Children children = truth.draw(50000, ("coverage " + std::to_string(r)).c_str());
    Exchange alone;
    Team one;
    ChildTable table = children.table();
    const SchoolingEstimate found = estimate_schooling(children.plan(), table, alone, one);
    ASSERT_EQ(found.structure.structure.alpha.size(), 3U);
    int at = 0;
    const auto check = [&](double estimate, double error, double true_value) { held[at++] += std::abs(estimate - true_value) <= cover * error ? 1 : 0; };
    for (std::size_t j = 0; j < 3; ++j) check(found.structure.structure.alpha[j], found.structure.alpha_se[j], alpha[j]);
    check(found.structure.structure.m, found.structure.m_se, truth.m);
    check(found.structure.structure.d, found.structure.d_se, truth.d);
    for (std::size_t j = 1; j < 3; ++j) {
      const EquationEstimate& utility = found.utilities[j - 1];
      check(utility.coefficients[1], utility.standard_errors[1], truth.gamma[j][1]);
      check(utility.coefficients[3], utility.standard_errors[3], truth.alpha[j] - truth.alpha[0]);
    }
    check(found.earnings->coefficients[2], found.earnings->standard_errors[2], truth.delta[1]);
    check(found.earnings->coefficients[3], found.earnings->standard_errors[3], truth.delta[2]);
    ++runs;
  }
  if (runs < 200) return;  // a few replications say nothing of shares
  const char* names[] = {"alpha_0", "alpha_1", "alpha_2", "M", "D", "x0 of 1", "income of 1", "x0 of 2", "income of 2", "z0", "z1"};
  for (int k = 0; k < 11; ++k) {
    EXPECT_GE(held[k], 184) << names[k];
    EXPECT_LE(held[k], 195) << names[k];
  }
}

/// What siblings share comes back with the coefficients, from a recipe and through the program.
TEST(Recovery, OfWhatSiblingsShare) {
  Folder folder;
  const std::string recipe = R"(format = 1
[population]
households = )" + std::to_string(scaled(300000)) + R"(
[population.recipe]
persons = '1 + floor(4*uniform("n"))'
[population.recipe.household]
shared = '0.8*normal("shared")'
rural = 'chance(0.4, "rural")'
income = { value = 'exp(0.3*normal("income"))', type = "f64" }
weight = { value = '0.5 + uniform("w")', type = "f64" }
[population.recipe.person]
age = { value = 'floor(10 + 8*uniform("age"))', type = "i8" }
u0 = '-log(-log(uniform("v0")))'
u1 = 'shared - 0.9 + 0.1*(age - 13) - if(rural, 0.3, 0) + 0.7*income - log(-log(uniform("v1")))'
u2 = 'shared + 0.2 - 0.2*(age - 13) + if(rural, 0.6, 0) + 1.1*income - log(-log(uniform("v2")))'
attends = 'max(u1, u2) > u0'
works = 'attends and u1 >= u2'
[welfare]
resource = 'income'
[schooling]
children = 'true'
works = 'works'
[schooling.covariates]
age = 'age - 13'
rural = 'rural'
)";
  const std::string file = folder.write("siblings.toml", recipe), options = " --for-testing --alpha0 0.1 -o " + (folder / "m.toml");
  const Ran ran = puente("estimate " + file + " --household-taste" + options);
  ASSERT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("what siblings share"), std::string::npos) << ran.text;
  const SchoolingModel model = io::read_schooling_model(folder / "m.toml");
  expect_within(model.household_taste, model.household_taste_se, 0.8, "household_taste");
  const double utilities[3][2] = {{-0.9, 0.2}, {0.1, -0.2}, {-0.3, 0.6}}, income[] = {0.7, 1.1};
  for (std::size_t j = 0; j < 2; ++j) {
    for (std::size_t k = 0; k < 3; ++k) expect_within(model.covariates[k].coefficients[j], model.covariates[k].standard_errors[j], utilities[k][j], model.covariates[k].name);
    expect_within(model.income[j], model.income_se[j], income[j], "income");
  }
  ASSERT_TRUE(model.covariance);
  EXPECT_EQ(model.covariance->names.back(), "household_taste");
  ASSERT_EQ(puente("estimate " + file + options).code, 0);
  const SchoolingModel plain = io::read_schooling_model(folder / "m.toml");
  EXPECT_EQ(plain.household_taste, 0);
  EXPECT_EQ(plain.household_taste_se, 0);
}

TEST(Recovery, IntervalsOfWhatSiblingsShareHoldTheTruth) {
  const int replications = static_cast<int>(scaled(200));
  Truth truth;
  truth.taste = 0.8;
  truth.siblings = 3;
  truth.household_weights = true;
  int held[4] = {}, runs = 0;
  double sum = 0, without = 0;
  for (int r = 0; r < replications; ++r) {
    const Children children = truth.draw(9000, ("taste " + std::to_string(r)).c_str());
    Exchange alone;
    Team one;
    EstimationPlan plan = children.plan();
    ChildTable table = children.table(), again = children.table();
    plan.covariance = CovarianceKind::household;
    without += estimate_schooling(plan, again, alone, one).utilities[1].coefficients[3];
    plan.household_taste = true;
    const SchoolingEstimate found = estimate_schooling(plan, table, alone, one);
    const auto holds = [](double estimate, double error, double true_value) { return std::abs(estimate - true_value) <= 1.959963984540054 * error ? 1 : 0; };
    const EquationEstimate& school = found.utilities[1];
    held[0] += holds(*found.household_taste, found.household_taste_se, truth.taste);
    held[1] += holds(school.coefficients[1], school.standard_errors[1], truth.gamma[2][1]);
    held[2] += holds(school.coefficients[3], school.standard_errors[3], truth.alpha[2] - truth.alpha[0]);
    held[3] += holds(school.coefficients[4], school.standard_errors[4], truth.alpha[2] * truth.d - truth.alpha[0]);
    sum += school.coefficients[3];
    ++runs;
  }
  if (runs < 200) return;  // a few replications say nothing of shares
  EXPECT_NEAR(sum / runs, 1.1, 0.05);
  EXPECT_LT(without, 0.97 * sum) << "a logit that does not know of the taste takes it for residuals";
  const char* names[] = {"household_taste", "x0", "income", "wage"};
  for (int k = 0; k < 4; ++k) {
    EXPECT_GE(held[k], 184) << names[k];
    EXPECT_LE(held[k], 195) << names[k];
  }
}

}  // namespace
}  // namespace puente::test
