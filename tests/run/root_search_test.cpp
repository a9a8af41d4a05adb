// The search for a root, with functions in place of walks over a population.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/run/root_search.hpp"

namespace puente {
namespace {

struct Outcome {
  RootSearch search;
  int rounds = 0, points = 0;
};

Outcome look(double from, double to, double tolerance, const std::function<double(double)>& f) {
  Outcome outcome{RootSearch(from, to, tolerance)};
  for (std::vector<double> ask = outcome.search.ask(); !ask.empty(); ask = outcome.search.ask()) {
    std::vector<double> values;
    for (std::size_t i = 0; i < ask.size(); ++i) {
      EXPECT_TRUE(i == 0 || ask[i] > ask[i - 1]);
      EXPECT_TRUE(ask[i] >= from && ask[i] <= to);
      values.push_back(f(ask[i]));
    }
    outcome.search.tell(values);
    outcome.points += static_cast<int>(ask.size());
    if (++outcome.rounds > 200) ADD_FAILURE() << "no end";
    if (outcome.rounds > 200) break;
  }
  return outcome;
}

TEST(RootSearch, ALineTakesTwoRounds) {
  const Outcome found = look(0, 100, 1e-9, [](double x) { return 3 * x - 37; });
  EXPECT_TRUE(found.search.found());
  EXPECT_NEAR(found.search.root(), 37.0 / 3, 1e-9 * 13);
  EXPECT_LE(found.rounds, 2);
}

TEST(RootSearch, CurvesStepsAndFallingFunctions) {
  const std::pair<std::function<double(double)>, double> cases[] = {
      {[](double x) { return std::exp(x) - 1000; }, std::log(1000.0)}, {[](double x) { return 2 - x * x * x; }, std::cbrt(2.0)},
      {[](double x) { return x < 7.3 ? -1.0 : 1e6; }, 7.3},            {[](double x) { return std::atan(1e6 * (x - 0.1)); }, 0.1},
      {[](double x) { return (x - 5) * (x - 5) * (x - 5); }, 5}};
  for (const auto& [f, root] : cases) {
    const Outcome found = look(0, 10, 1e-9, f);
    EXPECT_TRUE(found.search.found());
    EXPECT_TRUE(found.search.monotone());
    EXPECT_NEAR(found.search.root(), root, 2e-9 * root) << root;
    EXPECT_LE(found.rounds, 40);
  }
}

TEST(RootSearch, RootsAtLimitsAndOnTheGrid) {
  EXPECT_EQ(look(0, 8, 1e-9, [](double x) { return x; }).search.root(), 0);
  EXPECT_EQ(look(0, 8, 1e-9, [](double x) { return x - 8; }).search.root(), 8);
  EXPECT_EQ(look(0, 8, 1e-9, [](double x) { return x - 3; }).search.root(), 3);
  EXPECT_EQ(look(0, 8, 1e-9, [](double x) { return (x - 3) * (x - 3); }).search.root(), 3);
  EXPECT_EQ(look(0, 8, 1e-9, [](double) { return 0.0; }).search.root(), 0) << "the lowest of all that do";
  EXPECT_NEAR(look(-1, 2, 1e-9, [](double x) { return x; }).search.root(), 0, 1e-14) << "a width relative to nothing has an end";
}

TEST(RootSearch, CountsWhatIsNotOneRoot) {
  EXPECT_EQ(look(1, 8, 1e-9, [](double x) { return x; }).search.sign_changes(), 0U);
  EXPECT_FALSE(look(1, 8, 1e-9, [](double x) { return x; }).search.found());
  EXPECT_EQ(look(0, 8, 1e-9, [](double x) { return (x - 1.5) * (x - 6.5); }).search.sign_changes(), 2U);
  const Outcome bent = look(0, 8, 1e-9, [](double x) { return x < 2 ? -1 - x : x - 4.5; });
  EXPECT_TRUE(bent.search.found());
  EXPECT_FALSE(bent.search.monotone());
}

}  // namespace
}  // namespace puente
