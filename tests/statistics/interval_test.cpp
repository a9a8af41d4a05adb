#include "engine/statistics/interval.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/core/error.hpp"

namespace puente {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Interval, NormalAndT) {
  const Interval normal = symmetric_interval(10, 2, 0.95);
  EXPECT_NEAR(normal.lower, 10 - 2 * 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal.upper, 10 + 2 * 1.959963984540054, 1e-12);
  const Interval t = symmetric_interval(10, 2, 0.95, 5);
  EXPECT_NEAR(t.upper, 10 + 2 * 2.5705818356363137, 1e-9);
}

// R: svyciprop of p = 0.1, se = 0.03, 20 degrees of freedom is plogis(qlogis(.1) ± qt(.975, 20) * .03/.09).
TEST(Interval, LogitStaysAmongProportions) {
  const Interval found = logit_interval(0.1, 0.03, 0.95, 20);
  EXPECT_NEAR(found.lower, 1 / (1 + std::exp(std::log(9.0) + 2.0859634472658364 / 3)), 1e-9);
  EXPECT_NEAR(found.upper, 1 / (1 + std::exp(std::log(9.0) - 2.0859634472658364 / 3)), 1e-9);
  const Interval wide = logit_interval(0.001, 0.01, 0.95);
  EXPECT_GT(wide.lower, 0);
  EXPECT_LT(wide.upper, 1);
}

TEST(Interval, WhatIsNotKnownIsMissing) {
  for (const Interval& missing : {symmetric_interval(nan, 1, 0.95), symmetric_interval(1, nan, 0.95), symmetric_interval(1, 1, 0.95, 0),
                                  logit_interval(0, 0, 0.95), logit_interval(1, 0, 0.95), logit_interval(nan, 1, 0.95)}) {
    EXPECT_TRUE(std::isnan(missing.lower));
    EXPECT_TRUE(std::isnan(missing.upper));
  }
}

// R: quantile(1:5, c(.1, .9)) is 1.4 and 4.6.
TEST(Interval, PercentileInterpolatesAsR) {
  const Interval found = percentile_interval(std::vector<double>{3, 1, 5, 2, 4}, 0.8);
  EXPECT_DOUBLE_EQ(found.lower, 1.4);
  EXPECT_DOUBLE_EQ(found.upper, 4.6);
}

TEST(Interval, BootstrapTLeansAgainstTheSkew) {
  // t: −2, −1, 0, 1, 4; its quantiles at 0.1 and 0.9: −1.6 and 2.8.
  const std::vector<double> replicates{8, 9, 10, 11, 14}, se(5, 1.0);
  const Interval found = bootstrap_t_interval(10, 2, replicates, se, 0.8);
  EXPECT_DOUBLE_EQ(found.lower, 10 - 2.8 * 2);
  EXPECT_DOUBLE_EQ(found.upper, 10 + 1.6 * 2);
}

TEST(Interval, SaysWhatIsWrong) {
  EXPECT_THROW(symmetric_interval(1, 1, 95), Error);
  EXPECT_THROW(logit_interval(1.5, 1, 0.95), Error);
  EXPECT_THROW(percentile_interval(std::vector<double>{1}, 0.9), Error);
  EXPECT_THROW(percentile_interval(std::vector<double>{1, nan, 2}, 0.9), Error);
  EXPECT_THROW(bootstrap_t_interval(1, 1, std::vector<double>{1, 2}, std::vector<double>{1, 0}, 0.9), Error);
}

}  // namespace
}  // namespace puente
