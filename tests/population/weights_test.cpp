// Calibrated weights: the bounded function, and Newton's steps against a slow twin.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/population/synthesis/linear.hpp"
#include "engine/population/synthesis/weights.hpp"

namespace puente {
namespace {

using Counts = std::vector<std::pair<int, int>>;

TEST(WeightFunction, IsOneAtZeroAndStaysInItsBounds) {
  const WeightFunction g{0.25, 4};
  double derivative = 0;
  EXPECT_EQ(g.at(0, &derivative), std::int64_t{1} << 24);
  EXPECT_NEAR(derivative, 1, 1e-12);  // g′(0) = 1, whatever the bounds
  EXPECT_EQ(g.at(-1e6, nullptr), std::int64_t{1} << 22);
  EXPECT_EQ(g.at(1e6, nullptr), std::int64_t{1} << 26);
}

TEST(WeightFunction, DerivativeIsThatOfTheFunction) {
  const WeightFunction g{0.2, 5};
  for (const double u : {-1.5, -0.3, 0.4, 2.0}) {
    double derivative = 0;
    g.at(u, &derivative);
    const double slope = static_cast<double>(g.at(u + 1e-3, nullptr) - g.at(u - 1e-3, nullptr)) * weight_unit / 2e-3;
    EXPECT_NEAR(slope, derivative, 1e-4) << u;
  }
}

struct House {
  Counts counts;
  std::size_t cell;
  int persons;
};

/// Households of two cells with two common counts.
std::vector<House> houses() {
  std::vector<House> all;
  for (int h = 0; h < 60; ++h) all.push_back({{{0, 1 + h % 3}, {1, h % 2}}, static_cast<std::size_t>(h % 5 == 0), 2 + h % 4});
  return all;
}

WeightSums sums_of(const std::vector<House>& all, const WeightFunction& g, const Multipliers& m) {
  WeightSums sums(2, 2);
  for (const House& house : all) {
    double u = m.cell[house.cell] * house.persons, derivative = 0;
    for (const auto& [i, count] : house.counts) u += m.common[static_cast<std::size_t>(i)] * count;
    const std::int64_t weight = g.at(u, &derivative);
    sums.add(house.counts, house.cell, house.persons, weight, derivative);
  }
  return sums;
}

TEST(WeightSums, StepsMeetTheTargets) {
  const std::vector<House> all = houses();
  const WeightFunction g{0.25, 4};
  Multipliers m{{0, 0}, {0, 0}}, change;
  WeightTargets targets;
  targets.total = sums_of(all, g, m).totals();
  targets.common = 2;
  targets.total[0] *= 1.08;
  targets.total[1] *= 0.9;
  targets.total[3] *= 1.2;
  for (int step = 0; step < 8; ++step) {
    ASSERT_TRUE(sums_of(all, g, m).step(targets, change));
    for (std::size_t i = 0; i < 2; ++i) {
      m.common[i] += change.common[i];
      m.cell[i] += change.cell[i];
    }
  }
  const std::vector<double> reached = sums_of(all, g, m).totals();
  for (std::size_t i = 0; i < reached.size(); ++i) EXPECT_NEAR(reached[i], targets.total[i], 1e-5) << i;
}

/// The arrow is solved as the whole matrix is.
TEST(WeightSums, AStepIsThatOfTheWholeSystem) {
  const std::vector<House> all = houses();
  const WeightFunction g{0.25, 4};
  const Multipliers m{{0.05, -0.1}, {0.02, -0.03}};
  const WeightSums sums = sums_of(all, g, m);
  WeightTargets targets;
  targets.total = {130, 25, 150, 60};
  targets.common = 2;
  Multipliers change;
  ASSERT_TRUE(sums.step(targets, change));
  Matrix whole(4);
  std::vector<double> right = targets.total;
  const std::vector<double> reached = sums.totals();
  for (std::size_t i = 0; i < 4; ++i) right[i] -= reached[i];
  for (const House& house : all) {
    double x[4] = {0, 0, 0, 0}, u = 0, derivative = 0;
    for (const auto& [i, count] : house.counts) x[i] = count;
    x[2 + house.cell] = house.persons;
    for (std::size_t i = 0; i < 4; ++i) u += x[i] * (i < 2 ? m.common[i] : m.cell[i - 2]);
    g.at(u, &derivative);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) whole(i, j) += derivative * x[i] * x[j];
  }
  ASSERT_TRUE(solve_symmetric(whole, right));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(i < 2 ? change.common[i] : change.cell[i - 2], right[i], 1e-5) << i;
}

TEST(WeightSums, PartsAddInAnyOrder) {
  const std::vector<House> all = houses();
  const WeightFunction g{0.25, 4};
  const Multipliers m{{0.05, -0.1}, {0.02, -0.03}};
  WeightSums odd = sums_of({all.begin(), all.begin() + 17}, g, m);
  const WeightSums rest = sums_of({all.begin() + 17, all.end()}, g, m);
  odd.merge(rest);
  WeightSums whole = sums_of(all, g, m);
  EXPECT_EQ(odd.state(), whole.state());
}

TEST(SolveSymmetric, ByHandAndSingular) {
  Matrix m(2);
  m(0, 0) = 4;
  m(0, 1) = m(1, 0) = 2;
  m(1, 1) = 3;
  std::vector<double> x = {10, 9};
  ASSERT_TRUE(solve_symmetric(m, x));
  EXPECT_DOUBLE_EQ(x[0], 1.5);
  EXPECT_DOUBLE_EQ(x[1], 2);
  Matrix singular(2);
  singular(0, 0) = singular(0, 1) = singular(1, 0) = singular(1, 1) = 1;
  EXPECT_FALSE(solve_symmetric(singular, x));
}

}  // namespace
}  // namespace puente
