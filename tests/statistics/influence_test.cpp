// Influence functions against the slow twin: contribution i is v_i times the derivative of the statistic (computed from its
// definition, in long double) with respect to the weight of record i, on tiny populations with ties, zeros and debts.
#include "engine/statistics/influence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "engine/statistics/poverty_influence.hpp"
#include "tests/statistics/welfare_twin.hpp"

namespace puente {
namespace {

using testing::Twin;
using Values = std::vector<double>;
using Statistic = std::function<long double(const Twin&)>;

struct People {
  std::string name;
  Values y, v, z;
};

void PrintTo(const People& people, std::ostream* out) { *out << people.name; }

/// Weights without pattern, so that no quantile asked for sits on a border between two records.
std::vector<People> populations() {
  std::vector<People> all{
      {"one zero, ties", {0, 3, 3, 7, 12, 12, 12, 30}, {}, {}},
      {"debts", {-4, 0, 1, 5, 9, 9, 22}, {}, {}},
      {"positive, ties", {2, 2, 2, 5, 6, 6, 11, 19, 40}, {}, {}},
      {"two", {1, 10}, {}, {}},
  };
  std::mt19937_64 bits(8);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; };
  People many{"sixty", {}, {}, {}};
  for (int i = 0; i < 60; ++i) many.y.push_back(std::floor(40 * uniform() * uniform()));
  all.push_back(many);
  for (People& people : all)
    for (std::size_t i = 0; i < people.y.size(); ++i) {
      // Every fifth record or so is outside the group.
      people.v.push_back(i % 5 == 4 ? 0 : 0.5 + 3 * uniform());
      people.z.push_back(i % 2 == 0 ? 6.5 : 8.5);
    }
  return all;
}

Twin twin_of(const People& people, std::size_t moved, double by) {
  Twin twin;
  for (std::size_t i = 0; i < people.y.size(); ++i)
    twin.add(people.y[i], people.v[i] + (i == moved ? static_cast<long double>(by) : 0.0L), people.z[i]);
  return twin;
}

void expect_derivatives(const People& people, const Contributions& found, const Statistic& statistic, const std::string& what) {
  ASSERT_EQ(found.size(), people.y.size());
  const double step = 1e-6;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (people.v[i] == 0) {
      EXPECT_EQ(found[i], 0) << what << ", outside the group";
      continue;
    }
    const long double up = statistic(twin_of(people, i, step)), down = statistic(twin_of(people, i, -step));
    const auto expected = static_cast<double>((up - down) / (2 * step) * people.v[i]);
    EXPECT_NEAR(found[i], expected, 1e-8 * std::max(1.0, std::abs(expected))) << what << ", " << people.name << ", record " << i;
  }
}

class Influence : public ::testing::TestWithParam<People> {
 protected:
  const People& people() const { return GetParam(); }
  OrderedWelfare ordered() const { return {people().y, people().v}; }
  void check(const Contributions& found, const Statistic& statistic, const std::string& what) const {
    expect_derivatives(people(), found, statistic, what);
  }
  bool has_debts() const { return people().y[0] < 0; }
};

INSTANTIATE_TEST_SUITE_P(, Influence, ::testing::ValuesIn(populations()));

TEST_P(Influence, TotalsAndMeans) {
  const OrderedWelfare w = ordered();
  check(weight_contributions(w), [](const Twin& t) { return t.total_weight(); }, "weight");
  check(total_contributions(w), [](const Twin& t) { return t.total(); }, "total");
  check(mean_contributions(w), [](const Twin& t) { return t.total() / t.total_weight(); }, "mean");
}

TEST_P(Influence, Ratio) {
  check(ratio_contributions(people().v, people().y, people().z),
        [](const Twin& t) {
          long double lines = 0;
          for (std::size_t i = 0; i < t.y.size(); ++i) lines += t.w[i] * t.z[i];
          return t.total() / lines;
        },
        "ratio");
}

TEST_P(Influence, PovertyWithFixedLines) {
  const OrderedWelfare w = ordered();
  const InfluenceLine line{people().z, nullptr};
  for (const int alpha : {0, 1, 2}) check(fgt_contributions(w, line, alpha), [&](const Twin& t) { return t.fgt(alpha); }, "FGT " + std::to_string(alpha));
  check(watts_contributions(w, line), [](const Twin& t) { return t.watts(); }, "Watts");
  check(poor_contributions(w, line), [](const Twin& t) { return t.fgt(0) * t.total_weight(); }, "poor persons");
  check(total_gap_contributions(w, line), [](const Twin& t) { return t.gap(); }, "total gap");
}

