// Estimates equal the slow twin's and closed forms; mistakes name the covariate.
#include "engine/behaviour/estimate.hpp"

#include <gtest/gtest.h>

#include "tests/behaviour/schooling_twin.hpp"

namespace puente::test {
namespace {

SchoolingEstimate estimate(const Children& children, CovarianceKind kind = CovarianceKind::robust) {
  Exchange alone;
  Team one;
  ChildTable table = children.table();
  EstimationPlan plan = children.plan();
  plan.covariance = kind;
  return estimate_schooling(plan, table, alone, one);
}

void expect_near(double mine, long double theirs, double relative, const std::string& what) {
  EXPECT_NEAR(mine, static_cast<double>(theirs), relative * std::abs(static_cast<double>(theirs))) << what;
}

void expect_twin(const Children& children) {
  const SchoolingTwin twin(children);
  for (const CovarianceKind kind : {CovarianceKind::robust, CovarianceKind::household, CovarianceKind::design}) {
    const SchoolingEstimate found = estimate(children, kind);
    const SchoolingTwin::Table covariance = twin.covariance(kind);
    expect_near(found.log_likelihood, twin.log_likelihood(), 1e-12, "log-likelihood");
    std::size_t at = 0;
    const auto compare = [&](const EquationEstimate& equation, const SchoolingTwin::Numbers& theirs, std::size_t first) {
      for (std::size_t k = 0; k < equation.names.size(); ++k, ++at) {
        expect_near(equation.coefficients[k], theirs[first + k], 1e-9, equation.names[k]);
        expect_near(equation.standard_errors[k], std::sqrt(covariance[at][at]), 1e-6, "standard error of " + equation.names[k]);
      }
    };
    if (found.earnings) compare(*found.earnings, twin.earnings(), 0);
    for (std::size_t j = 0; j < found.utilities.size(); ++j) compare(found.utilities[j], twin.utilities(), j * found.utilities[j].names.size());
    EXPECT_EQ(at, covariance.size());
  }
}

Children two_states(Children children) {
  children.alternatives = 2;
  for (Child& child : children.rows) child.state = child.state > 0 ? 1 : 0;
  return children;
}

Children without_earnings(Children children) {
  children.earnings = false;
  return children;
}

TEST(Estimate, EqualsTheSlowTwin) { expect_twin(without_earnings(Truth().draw(3000, "twin"))); }
TEST(Estimate, OfTwoStatesEqualsTheSlowTwin) { expect_twin(without_earnings(two_states(Truth().draw(3000, "twin of two")))); }
TEST(Estimate, WithAnEstimatedWageEqualsTheSlowTwin) { expect_twin(Truth().draw(3000, "twin with wage")); }

TEST(Estimate, StrataWithOneUnitAreCentredAtTheMeanOfAll) {
  Children children = without_earnings(Truth().draw(2000, "lonely"));
  for (Child& child : children.rows)
    if (child.stratum == 2) child.psu = 20;
  EXPECT_EQ(estimate(children, CovarianceKind::design).lonely, 1);
  expect_twin(children);
}

/// Sampling units count whether or not children live there: a total of 0 is one of the stratum's totals.
TEST(Estimate, UnitsWithoutChildrenCount) {
  const Children children = without_earnings(Truth().draw(2000, "empty units"));
  Exchange alone;
  Team one;
  ChildTable table = children.table();
  const auto before = table.sampling_units.size();
  for (int s = 0; s < 6; ++s) table.sampling_units.push_back({static_cast<double>(s), 1000});
  std::sort(table.sampling_units.begin(), table.sampling_units.end());
  EstimationPlan plan = children.plan();
  plan.covariance = CovarianceKind::design;
  const SchoolingEstimate found = estimate_schooling(plan, table, alone, one);
  EXPECT_EQ(found.clusters, static_cast<std::int64_t>(before) + 6);
  EXPECT_NE(found.utilities[0].standard_errors[0], estimate(children, CovarianceKind::design).utilities[0].standard_errors[0]);
}

/// A condition and an income that is another: four cells, whose log odds are the coefficients.
TEST(Estimate, SaturatedModelsGiveTheSharesOfTheCells) {
  const double weights[2][2][3] = {{{3, 2, 5}, {1, 4, 2}}, {{2, 2, 1}, {5, 1, 3}}};  // [x][income][state]
  Children children;
  for (int x = 0; x < 2; ++x)
    for (int y = 0; y < 2; ++y)
      for (int state = 0; state < 3; ++state) {
        Child child{weights[x][y][state], state, 1000.0 * y, 0, {static_cast<double>(x), static_cast<double>(x * y)}, {}, state, 0, 0};
        children.rows.push_back(child);
      }
  const SchoolingEstimate found = estimate(children);
  for (std::size_t j = 1; j < 3; ++j) {
    const auto odds = [&](int x, int y) { return std::log(weights[x][y][j] / weights[x][y][0]); };
    const std::vector<double>& c = found.utilities[j - 1].coefficients;  // constant, x, x·y, income
    EXPECT_NEAR(c[0], odds(0, 0), 1e-12);
    EXPECT_NEAR(c[1], odds(1, 0) - odds(0, 0), 1e-12);
    EXPECT_NEAR(c[3], (odds(0, 1) - odds(0, 0)) / 1000, 1e-15);
    EXPECT_NEAR(c[2], odds(1, 1) - odds(1, 0) - odds(0, 1) + odds(0, 0), 1e-12);
  }
}

/// One condition, a 2×2 table a b c d: the log odds ratio has variance 1/a + 1/b + 1/c + 1/d, robust or not, times n/(n − 1).
TEST(Estimate, OneConditionHasTheOddsRatioOfItsTable) {
  const int counts[2][2] = {{30, 20}, {15, 60}};  // [income][state]
  Children children;
  children.alternatives = 2;
  for (int y = 0; y < 2; ++y)
    for (int state = 0; state < 2; ++state)
      for (int i = 0; i < counts[y][state]; ++i)
        children.rows.push_back({1, state, static_cast<double>(y), 0, {}, {}, static_cast<std::int64_t>(children.rows.size()), 0, 0});
  const SchoolingEstimate found = estimate(children);
  EXPECT_NEAR(found.utilities[0].coefficients[0], std::log(20.0 / 30), 1e-13);
  EXPECT_NEAR(found.utilities[0].coefficients[1], std::log(60.0 * 30 / (15 * 20)), 1e-13);
  EXPECT_NEAR(found.utilities[0].standard_errors[1], std::sqrt((1.0 / 30 + 1.0 / 20 + 1.0 / 15 + 1.0 / 60) * 125 / 124), 1e-13);
  EXPECT_NEAR(found.log_likelihood_of_shares, 45 * std::log(45.0 / 125) + 80 * std::log(80.0 / 125), 1e-12);
}

/// Currency and period change coefficients by their factor alone.
TEST(Estimate, UnitsOfMoneyDoNotMatter) {
  const Children children = without_earnings(Truth().draw(2000, "units"));
  Children small = children;
  for (Child& child : small.rows) child.income *= 1e9;
  const SchoolingEstimate a = estimate(children), b = estimate(small);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(b.utilities[j].coefficients[3] * 1e9, a.utilities[j].coefficients[3], 1e-11);
    EXPECT_NEAR(b.utilities[j].standard_errors[3] * 1e9, a.utilities[j].standard_errors[3], 1e-11);
    EXPECT_NEAR(b.utilities[j].coefficients[1], a.utilities[j].coefficients[1], 1e-11);
  }
}

/// A covariate that is nearly another: errors are large, and the search still ends at the twin's estimates.
TEST(Estimate, NearlyCollinearCovariatesConverge) {
  Children children = two_states(without_earnings(Truth().draw(3000, "nearly")));
  Draws draws("nearly another");
  for (Child& child : children.rows) child.x[1] = child.x[0] + 3e-5 * draws.normal();
  const SchoolingEstimate found = estimate(children);
  const SchoolingTwin twin(children);
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(found.utilities[0].coefficients[k], static_cast<double>(twin.utilities()[k]), 1e-6 * found.utilities[0].standard_errors[k]) << k;
}

std::string mistake(const Children& children) {
  try {
    estimate(children);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "none";
}

void expect_mistake(const Children& children, const std::vector<std::string>& words) {
  const std::string text = mistake(children);
  for (const std::string& word : words) EXPECT_NE(text.find(word), std::string::npos) << word << " in: " << text;
}

Children some() {
  Children children = without_earnings(Truth().draw(600, "mistakes"));
  children.names = {"age", "girl"};
  return children;
}

TEST(Mistakes, ACovariateThatDoesNotVary) {
  Children children = some();
  for (Child& child : children.rows) child.x[1] = 3;
  expect_mistake(children, {"'girl' of the utilities does not vary", "it is 3"});
}

TEST(Mistakes, CollinearCovariates) {
  Children children = some();
  for (Child& child : children.rows) child.x[1] = 2 * child.x[0] - 5;
  expect_mistake(children, {"'girl' of the utilities is collinear", "follows from 'age'"});
}

TEST(Mistakes, AConditionThatSeparates) {
  Children children = some();
  for (Child& child : children.rows) child.x[1] = child.state == 1 ? 0 : child.x[1];
  expect_mistake(children, {"'girl' of the utilities separates 'school and work'", "no finite estimate"});
}

TEST(Mistakes, ANumberThatSeparates) {
  Children children = two_states(some());
  for (Child& child : children.rows) child.x[0] = child.state == 1 ? std::abs(child.x[0]) + 1 : -std::abs(child.x[0]);
  expect_mistake(children, {"'age' of the utilities separates 'out of school'"});
}

TEST(Mistakes, CovariatesThatSeparateTogether) {
  Children children = two_states(some());
  Draws draws("together");
  for (Child& child : children.rows) {
    child.x[1] = draws.normal();
    child.state = child.x[0] + child.x[1] > 0 ? 1 : 0;
  }
  expect_mistake(children, {"grows without bound", "separate"});
}

TEST(Mistakes, AnAlternativeWithNobody) {
  Children children = some();
  for (Child& child : children.rows) child.state = child.state == 2 ? 0 : child.state;
  expect_mistake(children, {"no child is in the alternative 'school only'"});
}

TEST(Mistakes, EarningsThatNobodyWhoAttendsHas) {
  Children children = Truth().draw(600, "earners");
  for (Child& child : children.rows) child.earnings = child.state > 0 ? 0 : child.earnings;
  expect_mistake(children, {"'attending' of the earnings equation does not vary"});
  for (Child& child : children.rows) child.earnings = 0;
  expect_mistake(children, {"only 0 children have earnings above 0"});
}

}  // namespace
}  // namespace puente::test
