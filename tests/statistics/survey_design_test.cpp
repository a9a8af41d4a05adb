// Designs and their variances by hand-worked numbers; that neither the order of records nor of adding matters; mistakes.
#include "engine/statistics/survey_design.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "engine/statistics/design_variance.hpp"
#include "tests/statistics/error_text.hpp"

namespace puente {
namespace {

using testing::error_text;
using Keys = std::vector<std::int64_t>;
using Values = std::vector<double>;

// Stratum 1: PSU totals 3, 5 (two records) → 2/1 · 2 = 4. Stratum 2: PSU totals 1, 4, 7 → 3/2 · 18 = 27.
const Keys stratum{1, 1, 1, 2, 2, 2}, psu{7, 8, 8, 7, 8, 9};
const Values contribution{3, 2, 3, 1, 4, 7};

TEST(SurveyDesign, VarianceByHand) {
  const SurveyDesign design({stratum, psu, {}});
  EXPECT_EQ(design.strata(), 2u);
  EXPECT_EQ(design.psus(), 5u);
  EXPECT_EQ(design.degrees_of_freedom(), 3);
  EXPECT_DOUBLE_EQ(design_variance(design, contribution), 4 + 27);
}

TEST(SurveyDesign, FinitePopulationByCountAndByFraction) {
  const Values count{4, 4, 4, 6, 6, 6}, fraction(6, 0.5);
  const SurveyDesign by_count({stratum, psu, {}}, {FinitePopulation::Unit::count, count, {}});
  const SurveyDesign by_fraction({stratum, psu, {}}, {FinitePopulation::Unit::fraction, fraction, {}});
  EXPECT_DOUBLE_EQ(design_variance(by_count, contribution), 0.5 * 31);
  EXPECT_DOUBLE_EQ(design_variance(by_fraction, contribution), 0.5 * 31);
  const Values all{2, 2, 2, 3, 3, 3};
  EXPECT_EQ(design_variance(SurveyDesign({stratum, psu, {}}, {FinitePopulation::Unit::count, all, {}}), contribution), 0);
}

// One stratum, 2 of 4 PSUs; in the first 2 of 4 households (1, 3), in the second 2 of 8 (5, 9).
// First stage ½ · 2 · 50 = 50; second ½ (½ · 2 · 2 + ¾ · 2 · 8) = 7.
TEST(SurveyDesign, TwoStages) {
  const Keys s{1, 1, 1, 1}, p{1, 1, 2, 2}, household{1, 2, 1, 2};
  const Values first(4, 4.0), second{4, 4, 8, 8}, e{1, 3, 5, 9};
  const SurveyDesign design({s, p, household}, {FinitePopulation::Unit::count, first, second});
  EXPECT_EQ(design.units(), 4u);
  EXPECT_DOUBLE_EQ(design_variance(design, e), 50 + 7);
  EXPECT_DOUBLE_EQ(design_variance(SurveyDesign({s, p, household}), e), 100) << "with replacement only the first stage counts";
}

TEST(SurveyDesign, UnitsAreFoundByTheirKeys) {
  const Keys s{5, -2, 5, 5, 5}, p{1, 9, 1, 3, 3}, household{8, 1, 6, 8, 8};
  const SurveyDesign one({s, p, {}}, {}, LonelyPsu::certainty), two({s, p, household}, {}, LonelyPsu::certainty);
  EXPECT_EQ(one.units(), 3u);
  EXPECT_EQ(two.units(), 4u);
  for (std::size_t i = 0; i < s.size(); ++i) {
    EXPECT_EQ(one.unit_of(s[i], p[i]), one.unit_of_record(i));
    EXPECT_EQ(two.unit_of(s[i], p[i], household[i]), two.unit_of_record(i));
  }
}

TEST(SurveyDesign, CovariancesAreThoseOfSumsAndDifferences) {
  const SurveyDesign design({stratum, psu, {}});
  const Values other{1, -2, 0.5, 4, 4, -3};
  Values difference(6);
  for (std::size_t i = 0; i < 6; ++i) difference[i] = contribution[i] - other[i];
  const std::span<const double> columns[] = {contribution, other};
  const std::vector<double> v = design_covariances(design, columns);
  EXPECT_DOUBLE_EQ(v[1], v[2]);
  EXPECT_NEAR(design_variance(design, difference), v[0] + v[3] - 2 * v[1], 1e-12);
}

TEST(SurveyDesign, SameBitsForAnyOrderOfRecords) {
  std::mt19937_64 bits(3);
  const std::size_t n = 500;
  std::vector<std::size_t> order(n);
  Keys s(n), p(n);
  Values e(n);
  for (std::size_t i = 0; i < n; ++i) {
    order[i] = i;
    s[i] = static_cast<std::int64_t>(bits() % 7) - 3;
    p[i] = static_cast<std::int64_t>(bits() % 5);
    e[i] = (static_cast<double>(bits() >> 11) - 0x1p52) * 0x1p-40;
  }
  const double variance = design_variance(SurveyDesign({s, p, {}}), e);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(order.begin(), order.end(), bits);
    Keys s2(n), p2(n);
    Values e2(n);
    for (std::size_t i = 0; i < n; ++i) s2[i] = s[order[i]], p2[i] = p[order[i]], e2[i] = e[order[i]];
    EXPECT_EQ(std::bit_cast<std::uint64_t>(design_variance(SurveyDesign({s2, p2, {}}), e2)), std::bit_cast<std::uint64_t>(variance));
  }
}

TEST(SurveyDesign, TotalsMerge) {
  const SurveyDesign design({stratum, psu, {}});
  UnitTotals low(design), high(design);
  for (std::size_t i = 0; i < 6; ++i) (i < 2 ? low : high).add(design.unit_of_record(i), contribution[i]);
  high.merge(low);
  EXPECT_DOUBLE_EQ(design_variance(design, DesignTotals(design, high)), 31);
}

// Stratum 3 has one PSU, total 2.
TEST(SurveyDesign, SinglePsus) {
  Keys s = stratum, p = psu;
  Values e = contribution;
  s.push_back(3), p.push_back(1), e.push_back(2);
  const auto with = [&](LonelyPsu rule) { return design_variance(SurveyDesign({s, p, {}}, {}, rule), e); };
  EXPECT_DOUBLE_EQ(with(LonelyPsu::certainty), 31);
  EXPECT_DOUBLE_EQ(with(LonelyPsu::remove), 31);
  EXPECT_DOUBLE_EQ(with(LonelyPsu::adjust), 31 + 4);
  EXPECT_DOUBLE_EQ(with(LonelyPsu::average), 31 * 1.5);
  EXPECT_NE(error_text([&] { SurveyDesign({s, p, {}}); }).find("stratum 3 has only one PSU"), std::string::npos);
  const Values taken{4, 4, 4, 6, 6, 6, 1};
  EXPECT_NO_THROW(SurveyDesign({s, p, {}}, {FinitePopulation::Unit::count, taken, {}})) << "its one PSU is all there is";
}

TEST(SurveyDesign, AverageNeedsOthersToLearnFrom) {
  const Keys s{1, 2}, p{1, 1};
  EXPECT_NE(error_text([&] { SurveyDesign({s, p, {}}, {}, LonelyPsu::average); }).find("stratum 1"), std::string::npos);
  const Keys one{1, 1}, two{1, 2}, household{1, 1};
  const Values first(2, 4.0), second(2, 4.0);
  const FinitePopulation population{FinitePopulation::Unit::count, first, second};
  EXPECT_NE(error_text([&] { SurveyDesign({one, two, household}, population, LonelyPsu::average); }).find("second-stage unit"), std::string::npos);
  const Values e{3, 5};
  EXPECT_DOUBLE_EQ(design_variance(SurveyDesign({one, two, household}, population, LonelyPsu::certainty), e), 0.5 * 4);
  EXPECT_DOUBLE_EQ(design_variance(SurveyDesign({one, two, household}, population, LonelyPsu::adjust), e), 0.5 * 4 + 0.5 * 0.75 * (9 + 25));
}

TEST(SurveyDesign, DegreesOfFreedomOfADomain) {
  const SurveyDesign design({stratum, psu, {}});
  EXPECT_EQ(design.degrees_of_freedom(Values{1, 1, 1, 0, 0, 0}), 1);
  EXPECT_EQ(design.degrees_of_freedom(Values{0, 1, 1, 1, 0, 1}), 1);
}

TEST(SurveyDesign, MistakesNameTheStratum) {
  const auto says = [&](const Values& first, FinitePopulation::Unit unit) {
    return error_text([&] { SurveyDesign({stratum, psu, {}}, {unit, first, {}}); });
  };
  EXPECT_NE(says({4, 4, 4, 2, 2, 2}, FinitePopulation::Unit::count).find("stratum 2: 2 PSUs in the population, but 3"), std::string::npos);
  EXPECT_NE(says({4, 5, 4, 6, 6, 6}, FinitePopulation::Unit::count).find("stratum 1: its records do not agree"), std::string::npos);
  EXPECT_NE(says({.5, .5, .5, 6, 6, 6}, FinitePopulation::Unit::fraction).find("stratum 2: a sampling fraction"), std::string::npos);
  EXPECT_THROW(SurveyDesign(DesignKeys{}), Error);
  const Values second(6, 9.0);
  EXPECT_THROW(SurveyDesign({stratum, psu, {}}, {FinitePopulation::Unit::count, {}, second}), Error);
}

}  // namespace
}  // namespace puente
