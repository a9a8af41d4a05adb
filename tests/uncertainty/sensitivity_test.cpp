// Sensitivity indices against models whose shares of variance are known in closed form, and their Monte Carlo errors against
// what many repetitions show.
#include "engine/uncertainty/sensitivity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "engine/core/elementary.hpp"
#include "engine/uncertainty/draw_design.hpp"

namespace puente {
namespace {

using Values = std::vector<double>;
using Model = std::function<double(const Values&)>;
using Indices = std::vector<SensitivityIndex>;

DrawnParameters parameters(std::size_t n) {
  DrawnParameters all;
  for (std::size_t p = 0; p < n; ++p) {
    all.names.push_back("p" + std::to_string(p));
    all.factor_of.push_back(p);
  }
  return all;
}

/// [parameter][draw], each uniform of the design mapped.
std::vector<Values> draws_of(DesignKind kind, std::int64_t n, std::uint64_t seed, std::size_t k, const std::function<double(double)>& map) {
  const DrawDesign design(kind, n, seed, parameters(k));
  std::vector<Values> x(k);
  for (std::size_t p = 0; p < k; ++p)
    for (std::int64_t d = 1; d <= n; ++d) x[p].push_back(map(design.uniform(d, p)));
  return x;
}

double normal(double u) { return inverse_normal_cdf(u); }
double angle(double u) { return std::numbers::pi * (2 * u - 1); }

Values figure_of(const std::vector<Values>& x, const Model& model) {
  Values y, at(x.size());
  for (std::size_t d = 0; d < x[0].size(); ++d) {
    for (std::size_t p = 0; p < x.size(); ++p) at[p] = x[p][d];
    y.push_back(model(at));
  }
  return y;
}

Indices first_order(const std::vector<Values>& x, const Values& y, DrawKind kind = DrawKind::independent) {
  FirstOrderIndices::Factors factors;
  for (const Values& of : x) factors.push_back({of});
  Indices indices(x.size());
  FirstOrderIndices(factors, kind).of(y, indices);
  return indices;
}

DrawKind kind_of(DesignKind kind) { return kind == DesignKind::sobol ? DrawKind::even : DrawKind::independent; }

void expect_near(const SensitivityIndex& index, double share, double most_error, const std::string& what) {
  EXPECT_LE(std::abs(index.value - share), 4 * index.error + 1e-12) << what << ": " << index.value << " ± " << index.error;
  EXPECT_LE(index.error, most_error) << what;
}

/// Shares 16/21, 4/21, 1/21, 0.
double linear(const Values& x) { return 100 + 4 * x[0] - 2 * x[1] + x[2]; }
const Values linear_shares = {16.0 / 21, 4.0 / 21, 1.0 / 21, 0};

double ishigami(const Values& x) {
  const double s = std::sin(x[1]);
  return std::sin(x[0]) + 7 * s * s + 0.1 * x[2] * x[2] * x[2] * x[2] * std::sin(x[0]);
}
const Values ishigami_first = {.3139, .4424, 0}, ishigami_total = {.5576, .4424, .2437};

TEST(FirstOrder, OfALinearModelAreItsShares) {
  for (const DesignKind kind : {DesignKind::random, DesignKind::sobol, DesignKind::latin}) {
    const auto x = draws_of(kind, 2000, 11, 4, normal);
    const Indices found = first_order(x, figure_of(x, linear), kind_of(kind));
    for (std::size_t p = 0; p < 4; ++p) expect_near(found[p], linear_shares[p], .04, design_names()[static_cast<std::size_t>(kind)] + std::to_string(p));
  }
}

TEST(FirstOrder, OfIshigamisFunctionAreThePublishedOnes) {
  for (const DesignKind kind : {DesignKind::random, DesignKind::sobol}) {
    const auto x = draws_of(kind, 4000, 5, 3, angle);
    const Indices found = first_order(x, figure_of(x, ishigami), kind_of(kind));
    for (std::size_t p = 0; p < 3; ++p) expect_near(found[p], ishigami_first[p], .03, std::to_string(p));
  }
}

TEST(FirstOrder, OfTheOnlyParameterIsAll) {
  const auto x = draws_of(DesignKind::random, 1000, 2, 1, normal);
  EXPECT_NEAR(first_order(x, figure_of(x, [](const Values& v) { return 3 - 2 * v[0]; }))[0].value, 1, 1e-12);  // to the tails: the slope
  EXPECT_NEAR(first_order(x, figure_of(x, [](const Values& v) { return v[0] * v[0]; }))[0].value, 1, .02);
}

/// What the definition says, by sorting and least squares of a dense matrix: slow and obvious.
double by_least_squares(const Values& x, const Values& y) {
  const std::size_t n = y.size(), bins = 9;  // of 997 draws
  Values sorted = x;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Values> columns(2 * bins, Values(n, 0));
  for (std::size_t d = 0; d < n; ++d) {
    const auto rank = static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), x[d]) - sorted.begin());
    columns[rank * bins / n][d] = 1;
    columns[bins + rank * bins / n][d] = x[d];
  }
  Values rest = y;  // Gram-Schmidt
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t e = 0; e < c; ++e) {
      const double along = std::inner_product(columns[c].begin(), columns[c].end(), columns[e].begin(), 0.0);
      for (std::size_t d = 0; d < n; ++d) columns[c][d] -= along * columns[e][d];
    }
    const double length = std::sqrt(std::inner_product(columns[c].begin(), columns[c].end(), columns[c].begin(), 0.0));
    for (double& v : columns[c]) v /= length;
    const double along = std::inner_product(rest.begin(), rest.end(), columns[c].begin(), 0.0);
    for (std::size_t d = 0; d < n; ++d) rest[d] -= along * columns[c][d];
  }
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(n);
  double all = 0, left = 0;
  for (std::size_t d = 0; d < n; ++d) all += (y[d] - mean) * (y[d] - mean), left += rest[d] * rest[d];
  const double p = static_cast<double>(2 * bins), count = static_cast<double>(n);
  return 1 - left / all * (count - 1) / (count - p);
}

