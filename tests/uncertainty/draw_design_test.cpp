#include "engine/uncertainty/draw_design.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace puente {
namespace {

DrawnParameters parameters(std::size_t n) {
  DrawnParameters all;
  for (std::size_t p = 0; p < n; ++p) {
    all.names.push_back("p" + std::to_string(p));
    all.factor_of.push_back(p);
  }
  return all;
}

TEST(Sobol, FirstPointsAreThePublishedOnes) {
  // Joe and Kuo's page, three dimensions.
  const double published[][3] = {{0, 0, 0}, {.5, .5, .5}, {.75, .25, .25}, {.25, .75, .75}, {.375, .375, .625}, {.875, .875, .125},
                                 {.625, .125, .875}, {.125, .625, .375}, {.1875, .3125, .9375}, {.6875, .8125, .4375}};
  for (std::uint64_t i = 0; i < 10; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_EQ(static_cast<double>(sobol_coordinate(sobol_directions(c), i)) * 0x1p-52, published[i][c]) << i << " " << c;
}

TEST(Sobol, EveryCoordinateFillsEveryStratumOnceAndNoTwoAreAlike) {
  std::set<std::vector<std::uint64_t>> seen;
  for (std::size_t c = 0; c < sobol_dimensions; ++c) {
    const SobolDirections directions = sobol_directions(c);
    std::vector<std::uint64_t> strata;
    for (std::uint64_t i = 0; i < 4096; ++i) strata.push_back(sobol_coordinate(directions, i) >> 40);
    EXPECT_TRUE(seen.insert(strata).second) << c;
    std::sort(strata.begin(), strata.end());
    for (std::uint64_t i = 0; i < 4096; ++i) ASSERT_EQ(strata[i], i) << c;
  }
}

TEST(DrawDesign, RandomAndSobolExtend) {
  for (const DesignKind kind : {DesignKind::random, DesignKind::sobol}) {
    const DrawDesign few(kind, 1000, 3, parameters(5)), many(kind, 2000, 3, parameters(5));
    for (std::int64_t d = 1; d <= 1000; ++d)
      for (std::size_t p = 0; p < 5; ++p) ASSERT_EQ(few.uniform(d, p), many.uniform(d, p));
    EXPECT_TRUE(extends(kind));
  }
  EXPECT_FALSE(extends(DesignKind::latin));
  EXPECT_FALSE(extends(DesignKind::saltelli));
}

TEST(DrawDesign, RandomDependsOnNoOtherParameter) {
  DrawnParameters turned{{"p3", "new", "p1"}, {0, 1, 2}};
  const DrawDesign five(DesignKind::random, 10, 3, parameters(5)), three(DesignKind::random, 20, 3, turned), other(DesignKind::random, 10, 4, parameters(5));
  for (std::int64_t d = 1; d <= 10; ++d) {
    EXPECT_EQ(five.uniform(d, 3), three.uniform(d, 0));
    EXPECT_EQ(five.uniform(d, 1), three.uniform(d, 2));
    EXPECT_NE(five.uniform(d, 1), other.uniform(d, 1));
  }
}

TEST(DrawDesign, LatinFillsEveryStratumOnceInAnOrderOfItsOwn) {
  const DrawDesign latin(DesignKind::latin, 500, 3, parameters(3));
  std::set<std::vector<int>> orders;
  for (std::size_t p = 0; p < 3; ++p) {
    std::vector<int> strata;
    for (std::int64_t d = 1; d <= 500; ++d) strata.push_back(static_cast<int>(std::floor(500 * latin.uniform(d, p))));
    EXPECT_FALSE(std::is_sorted(strata.begin(), strata.end()));
    orders.insert(strata);
    std::sort(strata.begin(), strata.end());
    for (int s = 0; s < 500; ++s) ASSERT_EQ(strata[static_cast<std::size_t>(s)], s);
  }
  EXPECT_EQ(orders.size(), 3u);
}

TEST(DrawDesign, SobolKeepsItsNetUnderTheShift) {
  const DrawDesign sobol(DesignKind::sobol, 1024, 3, parameters(20));
  for (std::size_t p = 0; p < 20; ++p) {
    std::set<int> strata;
    for (std::int64_t d = 1; d <= 1024; ++d) strata.insert(static_cast<int>(std::floor(1024 * sobol.uniform(d, p))));
    EXPECT_EQ(strata.size(), 1024u) << p;
  }
}

TEST(DrawDesign, SaltelliExchangesOneFactorAtATime) {
  DrawnParameters grouped = parameters(3);
  grouped.factor_of = {0, 1, 0};
  const DrawDesign design(DesignKind::saltelli, 40, 3, grouped);  // rows of 4: A, B, A with {p0, p2} from B, A with p1 from B
  for (std::int64_t row = 0; row < 10; ++row)
    for (std::size_t p = 0; p < 3; ++p) {
      const double a = design.uniform(4 * row + 1, p), b = design.uniform(4 * row + 2, p);
      EXPECT_NE(a, b);
      EXPECT_EQ(design.uniform(4 * row + 3, p), p == 1 ? a : b);
      EXPECT_EQ(design.uniform(4 * row + 4, p), p == 1 ? b : a);
    }
}

TEST(DrawDesign, SaysWhatSaltelliCosts) {
  EXPECT_EQ(cost_in_words(DrawDesign(DesignKind::saltelli, 7000, 1, parameters(5))), "saltelli: 1,000 rows of 5 factors = 7,000 draws");
  EXPECT_EQ(cost_in_words(DrawDesign(DesignKind::saltelli, 3'000'000, 1, parameters(1))), "saltelli: 1,000,000 rows of 1 factor = 3,000,000 draws");
  EXPECT_EQ(cost_in_words(DrawDesign(DesignKind::sobol, 100, 1, parameters(5))), "");
}

TEST(DrawDesign, SaysWhatItCannotHave) {
  const auto says = [](DesignKind kind, std::int64_t draws, std::size_t n, const char* what) {
    EXPECT_NE(design_mistake(kind, draws, parameters(n)).find(what), std::string::npos) << design_mistake(kind, draws, parameters(n));
  };
  says(DesignKind::random, 1, 2, "draws = 1");
  says(DesignKind::random, -5, 2, "draws = -5");
  says(DesignKind::random, 10, 0, "nothing to draw");
  says(DesignKind::sobol, 10, 102, "up to 101");
  says(DesignKind::saltelli, 10, 51, "up to 50");
  says(DesignKind::saltelli, 1000, 5, "draws = 1001");
  says(DesignKind::saltelli, 7, 5, "draws = 14");
  EXPECT_EQ(design_mistake(DesignKind::saltelli, 1001, parameters(5)), "");
  EXPECT_EQ(design_mistake(DesignKind::random, 0, parameters(0)), "");
  EXPECT_THROW(DrawDesign(DesignKind::random, 1, 0, parameters(1)), Error);
}

}  // namespace
}  // namespace puente
