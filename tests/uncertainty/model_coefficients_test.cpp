// The coefficients of a schooling model as parameters that are drawn together, and what follows from them.
#include "engine/uncertainty/model_coefficients.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/behaviour/coefficients.hpp"
#include "engine/core/elementary.hpp"
#include "engine/uncertainty/parameter_draws.hpp"

namespace puente {
namespace {

/// Three states with a wage: α and D follow from the differences.
SchoolingModel three_states() {
  SchoolingModel model;
  model.alternatives = {"out", "both", "school"};
  model.covariates = {{"constant", rules::Text::standalone("c", "1"), {-1, 0.5}, {0.2, 0.3}}};
  model.income = {0.7, 1.1};
  model.income_se = {0.05, 0.08};
  model.wage = {0.575, 0.83};
  model.wage_se = {0.1, 0.1};
  model.earnings = EarningsEquation{{{"constant", rules::Text::standalone("c", "1"), {2}, {0.1}}}, log(0.75), 0.05, 0.4};
  model.structure = {1, 0.75, 0.7, {-0.2, 0.5, 0.9}};
  model.alpha_se = {0.1, 0.1, 0.1};
  model.household_taste = 0.8;
  model.household_taste_se = 0.4;
  return model;
}

/// "both: constant" and "school: income" have a covariance; so have the constants of the utilities and of earnings.
SchoolingModel with_covariance() {
  SchoolingModel model = three_states();
  model.covariance = SchoolingCovariance{{"both: constant", "school: income", "earnings: constant"},
                                         {{0.04, 0.006, -0.01}, {0.006, 0.0064, 0}, {-0.01, 0, 0.01}}};
  return model;
}

StudyModel study_of(const SchoolingModel& schooling) {
  StudyModel study;
  ParameterValue own;
  own.name = "own";
  own.value = 3;
  own.uncertainty.emplace().se = 1;
  study.parameters = {own};
  study.schooling.emplace().model = schooling;
  add_coefficients(study);
  return study;
}

TEST(ModelCoefficients, ComeAfterTheStudysOwnAndAreOneFactor) {
  const StudyModel study = study_of(with_covariance());
  EXPECT_EQ(study.coefficients, 9U);  // two of each of constant, income, wage; the taste; two of earnings
  ASSERT_EQ(study.parameters.size(), 10U);
  EXPECT_EQ(study.parameters[1].name, "schooling.both: constant");
  EXPECT_EQ(study.parameters[7].name, "schooling.household_taste");
  EXPECT_EQ(study.parameters[9].name, "schooling.earnings: attending");
  const ParameterDraws draws(study, DesignKind::random, 10, 1);
  ASSERT_EQ(draws.factors().size(), 2U);
  EXPECT_EQ(draws.factors()[0].name, "own");
  EXPECT_EQ(draws.factors()[1].name, "schooling model");
  EXPECT_EQ(draws.factors()[1].parameters.size(), 9U);
  EXPECT_EQ(draws.values(0)[9], log(0.75));
}

/// The study's own parameters are drawn as without a model.
TEST(ModelCoefficients, MoveNoOtherDraw) {
  StudyModel alone = study_of(with_covariance());
  alone.parameters.resize(1);
  alone.coefficients = 0;
  alone.uncertainty.correlations.clear();
  const ParameterDraws with(study_of(with_covariance()), DesignKind::random, 50, 9), without(alone, DesignKind::random, 50, 9);
  for (std::int64_t d = 1; d <= 50; ++d) EXPECT_EQ(with.values(d)[0], without.values(d)[0]);
}

class DrawnCovariance : public testing::TestWithParam<DesignKind> {};

TEST_P(DrawnCovariance, IsTheModels) {
  constexpr std::int64_t n = 20'000;
  SchoolingModel model = with_covariance();
  model.household_taste_se = 0;  // the only one that is cut off within reach
  const StudyModel study = study_of(model);
  const std::vector<double> wanted = covariance_of_coefficients(model);
  const ParameterDraws draws(study, GetParam(), n, 4);
  const std::size_t k = study.coefficients;
  std::vector<double> products(k * k, 0.0), sums(k, 0.0);
  for (std::int64_t d = 1; d <= n; ++d) {
    const std::vector<double> v = draws.values(d);
    for (std::size_t i = 0; i < k; ++i) {
      const double a = v[1 + i] - study.parameters[1 + i].value;
      sums[i] += a;
      for (std::size_t j = 0; j < k; ++j) products[i * k + j] += a * (v[1 + j] - study.parameters[1 + j].value);
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    const double vi = wanted[i * k + i];
    EXPECT_NEAR(sums[i] / n, 0, 4.5 * std::sqrt(vi / n)) << i;
    for (std::size_t j = 0; j < k; ++j) {
      const double vj = wanted[j * k + j], c = wanted[i * k + j];
      EXPECT_NEAR(products[i * k + j] / n, c, 4.5 * std::sqrt((vi * vj + c * c) / n)) << i << " and " << j;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Designs, DrawnCovariance, testing::Values(DesignKind::random, DesignKind::sobol, DesignKind::latin, DesignKind::saltelli),
                         [](const auto& design) { return design_names()[static_cast<std::size_t>(design.param)]; });

TEST(ModelCoefficients, ATasteIsNotDrawnBelowZeroNorMAboveOne) {
  SchoolingModel model = three_states();
  model.earnings->attending_se = 0.5;
  const ParameterDraws draws(study_of(model), DesignKind::random, 2000, 2);
  for (std::int64_t d = 1; d <= 2000; ++d) {
    EXPECT_GE(draws.values(d)[7], 0);
    EXPECT_LT(draws.values(d)[9], 0);
  }
}

TEST(ModelCoefficients, StructureFollowsByTheEquations) {
  const SchoolingModel model = three_states();
  const std::vector<double> values = {-1, 0.6, 0.5, 0.5, 1, 0.9, 1.1, 1.8, -0.5};  // both: constant, income, wage; school: the same; taste; earnings
  const SchoolingModel drawn = with_coefficients(model, values);
  const double m = exp(-0.5), alpha_1 = (0.6 - 0.5) / (1 - m), alpha_0 = alpha_1 - 0.6, alpha_2 = alpha_0 + 1;
  EXPECT_DOUBLE_EQ(drawn.structure.m, m);
  EXPECT_NEAR(drawn.structure.alpha[0], alpha_0, 1e-14);
  EXPECT_NEAR(drawn.structure.alpha[1], alpha_1, 1e-14);
  EXPECT_NEAR(drawn.structure.alpha[2], alpha_2, 1e-14);
  EXPECT_NEAR(drawn.structure.d, (0.9 + alpha_0) / alpha_2, 1e-14);
  EXPECT_EQ(drawn.household_taste, 1.1);
  EXPECT_EQ(drawn.earnings->covariates[0].coefficients[0], 1.8);
  EXPECT_EQ(drawn.covariates[0].coefficients, (std::vector<double>{-1, 0.5}));
}

/// An α that was given stays, whatever the wage's coefficients say; without a wage nothing else is known.
TEST(ModelCoefficients, AGivenAlphaStays) {
  SchoolingModel given = three_states();
  given.alpha_se[0] = 0;
  const SchoolingModel drawn = with_coefficients(given, std::vector<double>{-1, 0.6, 0.5, 0.5, 1, 0.9, 1.1, 1.8, -0.5});
  EXPECT_EQ(drawn.structure.alpha, (std::vector<double>{-0.2, -0.2 + 0.6, -0.2 + 1}));
  EXPECT_EQ(drawn.structure.d, 0.7);
  EXPECT_DOUBLE_EQ(drawn.structure.m, exp(-0.5));
}

TEST(ModelCoefficients, OfTwoStatesFollowWithDHeld) {
  SchoolingModel two = three_states();
  two.alternatives = {"out", "school"};
  two.covariates[0] = {"constant", rules::Text::standalone("c", "1"), {1}, {0.1}};
  two.household_taste = 0;
  two.income = {0.5};
  two.income_se = {0.1};
  two.wage = {0.1};
  two.wage_se = {0.1};
  two.structure = {1, 0.75, 0.4, {(0.5 * 0.4 - 0.1) / 0.6, (0.5 * 0.4 - 0.1) / 0.6 + 0.5}};
  two.alpha_se = {0.1, 0.1};
  const SchoolingModel drawn = with_coefficients(two, std::vector<double>{1, 0.6, 0.2, 2, -0.3});
  EXPECT_NEAR(drawn.structure.alpha[0], (0.6 * 0.4 - 0.2) / 0.6, 1e-14);
  EXPECT_NEAR(drawn.structure.alpha[1], (0.6 * 0.4 - 0.2) / 0.6 + 0.6, 1e-14);
  EXPECT_EQ(drawn.structure.d, 0.4);
}

/// α of the first alternative, typed with a standard error and told by nothing else, is drawn itself.
TEST(ModelCoefficients, ATypedAlphaIsDrawnWithItsOwnError) {
  SchoolingModel typed = three_states();
  typed.structure.alpha = {0.3, 1.0, 1.4};
  const std::vector<SchoolingCoefficient> all = coefficients_of(typed);
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(all.back().name, "out: alpha");
  EXPECT_EQ(all.back().se, 0.1);
  std::vector<double> values;
  for (const SchoolingCoefficient& one : all) values.push_back(one.value);
  values.back() = 0.4;
  EXPECT_EQ(with_coefficients(typed, values).structure.alpha, (std::vector<double>{0.4, 0.4 + 0.7, 0.4 + 1.1}));
}

/// What a typed model gives a range of: a factor of all coefficients of income, and what money is worth in the first alternative.
TEST(ModelCoefficients, RangesAreDrawnWithinThem) {
  SchoolingModel typed;
  typed.alternatives = {"out", "both", "school"};
  typed.status = "assumed";
  typed.covariates = {{"constant", rules::Text::standalone("c", "1"), {-1, 0.5}, {}}};
  typed.income = {0.2, 0.3};
  typed.structure.alpha = {0.2, 0.4, 0.5};
  typed.income_times = SchoolingRange{1, 0.5, 2};
  typed.first_alpha_share = SchoolingRange{0.5, 0.25, 0.75};
  const StudyModel study = study_of(typed);
  ASSERT_EQ(study.coefficients, 6U);  // constant and income twice; the ranges
  EXPECT_EQ(words_of_coefficients(study), "the schooling model's 2 ranges");
  const ParameterDraws draws(study, DesignKind::latin, 500, 3);
  EXPECT_EQ(draws.factors().size(), 2U);
  double least = 9, most = 0;
  for (std::int64_t d = 1; d <= 500; ++d) {
    const std::vector<double> v = draws.values(d);
    EXPECT_EQ((std::vector<double>(v.begin() + 1, v.begin() + 5)), (std::vector<double>{-1, 0.2, 0.5, 0.3}));
    least = std::min(least, v[5]);
    most = std::max(most, v[5]);
    EXPECT_GT(v[6], 0.25);
    EXPECT_LT(v[6], 0.75);
    const SchoolingModel drawn = with_coefficients(typed, std::span(v).last(6));
    EXPECT_EQ(drawn.income, (std::vector<double>{0.2 * v[5], 0.3 * v[5]}));
    EXPECT_NEAR(drawn.structure.alpha[0] / drawn.structure.alpha[1], v[6], 1e-14);
    for (std::size_t j = 1; j < 3; ++j) EXPECT_NEAR(drawn.structure.alpha[j] - drawn.structure.alpha[0], drawn.income[j - 1], 1e-15);
  }
  EXPECT_GT(least, 0.5);
  EXPECT_LT(least, 0.6);
  EXPECT_GT(most, 1.6);
  EXPECT_LT(most, 2);
}

TEST(ModelCoefficients, OfAModelWithoutErrorsAreNone) {
  SchoolingModel certain = three_states();
  certain.covariates[0].standard_errors.clear();
  certain.income_se.clear();
  certain.wage_se.clear();
  certain.earnings->covariates[0].standard_errors.clear();
  certain.earnings->attending_se = 0;
  certain.household_taste_se = 0;
  EXPECT_EQ(study_of(certain).parameters.size(), 1U);
  EXPECT_EQ(study_of(certain).coefficients, 0U);
}

TEST(ModelCoefficients, WhatCannotBeIsToldByName) {
  const auto refusal = [](const SchoolingModel& model) {
    try {
      study_of(model);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  SchoolingModel model = with_covariance();
  model.covariance->matrix = {{1, 0.9, 0.9}, {0.9, 1, -0.9}, {0.9, -0.9, 1}};
  EXPECT_NE(refusal(model).find("'schooling.school: income' and 'schooling.earnings: constant', -0.9"), std::string::npos) << refusal(model);
  model.covariance->matrix = {{-1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  EXPECT_NE(refusal(model).find("the variance of 'both: constant' in the schooling model is -1"), std::string::npos) << refusal(model);
  model.covariance->names[0] = "both: age";
  EXPECT_NE(refusal(model).find("'both: age', which is no coefficient of it"), std::string::npos) << refusal(model);
}

}  // namespace
}  // namespace puente
