// The seven profiles: what is calibrated closes, by sums written out here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/population/synthetic.hpp"

namespace puente::test {
namespace {

class Closeness : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    profile_ = profile_of(GetParam(), fewest_calibrated);
    profile_.derivation.left_out.clear();  // every trait is looked at
    population_ = made(profile_);
    weight_ = values(population_, Entity::household, "weight");
    const auto& offset = population_.person_offset;
    for (std::size_t h = 0; h < weight_.size(); ++h) {
      for (std::int64_t i = offset[h]; i < offset[h + 1]; ++i) household_of_.push_back(h);
      persons_ += weight_[h] * size_of(h);
    }
  }
  const char* resource() const { return population_.find(Entity::household, "income") != nullptr ? "income" : "consumption"; }
  double size_of(std::size_t h) const { return static_cast<double>(population_.person_offset[h + 1] - population_.person_offset[h]); }
  /// Welfare per person, the poorest first, with the persons it stands for.
  std::vector<std::pair<double, double>> distribution() const {
    const std::vector<double> money = values(population_, Entity::household, resource());
    std::vector<std::pair<double, double>> all;
    for (std::size_t h = 0; h < weight_.size(); ++h) all.emplace_back(money[h] / size_of(h) * 12 / 365 / profile_.derivation.parameter_values[0], weight_[h] * size_of(h));
    std::sort(all.begin(), all.end());
    return all;
  }

  void persons_ages_and_women() const;
  void regions_areas_and_sizes() const;
  void welfare_at_every_published_point() const;
  void sources_sum_to_the_resource() const;
  void traits_close() const;
  std::vector<double> quarters() const;
  void check_margin(const Trait& trait, const TraitMargin& margin) const;
  void small_in_memory() const;

  Profile profile_;
  Population population_;
  std::vector<double> weight_;
  std::vector<std::size_t> household_of_;
  double persons_ = 0;
};

void Closeness::persons_ages_and_women() const {
  EXPECT_NEAR(persons_ / profile_.persons, 1, 1e-6);
  const std::vector<double> age = values(population_, Entity::person, "age"), sex = values(population_, Entity::person, "sex");
  std::vector<double> share(age_groups);
  double women = 0;
  for (std::size_t i = 0; i < age.size(); ++i) {
    const double w = weight_[household_of_[i]] / persons_;
    share[std::min<std::size_t>(static_cast<std::size_t>(age[i]) / 5, age_groups - 1)] += w;
    women += sex[i] == 1 ? w : 0;
  }
  for (std::size_t g = 0; g < age_groups; ++g) EXPECT_NEAR(share[g], profile_.age[g], 1e-5) << 5 * g;
  EXPECT_NEAR(women, profile_.female, 1e-5);
}

void Closeness::regions_areas_and_sizes() const {
  const std::vector<double> region = values(population_, Entity::household, "region"), area = values(population_, Entity::household, "area");
  std::vector<double> in_cell(profile_.regions.size() * 2), persons(2), households(2);
  for (std::size_t h = 0; h < weight_.size(); ++h) {
    in_cell[static_cast<std::size_t>(2 * region[h] + area[h])] += weight_[h] * size_of(h) / persons_;
    persons[static_cast<std::size_t>(area[h])] += weight_[h] * size_of(h);
    households[static_cast<std::size_t>(area[h])] += weight_[h];
  }
  for (std::size_t r = 0; r < profile_.regions.size(); ++r)
    for (std::size_t a = 0; a < 2; ++a) EXPECT_NEAR(in_cell[2 * r + a], profile_.regions[r].share[a], 1e-5) << profile_.regions[r].name;
  for (std::size_t a = 0; a < 2; ++a) EXPECT_NEAR(persons[a] / households[a] / profile_.areas[a].household_size, 1, 1e-4);
}

