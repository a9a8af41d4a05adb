#include "engine/statistics/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

using puente::ExactSum;
using Wide = __int128;

ExactSum sum_of(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double t : terms) sum.add(t);
  return sum;
}

/// Nearest double of an integer, digit by digit in long double where it is exact, else by the definition.
double nearest(Wide x) {
  const Wide magnitude = x < 0 ? -x : x;
  int shift = 0;
  while ((magnitude >> shift) >= (Wide{1} << 54)) ++shift;
  auto kept = static_cast<std::int64_t>(magnitude >> shift);
  const Wide rest = magnitude - (static_cast<Wide>(kept) << shift);
  if (kept >= (std::int64_t{1} << 53)) {
    const bool odd_half = kept & 1;
    const bool more = rest != 0;
    kept >>= 1;
    ++shift;
    if (odd_half && (more || (kept & 1))) ++kept;
  }
  const double value = std::ldexp(static_cast<double>(kept), shift);
  return x < 0 ? -value : value;
}

/// Terms that are multiples of 2^-40 below 2^40, with their integer total.
std::vector<double> whole_terms(std::size_t n, std::uint64_t seed, Wide& total) {
  std::mt19937_64 source(seed);
  std::vector<double> terms;
  total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const int bits = static_cast<int>(source() % 53);
    const auto m = static_cast<std::int64_t>(source() >> (63 - bits)) * ((source() & 1) ? 1 : -1);
    const int up = static_cast<int>(source() % (81 - 53));
    terms.push_back(std::ldexp(static_cast<double>(m), up - 40));
    total += static_cast<Wide>(m) << up;
  }
  return terms;
}

TEST(ExactSum, EqualsIntegerArithmetic) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Wide total;
    const std::vector<double> terms = whole_terms(1 + seed % 97, seed, total);
    EXPECT_EQ(sum_of(terms).value(), std::ldexp(nearest(total), -40)) << seed;
  }
}

TEST(ExactSum, OrderAndSplitDoNotMatter) {
  std::mt19937_64 source(7);
  std::vector<double> terms(5000);
  for (double& t : terms) t = std::ldexp(static_cast<double>(source()) - 9.2e18, static_cast<int>(source() % 60) - 120);
  ExactSum forward = sum_of(terms);
  std::shuffle(terms.begin(), terms.end(), source);
  ExactSum parts[7];
  for (std::size_t i = 0; i < terms.size(); ++i) parts[i % 7].add(terms[i]);
  ExactSum merged;
  for (const ExactSum& part : parts) merged.merge(part);
  merged.carry();
  forward.carry();
  EXPECT_TRUE(std::equal(merged.state().begin(), merged.state().end(), forward.state().begin()));
  EXPECT_EQ(merged.value(), forward.value());
}

/// Carries are looked for every 2^28 terms: beyond that many the sum is still the integer product.
TEST(ExactSum, MoreTermsThanBetweenTwoCarries) {
  const std::int64_t terms = (std::int64_t{1} << 28) + 77, mantissa = (std::int64_t{1} << 53) - 1;
  const double term = std::ldexp(static_cast<double>(-mantissa), -40);
  ExactSum sum;
  for (std::int64_t i = 0; i < terms; ++i) sum.add(term);
  EXPECT_EQ(sum.value(), std::ldexp(nearest(-static_cast<Wide>(mantissa) * terms), -40));
}

TEST(ExactSum, CancelsToTheLastBit) {
  EXPECT_EQ(sum_of({0x1p78, 0x1p-80, -0x1p78}).value(), 0x1p-80);
  EXPECT_EQ(sum_of({1e20, 1.0, -1e20, -1.0}).value(), 0.0);
  EXPECT_EQ(sum_of({-0x1p78, -0x1p78, -0x1p-80}).value(), -0x1p79);
  EXPECT_EQ(sum_of({-1.5, 0.25}).value(), -1.25);
}