TEST(FirstOrder, IsWhatLeastSquaresSays) {
  const auto x = draws_of(DesignKind::random, 997, 4, 3, angle);
  const Values y = figure_of(x, ishigami);
  const Indices found = first_order(x, y);
  for (std::size_t p = 0; p < 3; ++p) EXPECT_NEAR(found[p].value, by_least_squares(x[p], y), 1e-10) << p;
}

TEST(FirstOrder, LeavesOutDrawsInWhichTheFigureIsMissing) {
  auto x = draws_of(DesignKind::random, 1000, 4, 2, normal);
  Values y = figure_of(x, [](const Values& v) { return v[0] + v[1] * v[1]; });
  const Indices whole = first_order(x, y);
  FirstOrderIndices indices({{x[0]}, {x[1]}}, DrawKind::independent);
  Values holed = y;
  std::vector<Values> kept(2);
  Values kept_y;
  for (std::size_t d = 0; d < 1000; ++d) {
    if (d % 7 == 3) holed[d] = NAN;
    else kept[0].push_back(x[0][d]), kept[1].push_back(x[1][d]), kept_y.push_back(y[d]);
  }
  const Indices expected = first_order(kept, kept_y);
  Indices found(2);
  for (int again = 0; again < 2; ++again) {
    indices.of(holed, found);
    for (std::size_t p = 0; p < 2; ++p) {
      EXPECT_EQ(found[p].value, expected[p].value);
      EXPECT_EQ(found[p].error, expected[p].error);
    }
    indices.of(y, found);
    for (std::size_t p = 0; p < 2; ++p) EXPECT_EQ(found[p].value, whole[p].value);
  }
  for (std::size_t d = 0; d < 1000; ++d)
    if (d >= fewest_draws - 1) holed[d] = NAN;
  indices.of(holed, found);
  EXPECT_TRUE(std::isnan(found[0].value));
}

TEST(FirstOrder, OfDiscreteParametersHasABinAValue) {
  // Three values, equally likely: y = x + noise; shares (2/3) / (2/3 + 1).
  const auto u = draws_of(DesignKind::random, 3000, 9, 2, [](double v) { return v; });
  Values x, y;
  for (std::size_t d = 0; d < 3000; ++d) {
    x.push_back(std::floor(3 * u[0][d]));
    y.push_back(x[d] + normal(u[1][d]));
  }
  expect_near(first_order({x}, y)[0], .4, .03, "three values");
  Values rare(3000, 0);
  rare[17] = 1;  // one draw alone: gone without its block
  const SensitivityIndex lone = first_order({rare}, y)[0];
  EXPECT_NEAR(lone.value, 0, .01);
  EXPECT_TRUE(std::isfinite(lone.error));
  // Half of the draws tied: they stay in one bin.
  Values tied;
  for (std::size_t d = 0; d < 3000; ++d) tied.push_back(std::max(0.0, u[0][d] - .5));
  Values of_tied = tied;
  EXPECT_NEAR(first_order({tied}, of_tied)[0].value, 1, 1e-12);
}

TEST(FirstOrder, OfNothingToExplainIsMissing) {
  const auto x = draws_of(DesignKind::random, 100, 1, 1, normal);
  Values constant(100, 1234.5);
  for (std::size_t d = 0; d < 100; d += 3) constant[d] += 2e-13 * 1234.5;  // rounding
  EXPECT_TRUE(std::isnan(first_order(x, constant)[0].value));
  EXPECT_TRUE(std::isnan(first_order(x, Values(100, 0))[0].value));
  EXPECT_EQ(first_order({Values(100, 3)}, x[0])[0].value, 0);
}