TEST_P(Influence, Gini) {
  const OrderedWelfare w = ordered();
  EXPECT_NEAR(gini(w), static_cast<double>(twin_of(people(), 0, 0).gini()), 1e-12);
  check(gini_contributions(w), [](const Twin& t) { return t.gini(); }, "Gini");
}

TEST_P(Influence, EntropyAndAtkinson) {
  const OrderedWelfare w = ordered();
  for (const double a : {-1.0, 0.0, 1.0, 2.0})
    check(entropy_contributions(w, a), [a](const Twin& t) { return (a == 2 ? t : t.positive()).entropy(a); }, "GE " + std::to_string(a));
  for (const double e : {0.5, 1.0, 2.0})
    check(atkinson_contributions(w, e), [e](const Twin& t) { return t.positive().atkinson(e); }, "Atkinson " + std::to_string(e));
}

TEST_P(Influence, LorenzAndShares) {
  const OrderedWelfare w = ordered();
  for (const double p : {0.1, 0.2, 0.37, 0.5, 0.8, 0.9}) {
    const Twin twin = twin_of(people(), 0, 0);
    EXPECT_NEAR(lorenz(w, p), static_cast<double>(twin.lorenz(p)), 1e-12);
    check(lorenz_contributions(w, p), [p](const Twin& t) { return t.lorenz(p); }, "Lorenz " + std::to_string(p));
  }
  check(share_contributions(w, 0.2, 0.6), [](const Twin& t) { return t.lorenz(0.6L) - t.lorenz(0.2L); }, "share");
  check(share_contributions(w, 0.9, 1), [](const Twin& t) { return 1 - t.lorenz(0.9L); }, "top share");
  // Where the poorest hold next to nothing, the ratio's steps are too large for a numerical derivative.
  if (lorenz(w, 0.2) < 0.01) return;
  check(palma_contributions(w), [](const Twin& t) { return (1 - t.lorenz(0.9L)) / t.lorenz(0.4L); }, "Palma");
  check(s80_s20_contributions(w), [](const Twin& t) { return (1 - t.lorenz(0.8L)) / t.lorenz(0.2L); }, "S80/S20");
}

TEST_P(Influence, Sen) {
  const OrderedWelfare w = ordered();
  if (has_debts()) return;  // the Gini of the poor has no meaning where they owe more than they have
  const auto poor = [](const Twin& t) {
    Twin those;
    for (std::size_t i = 0; i < t.y.size(); ++i)
      if (t.y[i] < t.z[i]) those.add(t.y[i], t.w[i], t.z[i]);
    return those;
  };
  const auto gaps = [](const Twin& t) {
    Twin those;
    for (std::size_t i = 0; i < t.y.size(); ++i) those.add(t.y[i] < t.z[i] ? (t.z[i] - t.y[i]) / t.z[i] : 0, t.w[i], 0);
    return those;
  };
  const Statistic of_sen = [&](const Twin& t) { return t.fgt(1) + (t.fgt(0) - t.fgt(1)) * poor(t).gini(); };
  const Statistic of_sst = [&](const Twin& t) { return t.fgt(1) * (1 + gaps(t).gini()); };
  EXPECT_NEAR(sen(w, people().z), static_cast<double>(of_sen(twin_of(people(), 0, 0))), 1e-12);
  EXPECT_NEAR(sen_shorrocks_thon(w, people().z), static_cast<double>(of_sst(twin_of(people(), 0, 0))), 1e-12);
  check(sen_contributions(w, people().z), of_sen, "Sen");
  check(sen_shorrocks_thon_contributions(w, people().z), of_sst, "Sen-Shorrocks-Thon");
}

long double density_at(const Twin& t, long double x) {
  const long double mean = t.total() / t.total_weight();
  long double squares = 0, sum = 0;
  for (std::size_t i = 0; i < t.y.size(); ++i) squares += t.w[i] * (t.y[i] - mean) * (t.y[i] - mean);
  const long double h = std::sqrt(squares / t.total_weight()) / std::pow(t.total_weight(), 0.2L);
  for (std::size_t i = 0; i < t.y.size(); ++i) sum += t.w[i] * std::exp(-(x - t.y[i]) * (x - t.y[i]) / (2 * h * h)) / std::sqrt(2 * std::acos(-1.0L));
  return sum / (t.total_weight() * h);
}

TEST_P(Influence, QuantilesByTheDefinitionWithTheKernel) {
  const OrderedWelfare w = ordered();
  const Twin twin = twin_of(people(), 0, 0);
  for (const double p : {0.1, 0.5, 0.9}) {
    const long double q = twin.quantile_at(p), f = density_at(twin, q);
    EXPECT_EQ(w.quantile(p).value, static_cast<double>(q));
    const Contributions found = quantile_contributions(w, p);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const long double expected = people().v[i] / (twin.total_weight() * f) * (p - (people().y[i] <= q ? 1 : 0));
      EXPECT_NEAR(found[i], static_cast<double>(expected), 1e-10 * std::abs(static_cast<double>(expected)) + 1e-13);
    }
  }
}

