// What `statistics.include` asks for is what comes, with the same figures whatever else is asked for.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

nlohmann::json everybody(const std::string& include) {
  const std::string scenario = PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml";
  return puente_json("run " + scenario + " --households 3000 --set 'statistics.include=[" + include + "]'")
      .at("scenarios").at("grant").at("groups").at("all");
}

TEST(Include, DistributionGivesWhatNeedsAnOrderAndNoMore) {
  const nlohmann::json all = everybody(R"("poverty", "inequality", "distribution")"), order = everybody(R"("distribution")");
  for (const char* name : {"gini", "palma", "s80_s20", "p90_p10", "quantile", "lorenz", "decile_share"}) {
    ASSERT_TRUE(order.contains(name)) << name;
    EXPECT_EQ(order.at(name), all.at(name)) << name;
  }
  for (const char* name : {"ge", "atkinson", "fgt"}) {
    EXPECT_TRUE(all.contains(name)) << name;
    EXPECT_FALSE(order.contains(name)) << name;
  }
}

TEST(Include, PovertyAloneNeedsNoOrder) {
  const nlohmann::json poverty = everybody(R"("poverty")"), all = everybody(R"("poverty", "inequality")");
  EXPECT_EQ(poverty.at("fgt"), all.at("fgt"));
  EXPECT_FALSE(poverty.contains("gini"));
}

}  // namespace
}  // namespace puente::test
