// α, D and their standard errors: EVIDENCE B.1 (5) on numbers worked out there, and against derivatives by differences.
#include "engine/behaviour/structure.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace puente::test {
namespace {

/// What data would tell of alpha = (−0.02, 0.05, 0.09), M = 0.75, D = 0.7, for a K.
Differences told(double k) {
  const double alpha[] = {-0.02, 0.05, 0.09}, m = 0.75, d = 0.7;
  Differences differences;
  differences.income = {alpha[1] - alpha[0], alpha[2] - alpha[0]};
  differences.wage = {k * (alpha[1] * m - alpha[0]), k * (alpha[2] * d - alpha[0])};
  differences.log_m = std::log(m);
  differences.covariance = DenseMatrix::Zero(5, 5);
  for (Eigen::Index i = 0; i < 5; ++i)
    for (Eigen::Index j = 0; j < 5; ++j) differences.covariance(i, j) = (i == j ? 1e-5 : 0) + 1e-6 / (1.0 + static_cast<double>(i + j));
  return differences;
}

TEST(Structure, IsWhatTheDifferencesWereMadeOf) {
  for (const double k : {1.0, 0.5, 2.0}) {
    const StructureEstimate found = find_structure(told(k), {k, 0, {}});
    ASSERT_EQ(found.structure.alpha.size(), 3U);
    EXPECT_NEAR(found.structure.alpha[0], -0.02, 1e-14);
    EXPECT_NEAR(found.structure.alpha[1], 0.05, 1e-14);
    EXPECT_NEAR(found.structure.alpha[2], 0.09, 1e-14);
    EXPECT_NEAR(found.structure.d, 0.7, 1e-13);
    EXPECT_NEAR(found.structure.m, 0.75, 1e-15);
    EXPECT_TRUE(found.not_identified.empty());
  }
}

TEST(Structure, ErrorsAreThoseOfDerivativesByDifferences) {
  const Differences at = told(1);
  const auto values = [](const std::vector<double>& x) {
    Differences moved;
    moved.income = {x[0], x[1]};
    moved.wage = {x[2], x[3]};
    moved.log_m = x[4];
    moved.covariance = DenseMatrix::Zero(5, 5);
    const StructureEstimate found = find_structure(moved, {});
    return std::vector<double>{found.structure.alpha[0], found.structure.alpha[1], found.structure.alpha[2], found.structure.m, found.structure.d};
  };
  const std::vector<double> x = {at.income[0], at.income[1], at.wage[0], at.wage[1], *at.log_m};
  DenseMatrix slope(5, 5);
  for (std::size_t c = 0; c < 5; ++c) {
    std::vector<double> up = x, down = x;
    up[c] += 1e-6;
    down[c] -= 1e-6;
    const std::vector<double> above = values(up), below = values(down);
    for (std::size_t r = 0; r < 5; ++r) slope(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = (above[r] - below[r]) / 2e-6;
  }
  const DenseMatrix expected = slope * at.covariance * slope.transpose();
  const StructureEstimate found = find_structure(at, {});
  const double errors[] = {found.alpha_se[0], found.alpha_se[1], found.alpha_se[2], found.m_se, found.d_se};
  for (Eigen::Index i = 0; i < 5; ++i) EXPECT_NEAR(errors[i], std::sqrt(expected(i, i)), 1e-7 * errors[i]);
}

TEST(Structure, IsNotIdentifiedWhereMNearsOne) {
  Differences differences = told(1);
  differences.log_m = -0.005;  // M = 0.995, standard error 0.003
  EXPECT_TRUE(find_structure(differences, {}).structure.alpha.empty());
  EXPECT_NE(find_structure(differences, {}).not_identified.find("not below 1 by two standard errors"), std::string::npos);
  differences.log_m = -0.05;
  EXPECT_EQ(find_structure(differences, {}).structure.alpha.size(), 3U);
  differences.log_m = 0.1;
  EXPECT_TRUE(find_structure(differences, {}).structure.alpha.empty());
}

TEST(Structure, WithoutAWageNeedsTheFirstAlpha) {
  Differences differences = told(1);
  differences.wage.clear();
  differences.log_m.reset();
  differences.covariance = DenseMatrix::Identity(2, 2) * 1e-4;
  EXPECT_NE(find_structure(differences, {}).not_identified.find("--alpha0"), std::string::npos);
  const StructureEstimate found = find_structure(differences, {1, 0, 0.01});
  EXPECT_NEAR(found.structure.alpha[0], 0.01, 1e-15);
  EXPECT_NEAR(found.structure.alpha[2], 0.12, 1e-15);
  EXPECT_NEAR(found.alpha_se[0], 0, 1e-15);
  EXPECT_NEAR(found.alpha_se[1], 0.01, 1e-12);
}

/// M is known from the earnings equation, also where α are not taken from it.
TEST(Structure, KeepsMWhereTheFirstAlphaIsGiven) {
  Differences differences = told(1);
  differences.log_m = -0.25;
  const StructureEstimate found = find_structure(differences, {1, 0, 0.0});
  EXPECT_NEAR(found.structure.m, std::exp(-0.25), 1e-15);
  EXPECT_GT(found.m_se, 0);
  EXPECT_EQ(found.structure.alpha[1], differences.income[0]);
}

/// Two states: α = (−0.02, 0.05), D = 0.3, K = 2.
TEST(Structure, OfTwoStatesTakesDAsGiven) {
  Differences differences;
  differences.income = {0.07};
  differences.wage = {2 * (0.05 * 0.3 + 0.02)};
  differences.covariance = DenseMatrix::Zero(2, 2);
  const StructureEstimate found = find_structure(differences, {2, 0.3, {}});
  ASSERT_EQ(found.structure.alpha.size(), 2U);
  EXPECT_NEAR(found.structure.alpha[0], -0.02, 1e-15);
  EXPECT_NEAR(found.structure.alpha[1], 0.05, 1e-15);
  EXPECT_EQ(found.structure.d, 0.3);
  EXPECT_EQ(find_structure(differences, {2, 0.3, 0.01}).structure.d, 0.3);
}

}  // namespace
}  // namespace puente::test
