// `puente calibrate` as a user runs it: figures of the new file are the margins, whatever the ranks, threads and windows.
#include <gtest/gtest.h>

#include "tests/hpc/layouts.hpp"
#include "tests/population/synthetic.hpp"

namespace puente::test {
namespace {

const char* const sound = R"(format = 1
kind = "margins"
weight_bounds = [0.2, 5]
population = { persons = 2_000_000 }
[[margins]]
name = "area"
by = 'area'
totals = { rural = 1.3e6, urban = 0.7e6 }
source = "census"
year = 2020
status = "published"
[[margins]]
name = "children"
by = 'age < 15'
shares = { true = 40, false = 60 }
[[margins]]
name = "homes"
by = 'size >= 5'
count = "households"
totals = { true = 230_000, false = 270_000 }
)";

class Calibrate : public SameBits {
 protected:
  void SetUp() override {
    const Ran ran = puente("synthesise " + profile_path("lesotho") + " --households 5000 --quiet -o " + survey());
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  std::string survey() const { return folder_ / "survey.h5"; }
  std::string command(const std::string& margins) const { return "calibrate " + survey() + " " + folder_.write("margins.toml", margins); }
  void expect_refused(const std::string& from, const std::string& to, const std::vector<std::string>& said) {
    std::string text = sound;
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    const Ran ran = puente(command(text) + " -o " + (folder_ / "refused.h5"));
    EXPECT_EQ(ran.code, 65) << ran.text;
    for (const std::string& part : said) EXPECT_NE(ran.text.find(part), std::string::npos) << part << "\n" << ran.text;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "refused.h5"));
  }
};

TEST_F(Calibrate, FiguresOfTheFileAreTheMargins) {
  const std::string out = folder_ / "calibrated.h5";
  const Ran ran = puente(command(sound) + " -o " + out);
  ASSERT_EQ(ran.code, 0) << ran.text;
  for (const char* said : {"of the survey's own", "rural", "1300000.0", "5000 households"}) EXPECT_NE(ran.text.find(said), std::string::npos) << said << ran.text;
  const auto groups = puente_json("statistics " + out + " --welfare consumption --line 100 --by area=area --by 'home=size >= 5' --by 'child=age < 15'")["groups"];
  EXPECT_NEAR(groups["all"]["persons"].get<double>() / 2e6, 1, 1e-9);
  EXPECT_NEAR(groups["area=rural"]["persons"].get<double>() / 1.3e6, 1, 1e-9);
  EXPECT_NEAR(groups["child=true"]["persons"].get<double>() / 0.8e6, 1, 1e-9) << groups.dump().substr(0, 500);
  EXPECT_NEAR(groups["home=true"]["households"].get<double>() / 230e3, 1, 1e-9);
  const Ran described = puente("describe " + out);
  for (const char* said : {"weights calibrated", "margin area: 2000000 persons in 2 categories of area, published, 2020, census", "margin homes: 500000 households"})
    EXPECT_NE(described.text.find(said), std::string::npos) << said << described.text;
}

TEST_F(Calibrate, TheSameBytesForAnyLayout) {
  base(command(sound));
  for (int ranks = 1; ranks <= most_ranks; ++ranks) {
    const std::string prefix = Layout{ranks, 1, 0, 0}.prefix();
    expect_same(prefix, "--threads " + std::to_string(1 + ranks % 3) + (ranks % 2 == 0 ? " --window 700" : ""));
    const Ran same = shell("cmp " + (folder_ / "base.h5") + " " + (folder_ / "other.h5"));
    EXPECT_EQ(same.code, 0) << same.text;
  }
}

TEST_F(Calibrate, WhatIsMetAlreadyStays) {
  const std::string once = folder_ / "once.h5", twice = folder_ / "twice.h5";
  ASSERT_EQ(puente(command(sound) + " --quiet -o " + once).code, 0);
  const Ran ran = puente("calibrate " + once + " " + (folder_ / "margins.toml") + " -o " + twice);
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("new weights are 1.0000 to 1.0000"), std::string::npos) << ran.text;
}

TEST_F(Calibrate, TotalsThatDifferNameBoth) {
  expect_refused("population = { persons = 2_000_000 }", "population = { persons = 2_100_000 }",
                 {"margins.toml:5:", "margin 'area' adds up to 2000000 persons", "the population has 2100000"});
  expect_refused("rural = 1.3e6", "rural = -1.3e6", {"margins.toml:8:", "rural is -1300000", "negative"});
  expect_refused("{ true = 40, false = 60 }", "{ true = 40, false = 70 }", {"margins.toml:15:", "add up to 110, not 100"});
}

TEST_F(Calibrate, CategoriesMissedAndUnknown) {
  expect_refused("rural = 1.3e6, urban = 0.7e6", "rural = 2e6", {"margins.toml:5:", "margin 'area' has no total for 'urban'"});
  expect_refused("rural = 1.3e6", "rurl = 1.3e6", {"margins.toml:8:", "no category 'rurl'; did you mean 'rural'?"});
}

TEST_F(Calibrate, OutOfReach) {
  expect_refused("rural = 1.3e6, urban = 0.7e6", "rural = 1_990_000, urban = 10_000", {"'urban' of margin 'area' asks for 10000", "weight_bounds = [0.2, 5]"});
  expect_refused("[0.2, 5]", "[1.2, 5]", {"margins.toml:3:", "on either side of 1"});
}

TEST_F(Calibrate, TheFileItself) {
  expect_refused("kind = \"margins\"", "kind = \"profile\"", {"kind = \"margins\""});
  expect_refused("name = \"children\"", "name = \"area\"", {"'area' is given to two margins"});
  expect_refused("population = { persons = 2_000_000 }\n", "", {"shares need the population", "persons = …"});
  expect_refused("shares = {", "sharse = {", {"either totals", "did you mean 'shares'?"});
  expect_refused("count = \"households\"", "count = \"homes\"", {"\"persons\", \"households\""});
  const Ran ran = puente("calibrate " + survey() + " nowhere.toml -o " + (folder_ / "x.h5"));
  EXPECT_EQ(ran.code, 66) << ran.text;
}

}  // namespace
}  // namespace puente::test