void Closeness::welfare_at_every_published_point() const {
  double below = 0, money = 0;
  const auto all = distribution();
  std::size_t next = 0;
  for (const auto& [y, w] : all) {
    while (next < profile_.welfare.points.size() && y >= profile_.welfare.points[next].level) {
      const WelfarePoint& point = profile_.welfare.points[next++];
      EXPECT_NEAR(below / persons_, point.p, 0.002) << point.level;  // half a point is allowed, a fifth of it met
      EXPECT_NEAR(money / persons_ / profile_.welfare.mean, point.cumulative / profile_.welfare.mean, 0.001) << point.level;
    }
    below += w;
    money += w * y;
  }
  EXPECT_EQ(next, profile_.welfare.points.size());
  EXPECT_NEAR(money / persons_ / profile_.welfare.mean, 1, 0.005);
}

void Closeness::sources_sum_to_the_resource() const {
  const std::vector<double> whole = values(population_, Entity::household, resource());
  std::vector<std::vector<double>> sources;
  for (const char* name : {"crop_income", "livestock_income", "farm_wage", "off_farm_wage", "business_income", "transfers"})
    sources.push_back(values(population_, Entity::household, name));
  for (std::size_t h = 0; h < whole.size(); ++h) {
    double sum = sources[0][h];
    for (std::size_t s = 1; s < sources.size(); ++s) sum += sources[s][h];
    ASSERT_EQ(sum, whole[h]) << h;
    for (const auto& source : sources) ASSERT_GE(source[h], 0) << h;
  }
}

/// Quarter of persons in which each household lies, by its own welfare.
std::vector<double> Closeness::quarters() const {
  const std::vector<double> money = values(population_, Entity::household, resource());
  std::vector<std::size_t> order(weight_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return money[a] / size_of(a) < money[b] / size_of(b); });
  std::vector<double> quarter(weight_.size());
  double below = 0;
  for (const std::size_t h : order) {
    quarter[h] = std::min(3.0, std::floor(4 * below / persons_));
    below += weight_[h] * size_of(h);
  }
  return quarter;
}

/// Every trait, as far as its margins say; within a point, and better where many draw.
void Closeness::traits_close() const {
  int checked = 0;
  for (const Trait& trait : profile_.traits)
    for (const TraitMargin& margin : trait.margins)
      if (margin.by.key == TraitKey::area || margin.by.key == TraitKey::sex || margin.by.key == TraitKey::quartile) {
        check_margin(trait, margin);
        ++checked;
      }
  EXPECT_EQ(checked, 5);
}

void Closeness::check_margin(const Trait& trait, const TraitMargin& margin) const {
  const bool of_household = trait.entity == Entity::household;
  const std::vector<double> has = values(population_, trait.entity, trait.name), age = values(population_, Entity::person, "age");
  const std::vector<double> area = values(population_, Entity::household, "area"), sex = values(population_, Entity::person, "sex");
  const std::vector<double> quarter = margin.by.key == TraitKey::quartile ? quarters() : std::vector<double>();
  for (std::size_t label = 0; label < margin.share.size(); ++label)
    for (std::size_t b = 0; b < trait.bands.size() && !std::isnan(margin.share[label][b]); ++b) {
      double with = 0, all = 0;
      for (std::size_t i = 0; i < has.size(); ++i) {
        const std::size_t h = of_household ? i : household_of_[i];
        const double key = margin.by.key == TraitKey::area ? area[h] : margin.by.key == TraitKey::sex ? sex[i] : quarter[h];
        if (key != static_cast<double>(label) || (!of_household && (age[i] < trait.bands[b].from || age[i] > trait.bands[b].to))) continue;
        with += weight_[h] * has[i];
        all += weight_[h];
      }
      EXPECT_NEAR(with / all, margin.share[label][b], 0.01) << trait.name << " " << label << " " << trait.bands[b].from;
    }
}

void Closeness::small_in_memory() const {
  EXPECT_LE(static_cast<double>(population_.bytes()) / static_cast<double>(population_.households()), 200);
}

/// One test a country: making the population is what takes time.
TEST_P(Closeness, WhatIsCalibratedCloses) {
  persons_ages_and_women();
  regions_areas_and_sizes();
  welfare_at_every_published_point();
  sources_sum_to_the_resource();
  traits_close();
  small_in_memory();
}

INSTANTIATE_TEST_SUITE_P(Profiles, Closeness, testing::ValuesIn(countries), [](const auto& country) { return std::string(country.param); });

}  // namespace
}  // namespace puente::test
