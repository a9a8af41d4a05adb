#include "engine/core/elementary.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

/// Distance from the true value in units of the last place of the result.
double ulps(double got, long double truth) {
  const auto nearest = static_cast<double>(truth);
  const double unit = std::nextafter(std::fabs(nearest), infinity) - std::fabs(nearest);
  return static_cast<double>(std::fabs((static_cast<long double>(got) - truth) / unit));
}

/// Any bit pattern: all exponents, both signs, subnormals, infinities and NaN.
std::vector<double> any_doubles(std::size_t n) {
  std::mt19937_64 source(1);
  std::vector<double> x(n);
  for (double& v : x) v = std::bit_cast<double>(source());
  const double special[] = {0.0,      -0.0,          infinity, -infinity, not_a_number, 5e-324, -5e-324, 0x1p-1022,
                            0x1p1023, 709.782712893, 709.8,    -745.13,   -745.14,      -746.5, 1.0,     0.70710678118654752};
  std::copy(std::begin(special), std::end(special), x.begin() + 5);
  return x;
}

std::vector<double> between(double low, double high, std::size_t n) {
  std::mt19937_64 source(2);
  std::uniform_real_distribution<double> draw(low, high);
  std::vector<double> x(n);
  for (double& v : x) v = draw(source);
  return x;
}

template <class F, class Truth>
double worst(const std::vector<double>& xs, F f, Truth truth) {
  double most = 0;
  for (const double x : xs) most = std::max(most, ulps(f(x), truth(x)));
  return most;
}

TEST(Elementary, ArraysHaveTheBitsOfScalars) {
  std::vector<double> x = any_doubles(4'000'003);
  const std::vector<double> usual = between(-800, 800, 1'000'000);
  x.insert(x.end(), usual.begin(), usual.end());
  std::vector<double> e(x.size()), l(x.size());
  puente::exp(x.data(), x.size(), e.data());
  puente::log(x.data(), x.size(), l.data());
  std::size_t different = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    different += !same_bits(e[i], puente::exp(x[i]));
    different += !same_bits(l[i], puente::log(x[i]));
  }
  EXPECT_EQ(different, 0u);
}

