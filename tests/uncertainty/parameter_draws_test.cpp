#include "engine/uncertainty/parameter_draws.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/uncertainty/correlation.hpp"

namespace puente {
namespace {

ParameterValue parameter(const std::string& name, double value, std::optional<Uncertainty> uncertainty = {}) {
  ParameterValue p;
  p.name = name;
  p.value = value;
  p.uncertainty = uncertainty;
  return p;
}

Uncertainty with_se(DistributionKind kind, double se) {
  Uncertainty u;
  u.kind = kind;
  u.se = se;
  return u;
}

/// a and c correlated normals, b certain, d a beta correlated with them, e alone.
StudyModel model() {
  StudyModel m;
  m.parameters = {parameter("a", 10, with_se(DistributionKind::normal, 2)), parameter("b", 7), parameter("c", -1, with_se(DistributionKind::normal, .5)),
                  parameter("d", .3, with_se(DistributionKind::beta, .1)), parameter("e", 4, with_se(DistributionKind::lognormal, 1))};
  m.uncertainty.correlations = {{{0, 2, 3}, {1, .6, -.4, .6, 1, .1, -.4, .1, 1}, {}}};
  return m;
}

TEST(ParameterDraws, DrawZeroIsCentralAndCertainParametersStay) {
  const ParameterDraws draws(model(), DesignKind::random, 100, 1);
  EXPECT_EQ(draws.values(0), (std::vector<double>{10, 7, -1, .3, 4}));
  for (std::int64_t d = 1; d <= 100; ++d) {
    EXPECT_EQ(draws.values(d)[1], 7);
    EXPECT_NE(draws.values(d)[0], 10);
    EXPECT_EQ(draws.values(d), draws.values(d));
  }
}

TEST(ParameterDraws, CorrelationsAreThoseOfTheMatrix) {
  constexpr int n = 50'000;
  const ParameterDraws draws(model(), DesignKind::random, n, 1);
  double za = 0, zc = 0, aa = 0, cc = 0, ac = 0, ad = 0, dd = 0, sum_d = 0, ae = 0;
  for (std::int64_t d = 1; d <= n; ++d) {
    const std::vector<double> v = draws.values(d);
    const double a = (v[0] - 10) / 2, c = (v[2] + 1) / .5, b = (v[3] - .3) / .1;
    za += a, zc += c, aa += a * a, cc += c * c, ac += a * c, ad += a * b, dd += b * b, sum_d += b, ae += a * (v[4] - 4);
  }
  EXPECT_NEAR(za / n, 0, .02);
  EXPECT_NEAR(zc / n, 0, .02);
  EXPECT_NEAR(aa / n, 1, .03);
  EXPECT_NEAR(cc / n, 1, .03);
  EXPECT_NEAR(ac / n, .6, .02);
  EXPECT_NEAR(sum_d / n, 0, .02);
  EXPECT_NEAR(dd / n, 1, .03);
  EXPECT_NEAR(ad / n, -.4, .025);  // of the normals beneath; the beta's is nearly the same
  EXPECT_NEAR(ae / n, 0, .02);
}

TEST(ParameterDraws, NormalsAreExactlyTheTriangleTimesIndependentOnes) {
  StudyModel m = model();
  m.uncertainty.correlations = {{{0, 2}, {1, .6, .6, 1}, {}}};
  const ParameterDraws draws(m, DesignKind::sobol, 64, 1);
  for (std::int64_t d = 1; d <= 64; ++d) {
    const double z0 = inverse_normal_cdf(draws.design().uniform(d, 0)), z1 = inverse_normal_cdf(draws.design().uniform(d, 1));
    EXPECT_DOUBLE_EQ(draws.values(d)[0], 10 + 2 * z0);
    EXPECT_DOUBLE_EQ(draws.values(d)[2], -1 + .5 * (.6 * z0 + .8 * z1));
  }
}

TEST(ParameterDraws, AScenariosDecisionStaysInAllDraws) {
  const ParameterDraws draws(model(), DesignKind::random, 10, 1);
  Scenario scenario;
  scenario.parameters = {10, 7, 5, .3, 4};
  scenario.decided = {2};
  for (std::int64_t d = 0; d <= 10; ++d) {
    std::vector<double> expected = draws.values(d);
    expected[2] = 5;
    EXPECT_EQ(draws.values(scenario, d), expected);
  }
}

TEST(ParameterDraws, FactorsAreParametersOrWholeGroups) {
  const ParameterDraws draws(model(), DesignKind::saltelli, 40, 1);
  ASSERT_EQ(draws.factors().size(), 2u);
  EXPECT_EQ(draws.factors()[0].name, "a + c + d");
  EXPECT_EQ(draws.factors()[0].parameters, (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_EQ(draws.factors()[1].name, "e");
}

TEST(Correlation, AFullCorrelationIsPossible) {
  const std::vector<double> l = correlation_root({"a", "b"}, {1, 1, 1, 1});
  EXPECT_EQ(l, (std::vector<double>{1, 0, 1, 0}));
}

TEST(Correlation, TheMistakeNamesThePair) {
  const auto says = [](const std::vector<std::string>& names, const std::vector<double>& matrix, const std::vector<std::string>& parts) {
    const auto mistake = correlation_mistake(names, matrix);
    ASSERT_TRUE(mistake);
    for (const std::string& part : parts) EXPECT_NE(mistake->find(part), std::string::npos) << *mistake;
  };
  says({"a", "b"}, {1, 1.2, 1.2, 1}, {"'a' and 'b', 1.2", "outside [-1, 1]"});
  says({"a", "b"}, {1, .2, .3, 1}, {"'a' and 'b'", "not symmetric"});
  says({"a", "b"}, {1, 0, 0, 2}, {"'b' with itself is 2"});
  says({"a", "b", "c"}, {1, .9, .9, .9, 1, -.9, .9, -.9, 1}, {"'b' and 'c', -0.9", "'a'", "not positive semi-definite"});
  // Four with -0.4 each: every three are possible, all four are not (1 - 3·0.4 < 0).
  says({"a", "b", "c", "d"}, {1, -.4, -.4, -.4, -.4, 1, -.4, -.4, -.4, -.4, 1, -.4, -.4, -.4, -.4, 1}, {"'d'", "leading minor of 4"});
  EXPECT_FALSE(correlation_mistake({"a", "b", "c"}, {1, .6, -.4, .6, 1, .1, -.4, .1, 1}));
}

}  // namespace
}  // namespace puente
