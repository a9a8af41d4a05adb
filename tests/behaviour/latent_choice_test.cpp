// What is drawn of children's unseen taste given what they are seen to do: distributed as the model says, and never against
// what is seen.
#include "engine/behaviour/latent_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace puente {
namespace {

constexpr double eulers_constant = 0.57721566490153286, gumbel_variance = 1.6449340668482264;

class Dice {
 public:
  double uniform() { return (static_cast<double>(bits_() >> 12) + 0.5) * 0x1p-52; }
  double gumbel() { return -std::log(-std::log(uniform())); }
  double normal() { return normal_(bits_); }

 private:
  std::mt19937_64 bits_{20240101};
  std::normal_distribution<double> normal_;
};

/// A child that has chosen by utilities v.
std::size_t choice_of(const std::vector<double>& v, Dice& dice) {
  std::vector<double> u;
  for (const double x : v) u.push_back(x + dice.gumbel());
  return static_cast<std::size_t>(std::max_element(u.begin(), u.end()) - u.begin());
}

/// Largest distance between the sample's distribution function and `cdf`, over its critical value at 0.1 %.
double distance(std::vector<double> sample, const std::function<double(double)>& cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double most = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double p = cdf(sample[i]), at = static_cast<double>(i) / n;
    most = std::max({most, std::fabs(p - at), std::fabs(p - at - 1 / n)});
  }
  return most * std::sqrt(n) / 1.95;
}

class LatentDrawTest : public testing::TestWithParam<std::vector<double>> {};

TEST_P(LatentDrawTest, ResidualsAreGumbelOverAllChoices) {
  const std::vector<double> v = GetParam();
  constexpr std::size_t n = 100000;
  std::vector<std::vector<double>> residual(v.size());
  Dice dice;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t k = choice_of(v, dice);
    const double u[] = {dice.uniform(), dice.uniform(), dice.uniform()};
    const LatentDraw draw = draw_latent(v, k, u);
    for (std::size_t j = 0; j < v.size(); ++j) residual[j].push_back(draw.top + v[k] + draw.gap[j] - v[j]);
  }
  for (const std::vector<double>& r : residual) {
    double mean = 0, variance = 0;
    for (const double x : r) mean += x / static_cast<double>(n);
    for (const double x : r) variance += (x - mean) * (x - mean) / static_cast<double>(n);
    EXPECT_NEAR(mean, eulers_constant, 4 * std::sqrt(gumbel_variance / static_cast<double>(n)));
    EXPECT_NEAR(variance, gumbel_variance, 0.04);
    EXPECT_LT(distance(r, [](double x) { return std::exp(-std::exp(-x)); }), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Utilities, LatentDrawTest,
                         testing::Values(std::vector<double>{0, 0.7}, std::vector<double>{0, -1, 1.5}, std::vector<double>{3, 0, 2.5}));

/// The formulas as they stand in EVIDENCE B.1, in more digits.
TEST(LatentDraw, EqualsItsFormulas) {
  Dice dice;
  for (int i = 0; i < 10000; ++i) {
    const std::vector<double> v = {0, 3 * dice.normal(), 3 * dice.normal()};
    const std::size_t k = choice_of(v, dice);
    const double u[] = {dice.uniform(), dice.uniform(), dice.uniform()};
    const LatentDraw draw = draw_latent(v, k, u);
    long double sum = 0;
    for (const double x : v) sum += std::exp(static_cast<long double>(x));
    const long double best = std::log(sum) - std::log(-std::log(static_cast<long double>(u[0])));
    std::size_t next = 1;
    for (std::size_t j = 0; j < 3; ++j) {
      const long double other = j == k ? best : v[j] - std::log(std::exp(v[j] - best) - std::log(static_cast<long double>(u[next++])));
      EXPECT_NEAR(draw.gap[j], static_cast<double>(other - best), 1e-13 * (1 + std::fabs(draw.gap[j])));
    }
    EXPECT_NEAR(draw.top, static_cast<double>(best - v[k]), 1e-13 * (1 + std::fabs(draw.top)));
  }
}

TEST(LatentDraw, UtilitiesFarApartStayFinite) {
  const double u[] = {1e-16, 0.5, 1 - 0x1p-53}, v[] = {0, 900, -900};
  for (std::size_t k = 0; k < 3; ++k)
    for (const double gap : draw_latent(v, k, u).gap) {
      EXPECT_TRUE(std::isfinite(gap)) << k;
      EXPECT_LE(gap, 0) << k;
    }
}

/// n children with utilities of their own; what changes of them.
struct Cases {
  explicit Cases(std::size_t n, std::size_t alternatives, double spread) {
    Dice dice;
    for (std::size_t j = 0; j < alternatives; ++j) {
      gap[j].resize(n);
      change[j].resize(n);
    }
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> v;
      for (std::size_t j = 0; j < alternatives; ++j) v.push_back(j == 0 ? 0 : spread * dice.normal());
      const double u[] = {dice.uniform(), dice.uniform(), dice.uniform()};
      seen.push_back(static_cast<std::uint8_t>(choice_of(v, dice)));
      const LatentDraw draw = draw_latent(v, seen.back(), u);
      for (std::size_t j = 0; j < alternatives; ++j) {
        gap[j][i] = draw.gap[j];
        change[j][i] = dice.normal();
      }
    }
  }
  std::vector<std::uint8_t> chosen(std::size_t alternatives, const std::array<std::vector<double>, 3>& by) const {
    std::vector<std::uint8_t> result(seen.size());
    choose({gap[0].data(), gap[1].data(), gap[2].data()}, {by[0].data(), by[1].data(), by[2].data()}, seen, alternatives, result.data());
    return result;
  }
  std::array<std::vector<double>, 3> gap, change;
  std::vector<std::uint8_t> seen;
};

