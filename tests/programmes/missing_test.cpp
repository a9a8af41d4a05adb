// Rules for missing values: who is left out, what stands in, and that it is counted.
#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// Four households of two persons, of whom the first is 20 years old and the other 10; in household 1 the first's age is
/// missing, as are the area of household 2 and the land of household 3.
const std::string eight = R"(format = 1
[population]
households = 4
[population.recipe]
persons = '2'
[population.recipe.household]
weight = { value = '1 + id', type = "f64" }
income = { value = '100*(id + 1)' }
area = { value = 'if(id == 2, -1/0*0, id - 2*floor(id/2))', type = "i8", labels = ["urban", "rural"] }
land = { value = 'if(id == 3, -1/0*0, id)' }
[population.recipe.person]
draw = 'uniform("d")'
age = { value = 'if(draw != head(draw), 10, if(id == 1, -1/0*0, 20))', type = "f64" }
[welfare]
resource = 'income'
[statistics]
outcomes = ['age']
)";

TEST_F(Policies, DropPersonLeavesThePersonOutAndCountsIt) {
  const std::string rest = "[missing]\nage = \"drop_person\"\n[variables]\nadults = 'count(age > 15)'\n[groups]\nadults = 'adults'\n";
  const auto all = run(eight + rest)["data"]["groups"];
  EXPECT_EQ(all["all"]["n_excluded"], 1);
  EXPECT_EQ(all["all"]["households"], 10);
  EXPECT_EQ(all["all"]["persons"], 2 * 10 - 2);  // household 1 has weight 2 and one person left
  EXPECT_EQ(all["all"]["outcomes"]["age"], (8 * 30 + 2 * 10) / 18.0);
  EXPECT_EQ(all["adults=0"]["households"], 2);
  // Welfare per head of household 1 is now that of one person.
  EXPECT_EQ(all["all"]["mean"], (1 * 2 * 50 + 2 * 1 * 200 + 3 * 2 * 150 + 4 * 2 * 200) / 18.0);
}

TEST_F(Policies, MissingIsAnErrorUnlessARuleIsGiven) {
  expect_refused(eight + "[groups]\narea = 'area'\n", "group 'area' is missing");
  expect_refused(eight + "[welfare.lines]\nz = 'land'\n", "poverty line 'z' is missing");
}

TEST_F(Policies, AValueStandsInForWhatIsMissing) {
  const auto s = run(eight + "[missing]\narea = \"rural\"\nage = \"drop_person\"\n[groups]\narea = 'area'\n")["data"]["groups"];
  EXPECT_EQ(s["area=rural"]["households"], 2 + 4 + 3);
  EXPECT_EQ(s["area=urban"]["households"], 1);
}

TEST_F(Policies, DroppedHouseholdsCountForNothingInThePopulation) {
  const std::string half = R"([programmes.cash]
eligible = 'land >= 0'
coverage = { mode = "share", share = 1 }
cash = { amount = 10 }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
[variables]
typical = 'households(mean_of(land))'
[missing]
land = "drop_household"
age = "drop_person"
[groups]
below = 'land < typical'
)";
  const auto s = run(eight + half);
  EXPECT_EQ(s["none"]["groups"]["all"]["n_excluded"], 2);
  EXPECT_EQ(s["none"]["groups"]["all"]["households"], 6);
  // Of land 0, 1, 2 with weights 1, 2, 3 the mean is 4/3; with household 3 as landless it would be 0.8.
  EXPECT_EQ(s["none"]["groups"]["below=true"]["households"], 3);
  EXPECT_EQ(s["cash"]["programmes"]["cash"]["all"]["recipients"], 6);
}

TEST_F(Policies, ExcludedPersonsAreCountedOnceForEveryLayout) {
  const std::string many = with(with(eight, "households = 4", "households = 3000"), "id == 1, -1/0*0", "chance(0.1, \"m\"), -1/0*0");
  expect_same_for_all_layouts(many + "[missing]\nage = \"drop_person\"\n[groups]\nold = 'age > 15'\n");
}

TEST_F(Policies, WhoIsLeftOutIsCountedBesideARecordAtTheMargin) {
  // The budget serves household 0 and half of household 1; household 3 does not count.
  const auto s = run(with(eight, "outcomes", "where = 'id < 3'\noutcomes") + R"(
[programmes.cash]
eligible = 'true'
coverage = { mode = "ranked", by = 'id', budget = 20 }
cash = { amount = 10 }
[scenarios.cash]
programmes = ["cash"]
[missing]
age = 10
)");
  EXPECT_EQ(s["cash"]["programmes"]["cash"]["all"]["recipients"], 2);
  EXPECT_EQ(s["cash"]["groups"]["all"]["n_excluded"], 1);
}

TEST_F(Policies, HouseholdsAreCountedByWhomeverOfThemIsLeft) {
  const std::string persons = with(with(eight, "resource = 'income'", "resource = 'age'"), "outcomes", "count = \"households\"\noutcomes");
  const auto s = run(persons + "[missing]\nage = \"drop_person\"\n");
  EXPECT_EQ(s["data"]["groups"]["all"]["households"], 10);
  EXPECT_EQ(s["data"]["groups"]["all"]["n_excluded"], 1 + 3);  // the second persons of the others stand for nobody
}

TEST_F(Policies, MissingRuleMistakes) {
  const auto rule = [&](const std::string& text, const std::string& says) { expect_mistake(eight + "[missing]\n" + text + "\n", says, 19); };
  rule("land = \"drop_person\"", "use \"drop_household\"");
  rule("area = \"rurl\"", "did you mean 'rural'?");
  rule("land = \"none\"", "the column holds numbers");
  rule("lnd = 3", "no column of the population");
}

}  // namespace
}  // namespace puente::test
