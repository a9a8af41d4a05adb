// The quantile function against closed forms.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/population/synthesis/welfare_curve.hpp"

namespace puente {
namespace {

/// Mean of the curve over [from, to] by the midpoint rule.
double mean_of(const WelfareCurve& curve, double from, double to, int steps = 20000) {
  double total = 0;
  for (int i = 0; i < steps; ++i) total += curve.at(from + (to - from) * (i + 0.5) / steps);
  return total / steps;
}

/// Welfare uniform on [2, 12], as deciles would be printed.
WelfareProfile uniform() {
  WelfareProfile profile;
  profile.mean = 7;
  profile.lowest = 2;
  profile.highest = 12;
  for (int d = 1; d <= 9; ++d) {
    const double p = d / 10.0;
    profile.points.push_back({p, 2 + 10 * p, 2 * p + 5 * p * p});
  }
  return profile;
}

TEST(WelfareCurve, UniformIsReproducedBelowTheTail) {
  const WelfareCurve curve(uniform());
  for (double p = 0.005; p < 0.9; p += 0.01) EXPECT_NEAR(curve.at(p), 2 + 10 * p, 1e-9) << p;
}

TEST(WelfareCurve, TailHasThePublishedMeanAndEndsAtTheHighest) {
  const WelfareCurve curve(uniform());
  EXPECT_NEAR(mean_of(curve, 0.9, 1), 11.5, 1e-6);
  EXPECT_NEAR(curve.at(0.9), 11, 1e-9);
  EXPECT_NEAR(curve.at(1), 12, 1e-9);
}

/// ln y ~ N(1, 0.8²): Lorenz ordinate Φ(Φ⁻¹(p) − 0.8), Gini 2Φ(0.8/√2) − 1 = 0.42839.
WelfareProfile lognormal() {
  const auto normal_cdf = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  WelfareProfile profile;
  profile.mean = std::exp(1 + 0.32);
  profile.lowest = 0.1;
  profile.highest = 150;
  for (int d = 1; d <= 9; ++d) {
    const double z = inverse_normal_cdf(d / 10.0);
    profile.points.push_back({d / 10.0, std::exp(1 + 0.8 * z), profile.mean * normal_cdf(z - 0.8)});
  }
  return profile;
}

TEST(WelfareCurve, LognormalFromItsDecilesHasItsGini) {
  const WelfareProfile profile = lognormal();
  const WelfareCurve curve(profile);
  constexpr int steps = 200'000;
  double area = 0;
  for (int i = 0; i < steps; ++i) area += curve.at((i + 0.5) / steps) * (2 * (i + 0.5) / steps - 1) / steps;
  EXPECT_NEAR(area / profile.mean, 0.42839, 0.002);
  EXPECT_NEAR(mean_of(curve, 0, 1, steps), profile.mean, 1e-3);
}

TEST(WelfareCurve, EveryPieceHasItsMeanAndRises) {
  const WelfareProfile profile = lognormal();
  const WelfareCurve curve(profile);
  WelfarePoint from{0, profile.lowest, 0};
  for (const WelfarePoint& to : profile.points) {
    EXPECT_NEAR(mean_of(curve, from.p, to.p), (to.cumulative - from.cumulative) / (to.p - from.p), 1e-5) << to.p;
    EXPECT_NEAR(curve.at(to.p), to.level, 1e-9);
    from = to;
  }
  for (double p = 0; p < 1; p += 0.001) EXPECT_LT(curve.at(p), curve.at(p + 0.001)) << p;
}

TEST(WelfareCurve, SharesThatContradictThresholdsAreNamed) {
  WelfareProfile profile = uniform();
  profile.points[4].cumulative += 2;  // the fifth tenth's mean is beyond its own threshold
  try {
    const WelfareCurve curve(profile);
    FAIL() << "accepted";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* said : {"0.4 and 0.5", "6 and 7", "mean of 26.5"}) EXPECT_NE(text.find(said), std::string::npos) << text;
  }
}

TEST(WelfareCurve, ATailAboveTheHighestIsRefused) {
  WelfareProfile profile = uniform();
  profile.highest = 11.4;
  EXPECT_THROW(WelfareCurve{profile}, Error);
}

}  // namespace
}  // namespace puente
