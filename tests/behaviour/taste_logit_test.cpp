// The likelihood of siblings who share a taste, against a slow twin that integrates with small steps; its derivatives against
// differences; what the fitted wage does to the estimates against what must follow from a change of its unit.
#include <gtest/gtest.h>

#include "engine/behaviour/covariance.hpp"
#include "engine/behaviour/taste_logit.hpp"
#include "tests/behaviour/children.hpp"

namespace puente::test {
namespace {

/// Children of known parameters, their design and the place where their likelihood is looked at.
struct Siblings {
  Siblings(std::size_t n, double taste, std::size_t alternatives = 3) {
    Truth truth;
    truth.taste = taste;
    truth.siblings = 3;
    truth.household_weights = true;
    children = truth.draw(n, "siblings");
    children.alternatives = alternatives;
    for (Child& child : children.rows) child.state = std::min<int>(child.state, static_cast<int>(alternatives) - 1);
    table = children.table();
    const EstimationPlan plan = children.plan();
    std::vector<Regressor> regressors = plan.covariates;
    regressors.push_back({"income", plan.income, -1, ""});
    design = Design(regressors, table, everybody, "utilities", alone, one);
    place = DenseVector(static_cast<Eigen::Index>((alternatives - 1) * design.size()));
    for (Eigen::Index k = 0; k < place.size(); ++k) place[k] = 0.3 - 0.1 * static_cast<double>(k);
  }
  TasteSums sums(const DenseVector& at, double sd) { return taste_sums(design, table, at, sd, alone, one); }
  /// ln L, by Simpson's rule with 2,000 steps, household by household.
  double slow(double sd) const;