/// Measures under lines that are a share of everybody's mean: z = c μ, by numerical derivatives of the whole. The headcount's own
/// jump is what the kernel smooths, so it is left to the twin by definition below.
TEST_P(Influence, LinesThatAreAShareOfTheMean) {
  const OrderedWelfare w = ordered();
  const double c = 0.73;
  const Values z(people().y.size(), c * w.mean());
  const Contributions own = mean_line(w);
  const InfluenceLine line{z, &own};
  const auto with_line = [c](const Twin& t) {
    Twin moved = t;
    for (long double& one : moved.z) one = c * t.total() / t.total_weight();
    return moved;
  };
  check(fgt_contributions(w, line, 1), [&](const Twin& t) { return with_line(t).fgt(1); }, "FGT 1, relative");
  check(fgt_contributions(w, line, 2), [&](const Twin& t) { return with_line(t).fgt(2); }, "FGT 2, relative");
  check(watts_contributions(w, line), [&](const Twin& t) { return with_line(t).watts(); }, "Watts, relative");
  check(total_gap_contributions(w, line), [&](const Twin& t) { return with_line(t).gap(); }, "gap, relative");

  const Contributions fixed = fgt_contributions(w, {z, nullptr}, 0), poor = poor_contributions(w, {z, nullptr});
  const Contributions relative = fgt_contributions(w, line, 0), relative_poor = poor_contributions(w, line);
  const auto slope = static_cast<double>(density_at(twin_of(people(), 0, 0), z[0])) * z[0];
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    EXPECT_NEAR(relative[i], fixed[i] + slope * own[i], 1e-12 * std::max(1.0, std::abs(relative[i])));
    EXPECT_NEAR(relative_poor[i], poor[i] + slope * w.weight() * own[i], 1e-11 * std::max(1.0, std::abs(relative_poor[i])));
  }
}

/// What does not change when all weights double has contributions that sum to 0 (Euler).
TEST_P(Influence, ContributionsOfShapesSumToZero) {
  const OrderedWelfare w = ordered();
  const auto sum = [](const Contributions& e) {
    double total = 0;
    for (const double x : e) total += x;
    return total;
  };
  const Contributions line = quantile_line(w, 0.5);
  for (const Contributions& e : {mean_contributions(w), gini_contributions(w), entropy_contributions(w, 0), lorenz_contributions(w, 0.4),
                                 fgt_contributions(w, {people().z, nullptr}, 1)})
    EXPECT_NEAR(sum(e), 0, 1e-12 * std::max(1.0, w.mean()));
  EXPECT_EQ(line.size(), people().y.size());
}

TEST(InfluenceCases, NobodyOrNothingIsMissingOrZero) {
  const Values y{1, 2}, none{0, 0}, some{1, 1}, nothing{0, 0}, low{0.5, 0.5};
  for (const double e : gini_contributions(OrderedWelfare(y, none))) EXPECT_EQ(e, 0) << "outside the group";
  EXPECT_TRUE(std::isnan(gini_contributions(OrderedWelfare(nothing, some))[0]));
  EXPECT_TRUE(std::isnan(entropy_contributions(OrderedWelfare(nothing, some), 1)[0]));
  EXPECT_EQ(sen(OrderedWelfare(y, some), low), 0);
  for (const double e : sen_contributions(OrderedWelfare(y, some), low)) EXPECT_EQ(e, 0);
}

TEST(InfluenceCases, P90P10IsAQuotient) {
  const Values y{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, v(11, 1.0);
  const OrderedWelfare w(y, v);
  const Contributions high = quantile_contributions(w, 0.9), low = quantile_contributions(w, 0.1), found = p90_p10_contributions(w);
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(found[i], high[i] / 2 - 10 * low[i] / 4, 1e-12);
}

TEST(InfluenceCases, DifferencesArePaired) {
  const Values before{1, 4, 6, 9}, after{2, 4, 7, 9}, v{1, 2, 1, 1};
  const OrderedWelfare a(after, v), b(before, v);
  const Contributions found = difference(mean_contributions(a), mean_contributions(b));
  // The mean of the change, whose values are 1, 0, 1, 0.
  const Values change{1, 0, 1, 0};
  const Contributions expected = mean_contributions(OrderedWelfare(change, v));
  for (std::size_t i = 0; i < v.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-15);
}

}  // namespace
}  // namespace puente
