// Quantiles against R 4.2.2 (qnorm, qlnorm, qbeta), moments of 100,000 draws against closed forms, every mistake.
#include "engine/uncertainty/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"
#include "engine/uncertainty/special_functions.hpp"

namespace puente {
namespace {

using Kind = DistributionKind;

Uncertainty of(Kind kind, std::optional<double> se = {}, std::optional<double> low = {}, std::optional<double> high = {}) {
  Uncertainty u;
  u.kind = kind;
  u.se = se;
  u.low = low;
  u.high = high;
  return u;
}

Uncertainty log_scaled(double se) {
  Uncertainty u = of(Kind::lognormal, se);
  u.log_scale = true;
  return u;
}

Uncertainty two_points() {
  Uncertainty u = of(Kind::discrete);
  u.values = {5, 2, 10};
  u.probabilities = {0.3, 0.5, 0.2};
  return u;
}

Uncertainty estimates() {
  Uncertainty u = of(Kind::empirical);
  u.estimates = {0.4, 0.1, 0.3, 0.2};
  return u;
}

struct Known {
  Uncertainty uncertainty;
  double value, q05, q50, q90;
};

TEST(Distribution, QuantilesAreThoseOfR) {
  for (const Known& k : {Known{of(Kind::normal, .08), .3, 0.16841170984388218, 0.3, 0.40252412524356807},
                         Known{of(Kind::lognormal, 5), 20, 12.94129018057046, 19.402850002906639, 26.601416248983391},
                         Known{log_scaled(.2), 1.45, 1.0435129222696389, 1.45, 1.8736227750206345},
                         Known{of(Kind::beta, .08), .3, 0.17579669246452023, 0.29576327090425253, 0.40601990130251231},
                         Known{of(Kind::beta, 1.5, 10, 20), 13, 10.837943179212061, 12.833944054383354, 15.082720865749726},
                         Known{of(Kind::pert, {}, 2, 8), 3, 2.2903832382931566, 3.5117238628476621, 5.1116092564897428},
                         Known{of(Kind::normal, .08, .25, .4), .3, 0.25744941724822862, 0.31618583751875423, 0.37681315104818663},
                         Known{of(Kind::lognormal, 5, {}, 22), 20, 12.409947687653768, 17.61757813050427, 20.993792318770449},
                         Known{of(Kind::uniform, {}, 1, 3), 2, 1.1, 2, 2.8},
                         // l + sqrt(u (h-l)(m-l)) below the mode, h - sqrt((1-u)(h-l)(h-m)) above.
                         Known{of(Kind::triangular, {}, 0, 10), 2, 1.0, 10 - std::sqrt(40.), 10 - std::sqrt(8.)}}) {
    const ParameterDistribution distribution(k.uncertainty, k.value);
    EXPECT_NEAR(distribution.quantile(.05) / k.q05, 1, 1e-9);
    EXPECT_NEAR(distribution.quantile(.5) / k.q50, 1, 1e-9);
    EXPECT_NEAR(distribution.quantile(.9) / k.q90, 1, 1e-9);
  }
}

struct Moments {
  double mean = 0, sd = 0;
};

Moments of_draws(const ParameterDistribution& distribution) {
  constexpr int n = 100'000;
  const std::uint64_t key = purpose_key(7, "moments");
  double sum = 0, squares = 0;
  const double about = distribution.quantile(.5);
  for (int d = 1; d <= n; ++d) {
    const double x = distribution.quantile(uniform_of_bits(draw_bits(key, {d, 0, 0, 0}))) - about;
    sum += x;
    squares += x * x;
  }
  return {about + sum / n, std::sqrt((squares - sum * sum / n) / (n - 1))};
}

struct KnownMoments {
  const char* name;
  Uncertainty uncertainty;
  double value, mean, sd;
};

TEST(Distribution, MomentsOfDrawsAreTheClosedForms) {
  const double phi_a = std::exp(-0.5 * 0.625 * 0.625) / std::sqrt(2 * M_PI), phi_b = std::exp(-0.5 * 1.25 * 1.25) / std::sqrt(2 * M_PI);
  const double z = 0.5 * (std::erf(1.25 / std::sqrt(2.)) + std::erf(0.625 / std::sqrt(2.)));
  const double shift = (phi_a - phi_b) / z;
  const double narrowed = std::sqrt(1 + (-0.625 * phi_a - 1.25 * phi_b) / z - shift * shift);
  const double log_mean = 1.45 * std::exp(.02), log_sd = log_mean * std::sqrt(std::exp(.04) - 1);
  Uncertainty alpha_beta = of(Kind::beta);
  alpha_beta.alpha = 2;
  alpha_beta.beta = 5;
  const double pert_mean = (2 + 4 * 3 + 8) / 6.;
  for (const KnownMoments& k : {KnownMoments{"normal", of(Kind::normal, .08), .3, .3, .08},
                                {"lognormal", of(Kind::lognormal, 5), 20, 20, 5},
                                {"log", log_scaled(.2), 1.45, log_mean, log_sd},
                                {"beta", of(Kind::beta, .08), .3, .3, .08},
                                {"wide beta", of(Kind::beta, 1.5, 10, 20), 13, 13, 1.5},
                                {"alpha and beta", alpha_beta, 2 / 7., 2 / 7., std::sqrt(10 / (49. * 8))},
                                {"uniform", of(Kind::uniform, {}, 1, 3), 2, 2, 2 / std::sqrt(12.)},
                                {"triangular", of(Kind::triangular, {}, 0, 10), 2, 4, std::sqrt((100 + 4 - 20) / 18.)},
                                {"pert", of(Kind::pert, {}, 2, 8), 3, pert_mean, std::sqrt((pert_mean - 2) * (8 - pert_mean) / 7)},
                                {"discrete", two_points(), 5, 4.5, std::sqrt(.5 * 4 + .3 * 25 + .2 * 100 - 4.5 * 4.5)},
                                {"empirical", estimates(), .25, .25, std::sqrt(.0125)},
                                {"truncated", of(Kind::normal, .08, .25, .4), .3, .3 + .08 * shift, .08 * narrowed}}) {
    const Moments found = of_draws(ParameterDistribution(k.uncertainty, k.value));
    EXPECT_NEAR(found.mean, k.mean, 4 * k.sd / std::sqrt(1e5)) << k.name;
    EXPECT_NEAR(found.sd / k.sd, 1, 0.02) << k.name;
  }
}

TEST(Distribution, NeverLeavesItsBoundsAndRises) {
  for (const Uncertainty& u : {of(Kind::normal, .08, .29, .31), of(Kind::lognormal, .5, .3, {}), of(Kind::beta, .4), of(Kind::pert, {}, .3, 1)}) {
    const ParameterDistribution distribution(u, .3);
    double last = -1e300;
    for (const double p : {0x1p-53, 1e-6, .1, .5, .9, 1 - 1e-6, 1 - 0x1p-53}) {
      const double x = distribution.quantile(p);
      EXPECT_TRUE(std::isfinite(x) && x >= last && x >= u.low.value_or(0) && x <= u.high.value_or(1e9)) << p << " " << x;
      last = x;
    }
  }
}

TEST(Distribution, PointsComeInOrderOfTheirValues) {
  const ParameterDistribution discrete(two_points(), 5);
  EXPECT_EQ(discrete.quantile(.49), 2);
  EXPECT_EQ(discrete.quantile(.51), 5);
  EXPECT_EQ(discrete.quantile(.81), 10);
  Uncertainty cut = two_points();
  cut.high = 6;
  const ParameterDistribution truncated(cut, 5);  // 2 with 5/8, 5 with 3/8
  EXPECT_EQ(truncated.quantile(.62), 2);
  EXPECT_EQ(truncated.quantile(.63), 5);
  EXPECT_EQ(truncated.quantile(1 - 0x1p-53), 5);
}

TEST(Distribution, AtANormalEqualsTheQuantile) {
  for (const Uncertainty& u : {of(Kind::normal, .08), of(Kind::lognormal, .1), log_scaled(.2), of(Kind::beta, .1), of(Kind::normal, .08, .25, .4)})
    for (const double z : {-2.0, 0.1, 1.7})
      EXPECT_NEAR(ParameterDistribution(u, .3).at_normal(z), ParameterDistribution(u, .3).quantile(normal_cdf(z)), 1e-14);
}

struct Wrong {
  Uncertainty uncertainty;
  double value;
  const char *key, *says;
};

TEST(Distribution, MistakesNameTheirKey) {
  Uncertainty short_of_one = two_points(), unequal = two_points(), half_beta = of(Kind::beta), both = of(Kind::beta, .1), shape = of(Kind::pert, {}, 0, 1);
  short_of_one.probabilities[0] = .2;
  unequal.probabilities.pop_back();
  half_beta.alpha = 1;
  both.alpha = both.beta = 1;
  shape.shape = -1;
  const double nan = std::nan("");
  for (const Wrong& w : {Wrong{of(Kind::normal, 0), 1, "se", "above 0"}, {of(Kind::normal, -1), 1, "se", "above 0"}, {of(Kind::normal), 1, "distribution", "needs `se`"},
                         {of(Kind::normal, nan), 1, "se", "finite"}, {of(Kind::normal, 1), nan, "value", "finite"},
                         {of(Kind::lognormal, 1), -2, "value", "above 0"}, {of(Kind::beta, .1), 1.2, "value", "[0, 1]"}, {of(Kind::beta, .1), 1, "value", "[0, 1]"},
                         {of(Kind::beta, .5), .5, "se", "stays below 0.5"}, {of(Kind::beta, .1, .2), .3, "low", "both or neither"}, {half_beta, .5, "alpha", "together"},
                         {both, .5, "se", "not by both"}, {of(Kind::uniform, {}, 2, 1), 1, "low", "not below"}, {of(Kind::uniform, {}, 1), 1, "distribution", "needs `low` and `high`"},
                         {of(Kind::triangular, {}, 0, 1), 2, "value", "outside [0, 1]"}, {of(Kind::normal, 1, 3), 2, "value", "outside [3, inf]"}, {of(Kind::uniform, .1, 0, 1), .5, "se", "says nothing of a uniform"},
                         {short_of_one, 5, "probabilities", "sum to 0.9"}, {unequal, 5, "probabilities", "3 values and 2"}, {of(Kind::empirical), 1, "distribution", "estimates"}, {shape, .5, "shape", "above 0"}}) {
    const auto mistake = mistake_in(w.uncertainty, w.value);
    ASSERT_TRUE(mistake) << w.says;
    EXPECT_EQ(mistake->key, w.key) << mistake->message;
    EXPECT_NE(mistake->message.find(w.says), std::string::npos) << mistake->message;
    EXPECT_THROW(ParameterDistribution(w.uncertainty, w.value), Error);
  }
  EXPECT_FALSE(mistake_in(of(Kind::normal, 1), 0));
}

TEST(Distribution, TheMeanStandsInForAValueLeftOut) {
  EXPECT_EQ(implied_value(of(Kind::uniform, {}, 1, 4)), 2.5);
  EXPECT_DOUBLE_EQ(*implied_value(two_points()), 4.5);
  EXPECT_DOUBLE_EQ(*implied_value(estimates()), .25);
  EXPECT_FALSE(implied_value(of(Kind::normal, 1)));
}

}  // namespace
}  // namespace puente