  Exchange alone;
  Team one;
  Children children;
  ChildTable table;
  Design design;
  DenseVector place;
};

double Siblings::slow(double sd) const {
  const std::size_t p = design.size(), alternatives = table.alternatives;
  double sum = 0;
  std::size_t next = 0;
  for (const ChildChunk& chunk : table.chunks) {
    std::vector<double> z(p * Design::tile);
    std::size_t first = 0;
    for (const ChildHousehold& household : chunk.households) {
      const std::size_t n = household.end - first;
      design.load(chunk, first, n, z.data());
      double integral = 0;
      constexpr int steps = 2000;
      for (int s = 0; s <= steps; ++s) {
        const double t = -9 + 18.0 * s / steps;
        double product = std::exp(-t * t / 2) / std::sqrt(2 * 3.14159265358979323846) * (s == 0 || s == steps ? 1 : s % 2 == 1 ? 4 : 2) * (18.0 / steps) / 3;
        for (std::size_t i = 0; i < n; ++i) {
          double v[3] = {}, all = 1;
          for (std::size_t j = 1; j < alternatives; ++j) {
            for (std::size_t k = 0; k < p; ++k) v[j] += place[static_cast<Eigen::Index>((j - 1) * p + k)] * z[k * Design::tile + i];
            v[j] += sd * t;
            all += std::exp(v[j]);
          }
          product *= std::exp(v[chunk.state[first + i]]) / all;
        }
        integral += product;
      }
      sum += children.rows[next].weight * std::log(integral);
      next += n;
      first = household.end;
    }
  }
  return sum;
}

TEST(TasteLogit, LikelihoodIsThatOfTheSlowTwin) {
  for (const std::size_t alternatives : {2U, 3U}) {
    Siblings siblings(300, 0.8, alternatives);
    for (const double sd : {0.0, 0.3, 1.0, 2.5}) {
      const double slow = siblings.slow(sd);
      EXPECT_NEAR(siblings.sums(siblings.place, sd).log_likelihood, slow, 1e-9 * std::abs(slow)) << alternatives << ' ' << sd;
    }
  }
}

TEST(TasteLogit, DerivativesAreThoseOfDifferences) {
  for (const std::size_t alternatives : {2U, 3U}) {
    Siblings siblings(600, 0.8, alternatives);
    constexpr double sd = 0.9, step = 1e-4;
    const TasteSums here = siblings.sums(siblings.place, sd);
    const Eigen::Index q = siblings.place.size();
    const double scale = here.information.diagonal().cwiseAbs().maxCoeff();
    for (Eigen::Index k = 0; k <= q; ++k) {
      DenseVector above = siblings.place, below = siblings.place;
      if (k < q) above[k] += step;
      if (k < q) below[k] -= step;
      const double more = k == q ? step : 0;
      const TasteSums up = siblings.sums(above, sd + more), down = siblings.sums(below, sd - more);
      EXPECT_NEAR(here.gradient[k], (up.log_likelihood - down.log_likelihood) / (2 * step), 1e-5 * scale) << k;
      for (Eigen::Index l = 0; l <= q; ++l) EXPECT_NEAR(here.information(l, k), -(up.gradient[l] - down.gradient[l]) / (2 * step), 1e-6 * scale) << l << ' ' << k;
    }
  }
}

/// Without a taste everything is as in the plain logit, its standard errors too.
TEST(TasteLogit, WithoutATasteItIsThePlainLogit) {
  Siblings siblings(900, 0);
  const LogitFit plain = fit_logit(siblings.design, siblings.table, siblings.children.plan().alternatives, siblings.alone, siblings.one);
  const TasteSums none = siblings.sums(plain.coefficients, 0);
  const Eigen::Index q = plain.coefficients.size();
  EXPECT_NEAR(none.log_likelihood, plain.log_likelihood, 1e-10 * std::abs(plain.log_likelihood));
  EXPECT_LT((none.information.topLeftCorner(q, q) - plain.information).cwiseAbs().maxCoeff(), 1e-9 * plain.information.cwiseAbs().maxCoeff());
  EXPECT_LT(none.gradient.head(q).cwiseAbs().maxCoeff(), 1e-8);
  EXPECT_NEAR(none.gradient[q], 0, 1e-9);
  StackedFit stacked{&siblings.table, &siblings.design, &plain, nullptr, nullptr, {}, {}};
  const DenseMatrix of_households = stacked_covariance(stacked, CovarianceKind::household, siblings.alone, siblings.one).matrix;
  LogitFit with = plain;
  with.information = none.information;
  stacked.logit = &with;
  stacked.taste = 0;
  const DenseMatrix of_taste = stacked_covariance(stacked, CovarianceKind::household, siblings.alone, siblings.one).matrix;
  EXPECT_LT((of_taste.topLeftCorner(q, q) - of_households).cwiseAbs().maxCoeff(), 1e-9 * of_households.cwiseAbs().maxCoeff());
}

/// A larger constant of ln w is another unit of the wage: its coefficients become smaller by as much, and nothing else moves.
TEST(TasteLogit, TheWagesUnitMovesItsCoefficientsAlone) {
  Siblings siblings(6000, 0.8);
  const EstimationPlan plan = siblings.children.plan();
  const EarningsFit earnings = fit_earnings(*plan.earnings, siblings.table, siblings.alone, siblings.one);
  const std::size_t column = siblings.table.add_column([&](const ChildChunk& chunk) { return fitted_wages(earnings, *plan.earnings, chunk); }, siblings.one);
  std::vector<Regressor> regressors = siblings.design.regressors();
  const std::size_t wage = regressors.size(), p = wage + 1;
  regressors.push_back({"wage", column, -1, ""});
  const Design design(regressors, siblings.table, everybody, "utilities", siblings.alone, siblings.one);
  const LogitFit plain = fit_logit(design, siblings.table, plan.alternatives, siblings.alone, siblings.one);
  const TasteFit fit = fit_taste_logit(design, siblings.table, plain, siblings.alone, siblings.one);
  ASSERT_GT(fit.sd, 0.3);
  const StackedFit stacked{&siblings.table, &design, &fit.logit, &earnings, &*plan.earnings, wage, fit.sd};
  const DenseMatrix bread = stacked_bread(stacked, siblings.alone, siblings.one);
  const auto first = static_cast<Eigen::Index>(earnings.design.size()), q = bread.rows() - first;
  const DenseMatrix moves = product(bread.bottomLeftCorner(q, first), earnings.information);  // ∂ estimates / ∂ earnings' coefficients
  for (Eigen::Index r = 0; r < q; ++r) {
    const auto k = static_cast<std::size_t>(r) % p;
    const double b = r + 1 < q ? fit.logit.coefficients[r - static_cast<Eigen::Index>(k) + static_cast<Eigen::Index>(wage)] : 0;
    const double expected = r + 1 == q ? 0 : k == wage ? -b : k == 0 ? -b * design.centre(wage) / design.scale(wage) : 0;
    EXPECT_NEAR(moves(r, 0), expected, 1e-6) << r;
  }
}

TEST(TasteLogit, OnlyChildrenTellNothing) {
  Truth truth;
  truth.siblings = 1;
  const Children children = truth.draw(500, "only children");
  EstimationPlan plan = children.plan();
  plan.household_taste = true;
  plan.covariance = CovarianceKind::household;
  ChildTable table = children.table();
  Exchange alone;
  Team one;
  try {
    estimate_schooling(plan, table, alone, one);
    FAIL() << "no household has siblings";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no household has two children"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace puente::test