TEST(FirstOrder, OfFewDrawsIsWideButThere) {
  const auto x = draws_of(DesignKind::random, 50, 21, 4, normal);
  const Indices found = first_order(x, figure_of(x, linear));
  for (std::size_t p = 0; p < 4; ++p) expect_near(found[p], linear_shares[p], .4, std::to_string(p));
  const auto few = draws_of(DesignKind::random, 49, 21, 4, normal);
  EXPECT_TRUE(std::isnan(first_order(few, figure_of(few, linear))[0].value));
}

TEST(FirstOrder, OfACorrelatedGroupIsThatOfAllItsParameters) {
  // a and b correlated by 0.8, c alone: y = a - b + a·b + c.
  const auto z = draws_of(DesignKind::random, 2000, 3, 3, normal);
  Values a = z[0], b, y;
  for (std::size_t d = 0; d < 2000; ++d) {
    b.push_back(.8 * z[0][d] + .6 * z[1][d]);
    y.push_back(a[d] - b[d] + a[d] * b[d] + z[2][d]);
  }
  const double group = 2 - 1.6 + 1 + .64;  // Var(a - b) + Var(ab), of normals
  Indices found(2);
  FirstOrderIndices({{a, b}, {z[2]}}, DrawKind::independent).of(y, found);
  expect_near(found[0], group / (group + 1), .04, "group");
  expect_near(found[1], 1 / (group + 1), .04, "alone");
  // A third that tells the same as the first adds nothing.
  Indices again(1);
  Values twice = a;
  for (double& v : twice) v = 5 + 3 * v;
  FirstOrderIndices({{a, b, twice}}, DrawKind::independent).of(y, again);
  EXPECT_NEAR(again[0].value, found[0].value, 1e-9);
}

TEST(FirstOrder, OfALargeGroupAndFewDrawsIsLinearOrMissing) {
  const auto x = draws_of(DesignKind::random, 60, 8, 6, normal);
  const Values y = figure_of(x, [](const Values& v) { return v[0] + v[5]; });
  FirstOrderIndices five({{x[0], x[1], x[2], x[3], x[5]}}, DrawKind::independent), six({x}, DrawKind::independent);
  Indices found(1);
  five.of(y, found);
  EXPECT_NEAR(found[0].value, 1, 1e-12);
  EXPECT_TRUE(five.known(0));
  EXPECT_FALSE(six.known(0));
  six.of(y, found);
  EXPECT_TRUE(std::isnan(found[0].value));
}

/// Root mean square error over the root of the mean squared Monte Carlo error.
struct Calibration {
  void add(const SensitivityIndex& index, double share) {
    errors += (index.value - share) * (index.value - share);
    told += index.error * index.error;
  }
  double ratio() const { return std::sqrt(errors / told); }
  double errors = 0, told = 0;
};

struct Case {
  const char* name;
  Model model;
  double (*map)(double);
  Values shares;
};
const std::vector<Case> cases = {{"linear", linear, normal, linear_shares}, {"Ishigami", ishigami, angle, ishigami_first}};

std::vector<Calibration> calibrations(const Case& model, DesignKind design, std::int64_t draws) {
  std::vector<Calibration> of(model.shares.size());
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto x = draws_of(design, draws, seed, of.size(), model.map);
    const Indices found = first_order(x, figure_of(x, model.model), kind_of(design));
    for (std::size_t p = 0; p < of.size(); ++p) of[p].add(found[p], model.shares[p]);
  }
  return of;
}

TEST(FirstOrder, MonteCarloErrorsAreTrue) {
  for (const Case& model : cases)
    for (const std::int64_t n : {100, 300, 1000}) {
      const std::vector<Calibration> of = calibrations(model, DesignKind::random, n);
      for (std::size_t p = 0; p < of.size(); ++p) {
        EXPECT_GT(of[p].ratio(), .7) << model.name << ", " << n << " draws, parameter " << p;
        EXPECT_LT(of[p].ratio(), 1.3) << model.name << ", " << n << " draws, parameter " << p;
      }
    }
}

TEST(FirstOrder, MonteCarloErrorsOfAGroupAreTrue) {
  Calibration of_group, of_nothing;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto z = draws_of(DesignKind::random, 300, seed, 5, normal);
    Values b, y;
    for (std::size_t d = 0; d < 300; ++d) {
      b.push_back(.8 * z[0][d] + .6 * z[1][d]);
      y.push_back(z[0][d] - b[d] + z[0][d] * b[d] + z[2][d]);
    }
    Indices found(2);
    FirstOrderIndices({{z[0], b}, {z[3], z[4]}}, DrawKind::independent).of(y, found);
    of_group.add(found[0], 2.04 / 3.04);
    of_nothing.add(found[1], 0);
  }
  for (const Calibration& of : {of_group, of_nothing}) {
    EXPECT_GT(of.ratio(), .7);
    EXPECT_LT(of.ratio(), 1.3);
  }
}

