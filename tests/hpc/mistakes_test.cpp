// What users get wrong: the documented exit code, the place, no output file.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

const std::string good = R"(format = 1
[population]
households = 100
[population.recipe.household]
size = '2'
income = '100 + id'
area = { value = 'floor(2*uniform("a"))', type = "i8", labels = ["urban", "rural"] }
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
z = 60
)";

class Mistakes : public testing::Test {
 protected:
  Ran check(const std::string& content) { return puente("check " + folder_.write("s.toml", content)); }
  void expect_refused(const std::string& content, int code, const std::string& says) {
    const std::string file = folder_.write("s.toml", content);
    const Ran ran = puente("run " + file + " --quiet -o " + (folder_ / "out.h5"));
    EXPECT_EQ(ran.code, code) << ran.text;
    EXPECT_NE(ran.text.find(says), std::string::npos) << ran.text;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.h5"));
  }
  Folder folder_;
};

TEST_F(Mistakes, TenMistakesGetTenMessagesAtTheirPlaces) {
  const Ran ran = check(R"(format = 1
[population]
households = 100
[population.recipe.household]
size = '2'
income = '100 + id'
area = { value = 'floor(2*uniform("a"))', type = "i8", labels = ["urban", "rural"] }
[variables]
half = 'incme / 2'
bad_label = 'area == "rurl"'
[welfare]
resource = 'income'
[welfare.lines]
z = 'area'
[groups]
area = 'area ='
[programmes.one]
eligible = 'income'
covrage = { mode = "everyone" }
[programmes.two]
eligible = 'count(true) > size > '
coverage = { mode = "shar" }
cash = { amount = 'income > 3' }
[[programmes.two.effects]]
outcome = "incom"
size = 0.1
[scenarios.a]
programmes = ["one", "two"]
)");
  EXPECT_EQ(ran.code, 65);
  for (const char* place : {":9:", ":10:", ":14:", ":16:", ":18:", ":19:", ":21:", ":22:", ":23:", ":24:"})
    EXPECT_NE(ran.text.find(std::string("s.toml") + place), std::string::npos) << place << "\n" << ran.text;
  EXPECT_NE(ran.text.find("did you mean 'income'"), std::string::npos) << ran.text;
}

TEST_F(Mistakes, GoodFilesHaveNone) { EXPECT_EQ(check(good).code, 0); }

TEST_F(Mistakes, ExitCodes) {
  EXPECT_EQ(puente("--help").code, 0);
  EXPECT_EQ(puente("--version").code, 0);
  EXPECT_EQ(puente("").code, 64);
  EXPECT_EQ(puente("run").code, 64);
  EXPECT_EQ(puente("run no_such_pack").code, 66);
  EXPECT_EQ(puente("statistics " + (folder_ / "none.h5") + " --welfare x").code, 66);
  EXPECT_EQ(puente("describe " + folder_.write("empty.h5", "")).code, 65);
  EXPECT_EQ(puente("run " + folder_.write("broken.toml", "format = ")).code, 65);
}

TEST_F(Mistakes, UnwritableFolder) {
  const std::string file = folder_.write("s.toml", good);
  EXPECT_EQ(puente("run " + file + " --quiet -o /no/such/folder/out.h5").code, 73);
}

TEST_F(Mistakes, HouseholdsWithoutSense) {
  std::string weights = good, welfare = good, size = good, negative = good;
  weights.insert(weights.find("size = "), "weight = '0'\n");
  expect_refused(weights, 65, "nobody is represented");
  welfare.replace(welfare.find("100 + id"), 8, "log(id) ");
  expect_refused(welfare, 65, "missing or infinite: 1 time, first in household 0");
  size.replace(size.find("'2'"), 3, "'0'");
  expect_refused(size, 65, "household without persons");
  negative.insert(negative.find("size = "), "weight = '50 - id'\n");
  expect_refused(negative, 65, "the weight is negative");
}

// Where persons are counted, a household without persons has no weight among them, and is still a household.
TEST_F(Mistakes, HouseholdsWithoutPersonsAreHouseholds) {
  std::string some_empty = good;
  some_empty.replace(some_empty.find("'2'"), 3, "'if(id < 30, 0, 2)'");
  const std::size_t lines = some_empty.find("[welfare.lines]");
  const std::string scaled = some_empty.substr(0, lines) + "scale = '1'\n" + some_empty.substr(lines) + "[groups]\narea = 'area'\n[statistics]\noutcomes = ['income']\n";
  const auto groups = puente_json("run " + folder_.write("empty.toml", scaled))["scenarios"]["data"]["groups"];
  EXPECT_EQ(groups["all"]["households"], 100);
  EXPECT_EQ(groups["all"]["persons"], 140);
  EXPECT_EQ(groups["area=urban"]["households"].get<double>() + groups["area=rural"]["households"].get<double>(), 100);
  EXPECT_DOUBLE_EQ(groups["all"]["mean"], 164.5);               // 100 + the mean of 30 … 99
  EXPECT_DOUBLE_EQ(groups["all"]["outcomes"]["income"], 149.5);  // of households: 100 + the mean of 0 … 99
}

