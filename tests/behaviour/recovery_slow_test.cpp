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

}  // namespace
}  // namespace puente::test
