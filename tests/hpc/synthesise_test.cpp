// A population from a profile: the same bits however it is made, written or streamed; a scenario runs on it.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/hpc/layouts.hpp"
#include "tests/population/synthetic.hpp"

namespace puente::test {
namespace {

class Synthesise : public SameBits {};

TEST_F(Synthesise, FilesAreTheSameForAnyRanksAndThreads) {
  base("synthesise " + profile_path("zambia") + " --households 30000");
  for (const Layout& layout : pairwise(0)) expect_same(layout);
}

std::string scenario(const std::string& source) {
  return "format = 1\ntitle = \"meals\"\n[population]\nsource = \"" + source + R"("
households = 20_000
[welfare]
resource = 'consumption'
pass_through = { transfers = 1 }
[welfare.lines]
poor = 294
[groups]
area = 'area'
[programmes.cash]
eligible = 'rank(consumption/size) < 0.3'
coverage = { mode = "share", share = 0.5, within = 'region', unit_of_draw = 'district' }
cash = { amount = 100 }
[scenarios.none]
[scenarios.cash]
programmes = ["cash"]
[statistics]
age_bands = [[6, 8], [9, 11]]
include = ["poverty", "inequality", "attendance"]
)";
}

TEST_F(Synthesise, AScenarioRunsOnAProfileAsOnItsFile) {
  const std::string on_profile = folder_.write("profile.toml", scenario(profile_path("zambia")));
  const std::string on_file = folder_.write("file.toml", scenario("z.h5"));
  ASSERT_EQ(puente("synthesise " + profile_path("zambia") + " --households 20000 --quiet -o " + (folder_ / "z.h5")).code, 0);
  const auto a = puente_json("run " + on_profile), b = puente_json("run " + on_file);
  ASSERT_TRUE(a.contains("scenarios")) << a.dump();
  EXPECT_EQ(a["scenarios"], b["scenarios"]) << b.dump().substr(0, 500);
  const auto poor = a["scenarios"]["none"]["groups"]["all"]["fgt"]["poor"]["0"].get<double>();
  EXPECT_NEAR(poor, 0.6135, 0.02);
}

TEST_F(Synthesise, ARunIsTheSameInMemoryAndStreamed) {
  base("run " + folder_.write("profile.toml", scenario(profile_path("zambia"))));
  for (const Layout& layout : pairwise(3000)) expect_same(layout);
}

TEST_F(Synthesise, TheFileSaysWhatItIs) {
  const std::string file = folder_ / "z.h5";
  ASSERT_EQ(puente("synthesise " + profile_path("lesotho") + " --households 1000 --quiet -o " + file).code, 0);
  const Ran ran = puente("describe " + file);
  for (const char* said : {"origin: synthetic", "currency: LSL", "1000 households"}) EXPECT_NE(ran.text.find(said), std::string::npos) << said << ran.text;
}

TEST_F(Synthesise, ADescribedProfileShowsItsSources) {
  const Ran ran = puente("describe " + profile_path("mali"));
  EXPECT_EQ(ran.code, 0) << ran.text;
  for (const char* said : {"a profile", "UN WPP 2019", "assumed", "Newton steps", "food_security"}) EXPECT_NE(ran.text.find(said), std::string::npos) << said << ran.text;
}

TEST_F(Synthesise, HouseholdsMustBeGiven) {
  std::string text(std::istreambuf_iterator<char>(*std::make_unique<std::ifstream>(profile_path("mali"))), {});
  text.erase(text.find("households = "), text.find('\n', text.find("households = ")) - text.find("households = "));
  const Ran ran = puente("synthesise " + folder_.write("p.toml", text) + " -o " + (folder_ / "p.h5"));
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("how many households"), std::string::npos) << ran.text;
}

}  // namespace
}  // namespace puente::test