TEST(FirstOrder, MonteCarloErrorsOfEvenlySpreadDrawsAreLimits) {
  for (const Case& model : cases)
    for (const std::int64_t n : {100, 300, 1000, 1024}) {
      const std::vector<Calibration> of = calibrations(model, DesignKind::sobol, n);
      for (std::size_t p = 0; p < of.size(); ++p) EXPECT_LT(of[p].ratio(), 1) << model.name << ", " << n << " draws, parameter " << p;
    }
}

struct Saltelli {
  Indices first, total;
};

Saltelli saltelli(std::int64_t rows, std::uint64_t seed, std::size_t k, const std::function<double(double)>& map, const Model& model) {
  const auto x = draws_of(DesignKind::saltelli, rows * static_cast<std::int64_t>(k + 2), seed, k, map);
  Saltelli found{Indices(k), Indices(k)};
  SaltelliIndices(k).of(figure_of(x, model), found.first, found.total);
  return found;
}

TEST(Saltelli, OfALinearModelAreItsShares) {
  const Saltelli found = saltelli(1024, 3, 4, normal, linear);
  for (std::size_t p = 0; p < 4; ++p) {
    expect_near(found.first[p], linear_shares[p], .06, "first" + std::to_string(p));
    expect_near(found.total[p], linear_shares[p], .06, "total" + std::to_string(p));
  }
  EXPECT_EQ(found.total[3].value, 0);
  EXPECT_EQ(found.first[3].value, 0);
}

TEST(Saltelli, OfIshigamisFunctionAreThePublishedOnes) {
  const Saltelli found = saltelli(2048, 3, 3, angle, ishigami);
  for (std::size_t p = 0; p < 3; ++p) {
    expect_near(found.first[p], ishigami_first[p], .04, "first" + std::to_string(p));
    expect_near(found.total[p], ishigami_total[p], .04, "total" + std::to_string(p));
    EXPECT_NEAR(found.first[p].value, ishigami_first[p], .02) << p;
    EXPECT_NEAR(found.total[p].value, ishigami_total[p], .02) << p;
  }
}

TEST(Saltelli, RowsWithAMissingFigureAreLeftOut) {
  const auto x = draws_of(DesignKind::saltelli, 100 * 5, 3, 3, angle);
  Values y = figure_of(x, ishigami), shorter;
  for (std::size_t d = 0; d < y.size(); ++d)
    if (d / 5 % 10 != 4) shorter.push_back(y[d]);
    else if (d % 5 == 2) y[d] = NAN;
  Saltelli found{Indices(3), Indices(3)}, expected = found;
  SaltelliIndices(3).of(y, found.first, found.total);
  SaltelliIndices(3).of(shorter, expected.first, expected.total);
  for (std::size_t p = 0; p < 3; ++p) {
    EXPECT_EQ(found.first[p].value, expected.first[p].value);
    EXPECT_EQ(found.total[p].error, expected.total[p].error);
  }
  SaltelliIndices(3).of(std::span(shorter).first(19 * 5), found.first, found.total);
  EXPECT_TRUE(std::isnan(found.first[0].value));
  SaltelliIndices(3).of(Values(500, 7.0), found.first, found.total);
  EXPECT_TRUE(std::isnan(found.total[0].value));
}

/// Rows of independent draws, so that the jackknife can be held against what many repetitions show.
TEST(Saltelli, MonteCarloErrorsAreTrue) {
  std::vector<Calibration> first(3), total(3);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto ab = draws_of(DesignKind::random, 500, seed, 6, angle);
    Values y;
    for (std::size_t row = 0; row < 500; ++row)
      for (std::size_t block = 0; block < 5; ++block) {
        Values at;
        for (std::size_t p = 0; p < 3; ++p) at.push_back(ab[block == 1 || block == p + 2 ? p + 3 : p][row]);
        y.push_back(ishigami(at));
      }
    Saltelli found{Indices(3), Indices(3)};
    SaltelliIndices(3).of(y, found.first, found.total);
    for (std::size_t p = 0; p < 3; ++p) {
      first[p].add(found.first[p], ishigami_first[p]);
      total[p].add(found.total[p], ishigami_total[p]);
    }
  }
  for (std::size_t p = 0; p < 3; ++p)
    for (const Calibration& of : {first[p], total[p]}) {
      EXPECT_GT(of.ratio(), .75) << p;
      EXPECT_LT(of.ratio(), 1.3) << p;
    }
}

}  // namespace
}  // namespace puente
