// Probabilities by cell that make margins close: by hand, and margins that contradict one another.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/error.hpp"
#include "engine/population/synthesis/traits.hpp"

namespace puente {
namespace {

const double missing = std::nan("");

/// Two areas, four quarters; one trait of persons aged 6 to 8.
Profile profile_with(std::vector<TraitMargin> margins, double slope = 0) {
  Profile profile;
  profile.areas.resize(2);
  profile.areas[0].name = "rural";
  profile.areas[1].name = "urban";
  Trait trait;
  trait.name = "attends";
  trait.bands = {{6, 8, slope}};
  trait.margins = std::move(margins);
  profile.traits = {trait};
  return profile;
}

TraitMargin by(TraitKey key, const std::vector<double>& shares) {
  TraitMargin margin;
  margin.by.key = key;
  margin.place = {"p.toml", 7, 3};
  for (const double share : shares) margin.share.push_back({share});
  return margin;
}

/// Share with the trait among the cells in which `variable` has `label`.
double share_in(const TraitCells& cells, const std::vector<double>& weight, const std::vector<double>& p, std::size_t variable, std::size_t label) {
  double with = 0, all = 0;
  for (std::size_t c = 0; c < cells.count(); ++c) {
    if (cells.label(c, variable) != label) continue;
    with += weight[c] * p[c];
    all += weight[c];
  }
  return with / all;
}

TEST(Traits, OneMarginIsItsOwnProbability) {
  const Profile profile = profile_with({by(TraitKey::area, {0.5, 0.75})});
  const TraitCells cells(profile, 0);
  ASSERT_EQ(cells.count(), 6U);  // three ages, two areas
  const std::vector<double> p = solve_trait(profile, cells, {1, 2, 3, 4, 5, 6});
  for (std::size_t c = 0; c < 6; ++c) EXPECT_NEAR(p[c], c % 2 == 0 ? 0.5 : 0.75, 1e-9);
}

/// Late entry: log odds rise by 1 a year and the band's share still holds.
TEST(Traits, ASlopeKeepsTheShare) {
  const Profile profile = profile_with({by(TraitKey::area, {0.5, 0.75})}, 1);
  const TraitCells cells(profile, 0);
  const std::vector<double> weight = {1, 2, 3, 4, 5, 6};
  const std::vector<double> p = solve_trait(profile, cells, weight);
  EXPECT_NEAR(share_in(cells, weight, p, 0, 0), 0.5, 1e-9);
  EXPECT_NEAR(share_in(cells, weight, p, 0, 1), 0.75, 1e-9);
  const auto logit = [](double x) { return std::log(x / (1 - x)); };
  EXPECT_NEAR(logit(p[2]) - logit(p[0]), 1, 1e-9);
}

TEST(Traits, PartialQuartersAndAreasCloseTogether) {
  const Profile profile = profile_with({by(TraitKey::area, {0.5, 0.74}), by(TraitKey::quartile, {0.38, missing, missing, 0.87})});
  const TraitCells cells(profile, 0);
  std::vector<double> weight;
  for (int age = 0; age < 3; ++age)
    for (const double w : {30.0, 22.0, 12.0, 4.0, 3.0, 6.0, 12.0, 20.0}) weight.push_back(w);  // towns are richer
  const std::vector<double> p = solve_trait(profile, cells, weight);
  EXPECT_NEAR(share_in(cells, weight, p, 0, 0), 0.5, 1e-8);
  EXPECT_NEAR(share_in(cells, weight, p, 0, 1), 0.74, 1e-8);
  EXPECT_NEAR(share_in(cells, weight, p, 1, 0), 0.38, 1e-8);
  EXPECT_NEAR(share_in(cells, weight, p, 1, 3), 0.87, 1e-8);
}

std::string failure(const Profile& profile, const std::vector<double>& weight) {
  try {
    solve_trait(profile, TraitCells(profile, 0), weight);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Traits, TwoWholeMarginsMustAgreeOnTheTotal) {
  const Profile profile = profile_with({by(TraitKey::area, {0.5, 0.5}), by(TraitKey::sex, {0.7, 0.7})});
  const std::string text = failure(profile, std::vector<double>(12, 1.0));
  for (const char* said : {"p.toml:7:3", "'attends' contradict one another at ages 6-8", "by sex 70 %", "earlier margin 50 %"})
    EXPECT_NE(text.find(said), std::string::npos) << text;
}

/// A quarter that is all rural cannot attend more than rural children do where it holds almost all of them.
TEST(Traits, SharesThatCannotHoldTogetherAreNamed) {
  const Profile profile = profile_with({by(TraitKey::area, {0.2, 0.9}), by(TraitKey::quartile, {0.8, missing, missing, missing})});
  std::vector<double> weight;
  for (int age = 0; age < 3; ++age)
    for (const double w : {100.0, 1.0, 0.0, 0.0, 0.0, 50.0, 50.0, 50.0}) weight.push_back(w);
  const std::string text = failure(profile, weight);
  EXPECT_NE(text.find("cannot all hold"), std::string::npos) << text;
  EXPECT_NE(text.find("p.toml:7:3"), std::string::npos) << text;
}

}  // namespace
}  // namespace puente