TEST(ExactSum, CarriesAtTheBordersOfDigits) {
  for (int e = -80; e <= 76; ++e) {
    const double unit = std::ldexp(1.0, e);
    EXPECT_EQ(sum_of({4 * unit, -unit, -unit}).value(), 2 * unit) << e;
    EXPECT_EQ(sum_of({-4 * unit, unit, unit}).value(), -2 * unit) << e;
    ExactSum many;
    for (int i = 0; i < 100'000; ++i) many.add(i % 2 ? unit : -3 * unit);
    EXPECT_EQ(many.value(), -100'000 * unit) << e;
  }
}

TEST(ExactSum, RoundsEachTermOnceToEven) {
  EXPECT_EQ(sum_of({0x1p-81}).value(), 0.0);
  EXPECT_EQ(sum_of({0x1.8p-80}).value(), 0x1p-79);
  EXPECT_EQ(sum_of({0x1.4p-80}).value(), 0x1p-80);
  EXPECT_EQ(sum_of({-0x1.8p-80}).value(), -0x1p-79);
  EXPECT_EQ(sum_of({0x1.fffffffffffffp-29}).value(), std::nearbyint(0x1.fffffffffffffp51) * 0x1p-80);
  EXPECT_EQ(sum_of({5e-324, -5e-324, 0.0, -0.0}).value(), 0.0);
}

TEST(ExactSum, ValueRoundsTheTotalOnce) {
  // Adding in doubles would round 1 + 2^-53 down twice; the exact total lies above the half and rounds up.
  EXPECT_EQ(sum_of({1.0, 0x1p-53, 0x1p-80}).value(), 1.0 + 0x1p-52);
  EXPECT_EQ(sum_of({1.0, 0x1p-53}).value(), 1.0);
  EXPECT_EQ(sum_of({1.0 + 0x1p-52, 0x1p-53}).value(), 1.0 + 0x1p-51);
}

TEST(ExactSum, CountsWhatDoesNotFit) {
  const double infinity = std::numeric_limits<double>::infinity();
  const ExactSum sum = sum_of({1.0, 0x1p79, infinity, -infinity, std::nan("")});
  EXPECT_EQ(sum.overflow(), 4);
  EXPECT_TRUE(std::isnan(sum.value()));
  EXPECT_EQ(sum_of({0x1.fffffffffffffp78}).overflow(), 0);
}

TEST(ExactSum, MultiplesAreTermsOfOnePiece) {
  for (int e = -80; e <= 70; ++e) {
    ExactSum multiple;
    multiple.add_multiple(-(std::int64_t{1} << 40) + 1, e);
    ExactSum by_halves;
    for (int i = 0; i < 1024; ++i) by_halves.add_multiple(-(std::int64_t{1} << 30), e);
    by_halves.add_multiple(1, e);
    EXPECT_EQ(multiple.value(), by_halves.value()) << e;
    EXPECT_EQ(multiple.value(), std::ldexp(1.0 - 0x1p40, e)) << e;
  }
}

TEST(ExactSum, SubtractTakesBackWhatMergeGave) {
  Wide total;
  const ExactSum a = sum_of(whole_terms(50, 1, total)), b = sum_of(whole_terms(60, 2, total));
  ExactSum c = a;
  c.merge(b);
  c.subtract(b);
  EXPECT_EQ(c.value(), a.value());
}

TEST(ExactSum, FixedIsTheTotalInTheSmallestUnit) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Wide total;
    const ExactSum sum = sum_of(whole_terms(3 * seed, seed, total));  // in units of 2^-40, of either sign
    EXPECT_TRUE(sum.fixed() == total * (Wide{1} << 40)) << seed;
    ExactSum carried = sum;
    carried.carry();
    EXPECT_TRUE(carried.fixed() == sum.fixed()) << seed;
  }
  EXPECT_TRUE(sum_of({0x1p45, 0x1p-80}).fixed() == (Wide{1} << 125) + 1);
}

}  // namespace
