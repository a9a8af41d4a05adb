// Clones of a survey: where each falls, against a slow twin; shares to within one; what a clone keeps of its source.
#include <gtest/gtest.h>

#include "engine/core/error.hpp"
#include "engine/population/calibration/clones.hpp"
#include "engine/population/made_columns.hpp"

namespace puente {
namespace {

const std::vector<double> weights = {0.5, 12, 0, 3.25, 3.25, 41, 0.001, 8, 0};

TEST(PlaceClones, EachBelongsWhereItsShareIsPassed) {
  for (const std::int64_t n : {1, 7, 68, 1000})
    for (const double u : {1e-9, 0.3, 0.5, 0.999}) {
      const std::vector<std::int64_t> place = place_clones(weights, n, u);
      ASSERT_EQ(place.size(), weights.size() + 1);
      for (std::int64_t k = 0; k < n; ++k) {
        std::size_t h = 0;  // the slow twin: walk until (k + u)/n of the weight is passed
        double passed = weights[0];
        while (passed / 68.001 <= (static_cast<double>(k) + u) / static_cast<double>(n)) passed += weights[++h];
        EXPECT_LE(place[h], k) << n << " " << u;
        EXPECT_GT(place[h + 1], k) << n << " " << u;
      }
    }
}

TEST(PlaceClones, SharesAreKeptToWithinOne) {
  const std::vector<std::int64_t> place = place_clones(weights, 5000, 0.7);
  EXPECT_EQ(place.front(), 0);
  EXPECT_EQ(place.back(), 5000);
  for (std::size_t h = 0; h < weights.size(); ++h)
    EXPECT_NEAR(static_cast<double>(place[h + 1] - place[h]), 5000 * weights[h] / 68.001, 1) << h;
  EXPECT_EQ(place[3] - place[2], 0);  // nobody where the weight is 0
}

TEST(PlaceClones, NeedsAWeight) { EXPECT_THROW(place_clones({0, 0}, 5, 0.5), Error); }

/// Five households of 1 to 5 members with weights 1 to 5.
Population survey() {
  const auto text = [](const char* value) { return rules::Text::standalone("recipe", value); };
  Recipe recipe;
  recipe.households = 5;
  recipe.persons = text("1 + floor(4.999*uniform(\"size\"))");
  recipe.columns = {{"weight", Entity::household, text("1 + floor(5*uniform(\"w\"))"), ColumnType::f64, {}, "", {}},
                    {"psu", Entity::household, text("floor(3*uniform(\"psu\"))"), ColumnType::i8, {}, "", {}},
                    {"age", Entity::person, text("floor(60*uniform(\"age\"))"), ColumnType::i8, {}, "", {}}};
  Population made = make_rows(RecipeSource(recipe), 0, 5);
  for (std::size_t h = 0; h < 5; ++h) made.find(Entity::household, "id")->as<std::int64_t>()[h] = (std::int64_t{1} << 60) + 7 * static_cast<std::int64_t>(h);
  Column line({"line", Entity::person, ColumnType::i16, {}, "", {}, false, false}, static_cast<std::size_t>(made.persons()));
  for (std::size_t h = 0; h < 5; ++h)
    for (std::int64_t i = made.person_offset[h]; i < made.person_offset[h + 1]; ++i)
      line.set(static_cast<std::size_t>(i), static_cast<double>(i - made.person_offset[h] + 1));
  made.person.push_back(line);
  return made;
}

std::vector<double> own_weights(const Population& all) {
  const double* w = all.find(Entity::household, "weight")->as<double>();
  return {w, w + all.households()};
}

void expect_clone(const Population& made, std::size_t k, const Population& from, std::size_t h) {
  EXPECT_EQ(made.find(Entity::household, "source_id")->as<std::int64_t>()[k], from.find(Entity::household, "id")->as<std::int64_t>()[h]);
  EXPECT_EQ(made.find(Entity::household, "base_weight")->get(k), from.find(Entity::household, "weight")->get(h));
  EXPECT_EQ(made.find(Entity::household, "psu")->get(k), from.find(Entity::household, "psu")->get(h));
  const auto begin = static_cast<std::size_t>(made.person_offset[k]), source = static_cast<std::size_t>(from.person_offset[h]);
  const auto members = static_cast<std::size_t>(from.person_offset[h + 1]) - source;
  ASSERT_EQ(static_cast<std::size_t>(made.person_offset[k + 1]) - begin, members);
  for (std::size_t i = 0; i < members; ++i) {
    EXPECT_EQ(made.find(Entity::person, "age")->get(begin + i), from.find(Entity::person, "age")->get(source + i));
    EXPECT_EQ(made.find(Entity::person, "line")->get(begin + i), from.find(Entity::person, "line")->get(source + i));
  }
}

TEST(Clones, KeepTheirSourceAndItsMembers) {
  const Population from = survey();
  const std::vector<double> w = own_weights(from);
  const Clones clones(survey(), w, 40, 0.5);
  const std::vector<std::int64_t> place = place_clones(w, 40, 0.5);
  const Population made = clones.make(0, 40);
  EXPECT_NO_THROW(validate(made));
  EXPECT_EQ(made.notes.origin, "clone");
  double total = 0;
  for (const double weight : w) total += weight;
  for (std::size_t h = 0; h < 5; ++h)
    for (std::int64_t k = place[h]; k < place[h + 1]; ++k) {
      const auto clone = static_cast<std::size_t>(k);
      expect_clone(made, clone, from, h);
      EXPECT_EQ(made.find(Entity::household, "id")->get(clone), static_cast<double>(k));
      EXPECT_EQ(made.find(Entity::household, "weight")->get(clone), total / 40);
    }
}

TEST(Clones, PartsAreTheWhole) {
  const Clones clones(survey(), {1, 1, 0, 5, 2}, 100, 0.25);
  const Population whole = clones.make(0, 100), part = clones.make(37, 61);
  EXPECT_EQ(clones.persons(0, 100), whole.persons());
  EXPECT_EQ(clones.persons(37, 61), part.persons());
  for (std::size_t k = 0; k < 24; ++k)
    EXPECT_EQ(part.find(Entity::household, "source_id")->as<std::int64_t>()[k], whole.find(Entity::household, "source_id")->as<std::int64_t>()[37 + k]);
  const auto first = static_cast<std::size_t>(whole.person_offset[37]);
  for (std::size_t i = 0; i < static_cast<std::size_t>(part.persons()); ++i)
    EXPECT_EQ(part.find(Entity::person, "age")->get(i), whole.find(Entity::person, "age")->get(first + i));
}

TEST(Clones, OfClonesAreRefused) {
  const Clones clones(survey(), {1, 1, 1, 1, 1}, 10, 0.5);
  try {
    clone_schema(clones.schema());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'source_id' already"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace puente
