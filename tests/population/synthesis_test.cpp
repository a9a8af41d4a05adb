// Any range of households, made by anyone, is the same; ten households are a population; what is offered goes by places.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "tests/population/synthetic.hpp"

namespace puente::test {
namespace {

bool same(const Population& a, const Population& b) {
  const auto equal = [](const std::vector<Column>& x, const std::vector<Column>& y) {
    for (std::size_t c = 0; c < x.size(); ++c)
      if (x[c].rows() != y[c].rows() || std::memcmp(x[c].data(), y[c].data(), x[c].rows() * bytes_of(x[c].info().type)) != 0) return false;
    return x.size() == y.size();
  };
  return a.person_offset == b.person_offset && equal(a.household, b.household) && equal(a.person, b.person);
}

TEST(Synthesis, ARangeIsTheSameHoweverItIsAskedFor) {
  const Profile profile = profile_of("zambia", 5000);
  Exchange alone;
  Team one;
  const auto source = synthesise(profile, alone, one);
  const Population direct = make_rows(*source, 1700, 4200);
  const Population all = made(profile);
  for (const char* name : {"weight", "consumption", "land", "id"}) {
    const Column *part = direct.find(Entity::household, name), *whole = all.find(Entity::household, name);
    for (std::size_t h = 0; h < part->rows(); ++h) ASSERT_EQ(part->get(h), whole->get(h + 1700)) << name << h;
  }
  EXPECT_TRUE(same(direct, make_rows(*source, 1700, 4200)));
}

TEST(Synthesis, TenHouseholdsArePeople) {
  for (const char* country : countries) {
    const Profile profile = profile_of(country, 10);
    const Population ten = made(profile);
    ASSERT_EQ(ten.households(), 10) << country;
    EXPECT_NO_THROW(validate(ten));
    double persons = 0;
    const std::vector<double> weight = values(ten, Entity::household, "weight");
    for (std::size_t h = 0; h < 10; ++h) persons += weight[h] * static_cast<double>(ten.person_offset[h + 1] - ten.person_offset[h]);
    EXPECT_NEAR(persons / profile.persons, 1, 0.5) << country;
  }
}

TEST(Synthesis, AnotherSeedIsOtherHouseholdsOfTheSameCountry) {
  Profile profile = profile_of("lesotho", 2000);
  const Population first = made(profile);
  profile.seed += 1;
  EXPECT_FALSE(same(first, made(profile)));
}

/// 31 districts of school meals, 31 of conservation agriculture, 11 of both: by one order of the 116 districts.
TEST(Synthesis, ZambiasProgrammesOverlapInElevenDistricts) {
  const Population population = made(profile_of("zambia", 200'000));
  const std::vector<double> district = values(population, Entity::household, "district");
  const std::vector<double> meals = values(population, Entity::household, "school_offers_meals"), casu = values(population, Entity::household, "casu_offered");
  std::set<double> with_meals, with_casu, both, all(district.begin(), district.end());
  for (std::size_t h = 0; h < district.size(); ++h) {
    if (meals[h] != 0) with_meals.insert(district[h]);
    if (casu[h] != 0) with_casu.insert(district[h]);
  }
  for (const double d : with_meals)
    if (with_casu.contains(d)) both.insert(d);
  EXPECT_EQ(all.size(), 116U);
  EXPECT_EQ(with_meals.size(), 31U);
  EXPECT_EQ(with_casu.size(), 31U);
  EXPECT_EQ(both.size(), 11U);
}

TEST(Synthesis, ItSaysItIsSyntheticAndCarriesItsMultipliers) {
  Exchange alone;
  Team one;
  Solution solution;
  const auto source = synthesise(profile_of("zambia", 1000), alone, one, &solution);
  EXPECT_EQ(source->schema().notes.origin, "synthetic");
  EXPECT_EQ(solution.multipliers.common.size(), 19U);
  EXPECT_EQ(solution.multipliers.cell.size(), 18U);
  EXPECT_GE(solution.least_weight, 0.2);
  EXPECT_LE(solution.most_weight, 5);
}

/// The poorest live in the country, on farms, in large families: signs the profile's index asks for.
TEST(Synthesis, WelfareGoesWithWhatTheIndexSays) {
  const Population population = made(profile_of("zambia", 100'000));
  const std::vector<double> money = values(population, Entity::household, "consumption"), area = values(population, Entity::household, "area");
  double sum[2] = {0, 0}, n[2] = {0, 0}, large[2] = {0, 0}, count[2] = {0, 0};
  for (std::size_t h = 0; h < money.size(); ++h) {
    const auto size = static_cast<double>(population.person_offset[h + 1] - population.person_offset[h]);
    const auto a = static_cast<std::size_t>(area[h]);
    sum[a] += money[h];
    n[a] += size;
    const std::size_t big = size >= 6 ? 1 : 0;
    large[big] += money[h];
    count[big] += size;
  }
  EXPECT_GT(sum[1] / n[1], 1.5 * sum[0] / n[0]);
  EXPECT_LT(large[1] / count[1], large[0] / count[0]);
}

/// Traits a variant adds come after the base's, so nothing that was there changes: what is held out is asked of the same nation.
TEST(Synthesis, AVariantThatAddsTraitsIsTheSameNation) {
  for (const char* country : countries) {
    const Population base = made(profile_of(country, 2000)), variant = made(profile_of(std::string("held_out/") + country, 2000));
    ASSERT_EQ(base.person_offset, variant.person_offset) << country;
    for (const Entity entity : {Entity::household, Entity::person})
      for (const Column& column : entity == Entity::household ? base.household : base.person) {
        const std::string& name = column.info().name;
        EXPECT_EQ(values(base, entity, name), values(variant, entity, name)) << country << " " << name;
      }
    EXPECT_NE(variant.find(Entity::person, "attends_without_area"), nullptr) << country;
  }
}

}  // namespace
}  // namespace puente::test