TEST(Elementary, ArraysOfPowersHaveTheBitsOfScalars) {
  std::vector<double> x = any_doubles(300'003), y = between(-70, 70, x.size());
  const std::vector<double> usual = between(0, 30, 300'000), exponents = between(-3, 3, usual.size());
  x.insert(x.end(), usual.begin(), usual.end());
  y.insert(y.end(), exponents.begin(), exponents.end());
  const double special[] = {0.0, -0.0, 0.5, -0.5, 1, 2, 8, -3, 64, 65, 1.7, 1e300, infinity, -infinity, not_a_number};
  for (std::size_t i = 0; i < y.size(); i += 3) y[i] = special[i / 3 % std::size(special)];
  std::vector<double> powers(x.size());
  puente::pow(x.data(), y.data(), x.size(), powers.data());
  std::size_t different = 0;
  for (std::size_t i = 0; i < x.size(); ++i) different += !same_bits(powers[i], puente::pow(x[i], y[i]));
  for (const double exponent : special) {
    powers = x;
    puente::pow(powers.data(), exponent, x.size(), powers.data());  // in place
    for (std::size_t i = 0; i < x.size(); ++i) different += !same_bits(powers[i], puente::pow(x[i], exponent));
  }
  EXPECT_EQ(different, 0u);
}

TEST(Elementary, ArraysOfInverseNormalsHaveTheBitsOfScalars) {
  std::vector<double> p = between(0, 1, 400'003);
  for (std::size_t i = 0; i < p.size(); i += 5) p[i] = std::exp(-700 * p[i]);
  const double special[] = {0.0, 1.0, 0x1p-53, 1 - 0x1p-53, 0.075, 0.925, 0.5, 1e-12, 5e-324, -1.0, 2.0, not_a_number};
  std::copy(std::begin(special), std::end(special), p.begin() + 7);
  std::vector<double> x(p.size());
  puente::inverse_normal_cdf(p.data(), p.size(), x.data());
  std::size_t different = 0;
  for (std::size_t i = 0; i < p.size(); ++i) different += !same_bits(x[i], puente::inverse_normal_cdf(p[i]));
  EXPECT_EQ(different, 0u);
}

TEST(Elementary, ExpIsWithinOneUlp) {
  const auto truth = [](double x) { return std::exp(static_cast<long double>(x)); };
  for (const auto& [low, high] : {std::pair{-1.0, 1.0}, {-708.0, 709.0}, {-745.0, -708.0}, {-1e-9, 1e-9}})
    EXPECT_LT(worst(between(low, high, 1'000'000), [](double x) { return puente::exp(x); }, truth), 1.0);
}

TEST(Elementary, LogIsWithinOneUlp) {
  const auto truth = [](double x) { return std::log(static_cast<long double>(x)); };
  for (const auto& [low, high] : {std::pair{0.5, 2.0}, {0.999, 1.001}, {0.0, 1e6}, {0.0, 1e-307}, {1e300, 1.7e308}})
    EXPECT_LT(worst(between(low, high, 1'000'000), [](double x) { return puente::log(x); }, truth), 1.0);
}

TEST(Elementary, EndsOfTheRange) {
  EXPECT_EQ(puente::exp(0.0), 1.0);
  EXPECT_EQ(puente::exp(infinity), infinity);
  EXPECT_EQ(puente::exp(-infinity), 0.0);
  EXPECT_EQ(puente::exp(709.79), infinity);
  EXPECT_EQ(puente::exp(-745.2), 0.0);
  EXPECT_GT(puente::exp(-745.0), 0.0);
  EXPECT_TRUE(std::isnan(puente::exp(not_a_number)));
  EXPECT_EQ(puente::log(1.0), 0.0);
  EXPECT_EQ(puente::log(infinity), infinity);
  EXPECT_EQ(puente::log(0.0), -infinity);
  EXPECT_EQ(puente::log(-0.0), -infinity);
  EXPECT_TRUE(std::isnan(puente::log(-1.0)));
  EXPECT_TRUE(std::isnan(puente::log(-infinity)));
  EXPECT_TRUE(std::isnan(puente::log(not_a_number)));
}

TEST(Elementary, PowByMultiplicationAndRoots) {
  EXPECT_EQ(puente::pow(-2.0, 3.0), -8.0);
  EXPECT_EQ(puente::pow(1.5, 2.0), 2.25);
  EXPECT_EQ(puente::pow(2.0, -3.0), 0.125);
  EXPECT_EQ(puente::pow(7.0, 0.0), 1.0);
  EXPECT_EQ(puente::pow(2.0, 0.5), std::sqrt(2.0));
  EXPECT_EQ(puente::pow(2.0, -0.5), 1.0 / std::sqrt(2.0));
  EXPECT_EQ(puente::pow(0.0, 0.3), 0.0);
  EXPECT_EQ(puente::pow(0.0, -0.3), infinity);
  EXPECT_EQ(puente::pow(infinity, 0.3), infinity);
  EXPECT_EQ(puente::pow(infinity, -0.3), 0.0);
  EXPECT_EQ(puente::pow(10.0, 400.5), infinity);
  EXPECT_EQ(puente::pow(10.0, -400.5), 0.0);
  EXPECT_EQ(puente::pow(1.0, 0.3), 1.0);
  EXPECT_TRUE(std::isnan(puente::pow(-2.0, 0.3)));
  EXPECT_TRUE(std::isnan(puente::pow(not_a_number, 0.0)));
  EXPECT_TRUE(std::isnan(puente::pow(2.0, not_a_number)));
}

TEST(Elementary, PowToTheLastDigits) {
  std::mt19937_64 source(3);
  std::uniform_real_distribution<double> log_x(-30, 30), exponent(-10, 10);
  double most = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const double x = std::exp(log_x(source)), y = exponent(source);
    const long double truth = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    most = std::max(most, static_cast<double>(std::fabs(puente::pow(x, y) / truth - 1)));
  }
  EXPECT_LT(most, 1e-15);
}

/// Newton's correction of x towards Φ(x) = p in long double.
long double inverse_by_newton(double p, double start) {
  const long double root_two = std::sqrt(2.0L), density = 1 / std::sqrt(8 * std::atan(1.0L));
  long double x = start;
  for (int i = 0; i < 3; ++i)
    x -= (std::erfc(-x / root_two) / 2 - static_cast<long double>(p)) / (density * std::exp(-x * x / 2));
  return x;
}

TEST(Elementary, InverseNormalAgainstTheErrorFunction) {
  std::mt19937_64 source(4);
  std::uniform_real_distribution<double> uniform(0.0, 1.0), log_p(-700, -1);
  double most = 0;
  for (int i = 0; i < 400'000; ++i) {
    const double p = i % 2 ? uniform(source) : std::exp(log_p(source));
    const double x = puente::inverse_normal_cdf(p);
    // Above one half p itself is coarse: the error in x that p's own ulp makes is not ours.
    if (p > 0.9) continue;
    most = std::max(most, static_cast<double>(std::fabs(x - inverse_by_newton(p, x)) / std::max(std::fabs(x), 0.1)));
  }
  EXPECT_LT(most, 2e-15);
  EXPECT_EQ(puente::inverse_normal_cdf(0.5), 0.0);
  EXPECT_EQ(puente::inverse_normal_cdf(0.25), -puente::inverse_normal_cdf(0.75));
}

}  // namespace