TEST(Choose, ReproducesWhatIsSeenWhereNothingChanges) {
  for (const std::size_t alternatives : {2, 3}) {
    const Cases cases(500000, alternatives, 3);
    for (const double same : {0.0, 0.1, -12.7}) {
      std::array<std::vector<double>, 3> all;
      for (auto& column : all) column.assign(cases.seen.size(), same);
      EXPECT_EQ(cases.chosen(alternatives, all), cases.seen) << "the same change of every alternative moves nobody";
    }
  }
}

TEST(Choose, TakesTheBestAsAPlainLoopDoes) {
  for (const std::size_t alternatives : {2, 3}) {
    const Cases cases(20001, alternatives, 1);
    const std::vector<std::uint8_t> chosen = cases.chosen(alternatives, cases.change);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      std::size_t best = cases.seen[i];
      for (std::size_t j = 0; j < alternatives; ++j)
        if (cases.gap[j][i] + cases.change[j][i] > cases.gap[best][i] + cases.change[best][i]) best = j;
      ASSERT_EQ(chosen[i], best) << i;
      moved += best != cases.seen[i];
    }
    EXPECT_GT(moved, 4000U);
  }
}

TEST(Choose, MorePullOfAnAlternativeTakesNobodyOutOfIt) {
  const Cases cases(50000, 3, 1);
  auto change = cases.change;
  std::vector<std::uint8_t> before = cases.chosen(3, change);
  for (int step = 0; step < 5; ++step) {
    for (double& x : change[2]) x += 0.3;
    const std::vector<std::uint8_t> now = cases.chosen(3, change);
    for (std::size_t i = 0; i < now.size(); ++i) ASSERT_TRUE(now[i] == before[i] || now[i] == 2) << i;
    EXPECT_NE(now, before);
    before = now;
  }
}

/// Over all choices that siblings of a given taste make, what is drawn of it has its distribution.
TEST(Taste, IsNormalOverAllChoicesOfSiblings) {
  constexpr double sd = 1.3;
  const SharedTaste taste(sd);
  Dice dice;
  std::vector<double> drawn;
  for (int h = 0; h < 40000; ++h) {
    const double own = sd * dice.normal();
    std::vector<double> advantage;
    std::vector<std::uint8_t> attends;
    for (std::size_t i = 0; i < static_cast<std::size_t>(1 + h % 4); ++i) {
      advantage.push_back(dice.normal());
      attends.push_back(choice_of({0, advantage.back() + own}, dice) == 1 ? 1 : 0);
    }
    drawn.push_back(taste.draw(advantage, attends, dice.uniform()));
  }
  EXPECT_LT(distance(drawn, [](double t) { return 0.5 * std::erfc(-t / sd / std::sqrt(2.0)); }), 1);
}

TEST(Taste, FollowsWhatSiblingsDo) {
  const double advantage[] = {0, 0, 0};
  const std::uint8_t all[] = {1, 1, 1}, none[] = {0, 0, 0};
  EXPECT_GT(SharedTaste(1).draw(advantage, all, 0.5), 0.5);
  EXPECT_NEAR(SharedTaste(1).draw(advantage, all, 0.5), -SharedTaste(1).draw(advantage, none, 0.5), 1e-12);
  EXPECT_NEAR(SharedTaste(2).draw({}, {}, 0.975), 2 * 1.959963984540054, 2e-3) << "the grid has steps of a sixteenth of a deviation";
}

/// Where all are nearly sure to do otherwise, the density is e^(±t) φ(t) of each: a normal moved by its variance times their number.
TEST(Taste, OfWhatIsAllButImpossibleIsStillDrawn) {
  const double far[] = {-400, -400, -400};
  const std::uint8_t all[] = {1, 1, 1};
  EXPECT_NEAR(SharedTaste(1).draw(far, all, 0.5), 3, 2e-3);
  EXPECT_NEAR(SharedTaste(1).draw(std::span(far, 1), std::span(all, 1), 0.5), 1, 2e-3);
}

}  // namespace
}  // namespace puente
