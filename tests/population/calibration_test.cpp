// Calibration to margins: four households by hand, a slow twin, margins met, bounds kept, and every refusal by name.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/error.hpp"
#include "engine/population/calibration/calibrated_source.hpp"
#include "engine/population/calibration/independent.hpp"
#include "engine/population/made_columns.hpp"
#include "engine/population/recipe.hpp"
#include "tests/statistics/thread_ranks.hpp"

namespace puente {
namespace {

Margin margin(const std::string& name, const std::string& by, Entity counted, const std::vector<std::pair<std::string, double>>& totals) {
  Margin made;
  made.name = name;
  made.by = rules::Text::standalone("by", by);
  made.at = rules::Text::standalone("margins.toml", name);
  made.counted = counted;
  for (const auto& [label, total] : totals) made.totals.push_back({label, total, rules::Text::standalone("margins.toml", label)});
  return made;
}

/// Households of 1 to 4 members in two areas and three regions, of unequal weights.
MemorySource survey(std::int64_t households) {
  const auto text = [](const char* value) { return rules::Text::standalone("recipe", value); };
  Recipe recipe;
  recipe.households = households;
  recipe.seed = 3;
  recipe.persons = text("1 + floor(4*uniform(\"size\"))");
  recipe.columns = {{"weight", Entity::household, text("1 + 9*uniform(\"w\")"), ColumnType::f64, {}, "", {}},
                    {"rural", Entity::household, text("chance(0.6, \"rural\")"), std::nullopt, {}, "", {}},
                    {"region", Entity::household, text("floor(3*uniform(\"region\"))"), ColumnType::i8, {}, "", {"north", "south", "east"}},
                    {"female", Entity::person, text("chance(0.5, \"female\")"), std::nullopt, {}, "", {}},
                    {"age", Entity::person, text("floor(60*uniform(\"age\"))"), ColumnType::i8, {}, "", {}}};
  return MemorySource(make_rows(RecipeSource(recipe), 0, households));
}

/// Four households without persons: each cell of a 2x2 table, of the given weights.
MemorySource table(const std::vector<double>& weights) {
  Recipe recipe;
  recipe.households = 4;
  recipe.columns = {{"weight", Entity::household, rules::Text::standalone("recipe", "1"), ColumnType::f64, {}, "", {}}};
  Population made = make_rows(RecipeSource(recipe), 0, 4);
  Column cell({"cell", Entity::household, ColumnType::i8, {}, "", {}, false, false}, 4);
  for (std::size_t h = 0; h < 4; ++h) {
    cell.set(h, static_cast<double>(h));
    made.find(Entity::household, "weight")->set(h, weights[h]);
  }
  made.household.push_back(cell);
  return MemorySource(std::move(made));
}

Calibration calibrated(const Margins& margins, MemorySource source, int threads = 1) {
  testing::ThreadTeam team(threads);
  return calibrate(margins, count_survey(margins, source, team), team);
}

std::string refusal(const Margins& margins, MemorySource source) {
  try {
    calibrated(margins, std::move(source));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "nothing was refused";
}

void expect_says(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Calibration, OneMarginIsARatioByHand) {
  Margins margins;
  margins.margins = {margin("row", "cell >= 2", Entity::household, {{"false", 60}, {"true", 90}})};
  const Calibration found = calibrated(margins, table({10, 20, 30, 40}));
  const double expected[] = {20, 40, 90 * 3.0 / 7, 90 * 4.0 / 7};  // 60/30 and 90/70 times their own
  for (std::size_t h = 0; h < 4; ++h) EXPECT_NEAR(found.weight[h], expected[h], 1e-9);
  EXPECT_NEAR(found.least_ratio, 9.0 / 7, 1e-12);
  EXPECT_NEAR(found.most_ratio, 2, 1e-12);
  EXPECT_NEAR(found.before[0], 30, 1e-12);
}

/// With one margin the new weights of a replicate are its own times what its category lacks.
TEST(Calibration, OfAReplicateIsFoundAnew) {
  Margins margins;
  margins.margins = {margin("row", "cell >= 2", Entity::household, {{"false", 60}, {"true", 90}})};
  testing::ThreadTeam team(1);
  auto source = std::make_unique<MemorySource>(table({10, 20, 30, 40}));
  SurveyCounts counts = count_survey(margins, *source, team);
  const CalibratedSource calibrated(std::move(source), margins, std::move(counts), team);
  const std::vector<double> factor = {2, 0.5, 0, 1.5}, ratio = calibrated.again(factor, team);
  const double expected[] = {60.0 / 30 * 20, 60.0 / 30 * 10, 0, 90};
  for (std::size_t h = 0; h < 4; ++h) EXPECT_NEAR(ratio[h] * calibrated.calibration().weight[h], expected[h], 1e-8) << h;
  EXPECT_EQ(calibrated.design_weight(), (std::vector<double>{10, 20, 30, 40}));
  BlockData block;
  const std::vector<rules::Input> wanted = {{Entity::household, calibrated.schema().find(Entity::household, "weight")}};
  calibrated.load(1, 3, wanted, block);
  EXPECT_EQ(block.inputs[0][0], calibrated.calibration().weight[1]);
  EXPECT_EQ(block.inputs[0][1], calibrated.calibration().weight[2]);
}

/// With bounds far away the logit distance is that of raking, whose table keeps the odds ratio of the survey's own:
/// of 10 20 30 40 it is 2/3. Rows 60, 60 and columns 50, 70: a(a + 10) = (2/3)(60 − a)(50 − a) gives a² + 250 a − 6000 = 0.
TEST(Calibration, RakesATableByHand) {
  Margins margins;
  margins.least = 0;
  margins.most = 1e9;
  margins.margins = {margin("row", "cell >= 2", Entity::household, {{"false", 60}, {"true", 60}}),
                     margin("column", "cell in [1, 3]", Entity::household, {{"false", 50}, {"true", 70}})};
  const Calibration found = calibrated(margins, table({10, 20, 30, 40}));
  const double a = -125 + std::sqrt(125 * 125 + 6000.0);
  const double expected[] = {a, 60 - a, 50 - a, 10 + a};
  for (std::size_t h = 0; h < 4; ++h) EXPECT_NEAR(found.weight[h], expected[h], 1e-5) << h;
  EXPECT_NEAR(found.weight[0] * found.weight[3] / (found.weight[1] * found.weight[2]), 2.0 / 3, 1e-6);
}

Margins national() {
  Margins margins;
  margins.margins = {margin("region", "region", Entity::person, {{"east", 9000}, {"north", 9000}, {"south", 9500}}),
                     margin("sex", "female", Entity::person, {{"false", 13400}, {"true", 14100}}),
                     margin("age", "floor(age/20)", Entity::person, {{"0", 9500}, {"1", 9000}, {"2", 9000}}),
                     margin("area", "rural", Entity::household, {{"false", 4600}, {"true", 6500}})};
  return margins;
}

TEST(Calibration, MeetsEveryMarginWithinTheBounds) {
  const Calibration found = calibrated(national(), survey(2000));
  std::size_t i = 0;
  for (const Margin& margin : national().margins)
    for (const MarginTotal& one : margin.totals) EXPECT_NEAR(found.after[i++] / one.total, 1, 1e-9) << margin.name << one.label;
  EXPECT_GT(found.least_ratio, 0.2);
  EXPECT_LT(found.most_ratio, 5);
}

/// What the margins say, added up from the survey's own columns in the slowest way.
TEST(Calibration, TotalsAreThoseOfASlowTwin) {
  const MemorySource source = survey(500);
  Margins margins = national();
  for (Margin& margin : margins.margins)
    for (MarginTotal& one : margin.totals) one.total *= 0.25;
  const std::vector<double> weight = calibrated(margins, survey(500)).weight;
  const Population& all = source.population();
  double women = 0, north = 0, rural = 0, young = 0;
  for (std::int64_t h = 0; h < all.households(); ++h) {
    const auto row = static_cast<std::size_t>(h);
    const double w = weight[row];
    if (all.find(Entity::household, "rural")->get(row) == 1) rural += w;
    for (std::int64_t p = all.person_offset[row]; p < all.person_offset[row + 1]; ++p) {
      const auto person = static_cast<std::size_t>(p);
      if (all.find(Entity::person, "female")->get(person) == 1) women += w;
      if (all.find(Entity::person, "age")->get(person) < 20) young += w;
      if (all.find(Entity::household, "region")->get(row) == 0) north += w;
    }
  }
  EXPECT_NEAR(women, 14100 / 4.0, 1e-5);
  EXPECT_NEAR(north, 9000 / 4.0, 1e-5);
  EXPECT_NEAR(young, 9500 / 4.0, 1e-5);
  EXPECT_NEAR(rural, 6500 / 4.0, 1e-5);
}

TEST(Calibration, ThreadsChangeNoBit) {
  const std::vector<double> one = calibrated(national(), survey(2000)).weight;
  for (const int threads : {2, 3}) EXPECT_EQ(calibrated(national(), survey(2000), threads).weight, one);
}

TEST(Calibration, TightBoundsAreKeptOrRefused) {
  Margins margins;
  margins.margins = {margin("row", "cell >= 2", Entity::household, {{"false", 36}, {"true", 64}}),
                     margin("column", "cell in [1, 3]", Entity::household, {{"false", 33}, {"true", 67}})};
  margins.least = 0.5;
  margins.most = 1.5;
  const Calibration found = calibrated(margins, table({10, 20, 30, 40}));
  EXPECT_GE(found.least_ratio, 0.5);
  EXPECT_LE(found.most_ratio, 1.5);
  margins.least = 0.99;
  margins.most = 1.21;  // each margin alone would fit: 1.2 and 0.914 do not
  expect_says(refusal(margins, table({10, 20, 30, 40})), {"'true' of margin 'row' asks for 64 households", "70", "[0.99, 1.21]"});
}

/// Each total is in reach, both together are not: cell 0 would have to make up for 1 and 2, which are at their bounds.
TEST(Calibration, MarginsThatOnlyTogetherCannotBeMet) {
  Margins margins;
  margins.least = 0.4;
  margins.most = 1.6;
  margins.margins = {margin("row", "cell >= 2", Entity::household, {{"false", 30}, {"true", 10}}),
                     margin("column", "cell in [1, 3]", Entity::household, {{"false", 30}, {"true", 10}})};
  // cell 0 + cell 1 = 30, cell 0 + cell 2 = 30, cell 2 + cell 3 = 10: cell 3 ≥ 4 makes cell 2 ≤ 6, cell 0 ≥ 24 > 1.6 · 10
  expect_says(refusal(margins, table({10, 10, 10, 10})), {"asks for", "of margin", "come no nearer than", "weight_bounds = [0.4, 1.6]"});
}

TEST(Calibration, GrandTotalsThatDifferNameBoth) {
  Margins margins = national();
  margins.margins[1].totals[0].total += 100;
  Diagnostics diagnostics;
  check_grand_totals(margins, diagnostics);
  expect_says(diagnostics.text(), {"margin 'sex' adds up to 27600 persons", "margin 'region' to 27500", "margins.toml:1:1"});
  margins = national();
  margins.persons = 30000;
  Diagnostics others;
  check_grand_totals(margins, others);
  expect_says(others.text(), {"margin 'region' adds up to 27500 persons", "the population has 30000"});
}

TEST(Calibration, MarginsThatImplyAnotherTotal) {
  Margins margins = national();
  margins.margins = {margins.margins[0], margin("coast", "region == \"south\"", Entity::person, {{"false", 17000}, {"true", 10500}})};
  expect_says(refusal(margins, survey(2000)), {"of margin 'coast' asks for", "from the totals of 'region' follow 18000", "contradict"});
}

TEST(Calibration, CategoriesMissedAndUnknown) {
  Margins margins = national();
  margins.margins[0].totals.erase(margins.margins[0].totals.begin());
  expect_says(refusal(margins, survey(2000)), {"margin 'region' has no total for 'east'", "the first in household"});
  margins = national();
  margins.margins[0].totals[0].label = "esat";
  expect_says(refusal(margins, survey(2000)), {"no category 'esat'; did you mean 'east'?"});
  margins = national();
  margins.margins[2].totals.push_back({"7", 1, rules::Text::standalone("margins.toml", "7")});
  expect_says(refusal(margins, survey(2000)), {"margin 'age' has 1 persons in '7', but nobody"});
}

TEST(Calibration, ExpressionsAreChecked) {
  Margins margins = national();
  margins.margins[0].by = rules::Text::standalone("by", "regoin");
  expect_says(refusal(margins, survey(100)), {"regoin", "region"});
  margins = national();
  margins.margins[3].by = rules::Text::standalone("by", "female");
  expect_says(refusal(margins, survey(100)), {"household"});
  margins = national();
  margins.margins[3].by = rules::Text::standalone("by", "rank(size) < 0.5");
  expect_says(refusal(margins, survey(100)), {"each household on its own"});
  margins = national();
  margins.margins[3].by = rules::Text::standalone("by", "log(size - 2) > 0 and rural");
  expect_says(refusal(margins, survey(2000)), {"margin 'area' is missing in", "the first in household"});
}

TEST(Independence, RowsThatFollowFromOthers) {
  Matrix m(3);  // the third is the sum of the first two
  const double rows[3][3] = {{2, 1, 3}, {1, 4, 5}, {3, 5, 8}};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) m(i, j) = rows[i][j];
  const Independence found(m);
  EXPECT_EQ(found.kept(), (std::vector<std::size_t>{0, 1}));
  ASSERT_EQ(found.dependent().size(), 1u);
  EXPECT_EQ(found.dependent()[0].row, 2u);
  for (const double share : found.dependent()[0].share) EXPECT_NEAR(share, 1, 1e-12);
}

}  // namespace
}  // namespace puente