TEST_F(Mistakes, CoverageWithoutSense) {
  const std::string grant = "[programmes.g]\neligible = 'true'\ncash = { amount = 1 }\n[scenarios.g]\nprogrammes = [\"g\"]\n";
  expect_refused(good + grant + "[programmes.g.coverage]\nmode = \"share\"\nshare = 1.5\n", 65, "between 0 and 1");
  // The mistake is shown in full digits, at the value.
  expect_refused(good + grant + "[programmes.g.coverage]\nmode = \"share\"\nshare = 1.0000001\n", 65, "s.toml:20:9: error: programmes.g.coverage.share is 1.0000001");
  expect_refused(good + grant + "[programmes.g.coverage]\nmode = \"ranked\"\nby = 'income'\nbudget = -2.5\n", 65, "s.toml:21:10: error: programmes.g.coverage.budget is -2.5");
  expect_refused(good + grant + "[programmes.g.coverage]\nmode = \"ranked\"\nby = 'income'\n", 65, "either `quota` or `budget`");
  expect_refused(good + grant + "[programmes.g.coverage]\nmode = \"observed\"\n", 65, "no `observed`");
  const std::string dear = "[programmes.g]\neligible = 'true'\ncash = { amount = 1e24 }\n[scenarios.g]\nprogrammes = [\"g\"]\n";
  expect_refused(good + dear + "[programmes.g.coverage]\nmode = \"ranked\"\nby = 'income'\nbudget = 4e13\n", 65, "give money in millions");
  const std::string negative = "[programmes.g]\neligible = 'true'\ncash = { amount = 'income - 110' }\n[scenarios.g]\nprogrammes = [\"g\"]\n";
  expect_refused(good + negative + "[programmes.g.coverage]\nmode = \"ranked\"\nby = 'income'\nbudget = 40\n", 65, "less than nothing");
}

TEST_F(Mistakes, NegativeIncomesZeroLinesAndOneHousehold) {
  std::string negative = good;
  negative.replace(negative.find("100 + id"), 8, "id - 50 ");
  negative.replace(negative.find("z = 60"), 6, "z = 0 ");
  const auto all = puente_json("run " + folder_.write("n.toml", negative))["scenarios"]["data"]["groups"]["all"];
  EXPECT_EQ(all["weight_negative"], 100);
  EXPECT_EQ(all["fgt"]["z"]["0"], 0.5);  // households 0 to 49 of 100 lie below zero, at (id - 50)/2
  EXPECT_EQ(all["poor_persons"]["z"], 100);
  EXPECT_EQ(all["total_gap"]["z"], 1275);  // 1 + 2 + … + 50, for each of two persons a half of it
  for (const char* alpha : {"1", "2"}) EXPECT_TRUE(all["fgt"]["z"][alpha].is_null()) << alpha;
  EXPECT_TRUE(all["watts"]["z"].is_null());
  const auto one = puente_json("run " + folder_.write("g.toml", good) + " --households 1")["scenarios"]["data"]["groups"]["all"];
  EXPECT_EQ(one["gini"], 0);
  EXPECT_EQ(one["mean"], 50);
}

TEST_F(Mistakes, AGroupOfFractionsNamesItsFirstHousehold) {
  expect_refused(good + "[groups]\ng = 'if(id < 7, 3, id/3)'\n", 65, "group 'g' has the value 2.3333333333333335, which is not a whole number, first in household 7");
}

TEST_F(Mistakes, ABudgetOfAnySizeBuysWhatItCosts) {
  for (const char* scale : {"1", "1e9", "1e12", "1e20"}) {
    const std::string grant = std::string("[programmes.g]\neligible = 'true'\ncash = { amount = '") + scale +
                              "' }\ncoverage = { mode = \"ranked\", by = 'income', budget = '40.5*" + scale +
                              "' }\n[scenarios.g]\nprogrammes = [\"g\"]\n";
    const auto result = puente_json("run " + folder_.write("b.toml", good + grant));
    ASSERT_FALSE(result.contains("failed")) << result;
    EXPECT_EQ(result["scenarios"]["g"]["programmes"]["g"]["all"]["recipients"], 40.5) << scale;
  }
}

TEST_F(Mistakes, QuantitiesThatWaitForThemselves) {
  expect_refused(good + "[variables]\na = 'b + 1'\nb = 'a + 1'\n", 65, "a -> b -> a");
}

}  // namespace
}  // namespace puente::test
