// What the JSON of a run tells of its uncertainty: in words and numbers at its root, and beside every figure.
#include <gtest/gtest.h>

#include <cmath>

#include "io/hdf5/results_file.hpp"
#include "tests/run/sampled_country.hpp"

namespace puente::test {
namespace {

constexpr const char* levied = R"(format = 1
[population]
households = 200
[population.recipe.household]
size = { value = '1 + floor(4*uniform("size"))', type = "i8" }
income = { value = 'exp(5 + normal("income"))', type = "f64" }
[parameters]
amount = { value = 20, se = 4, status = "assumed" }
[welfare]
resource = 'income'
pass_through = { transfers = 1, levy = 1 }
[welfare.lines]
line = 60
[programmes.grant]
eligible = 'true'
cash = { amount = 'amount' }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
financing = "proportional"
[run]
reference = "none"
seed = 5
)";

TEST(UncertaintyJson, TellsWhatTheFileAndTheTableTell) {
  const Folder folder;
  const nlohmann::json root = puente_json("run " + folder.write("s.toml", levied) + " --threads 1 --draws 20 --level 0.9 --unit-replicates 3 --sampling linearised -o " + folder / "r.h5");
  const nlohmann::json& told = root.at("uncertainty");
  EXPECT_EQ(told.at("level"), 0.9);
  EXPECT_EQ(told.at("draws"), 20);
  const std::string words = told.at("words"), sampling = told.at("sampling");
  EXPECT_NE(words.find("ranges, not confidence intervals, as these are assumed: amount"), std::string::npos) << words;
  EXPECT_NE(sampling.find("there is no sampling error"), std::string::npos) << sampling;
  EXPECT_FALSE(told.contains("degrees_of_freedom"));

  const Results file = io::read_results(folder / "r.h5");
  const nlohmann::json& grant = root.at("scenarios").at("grant");
  const nlohmann::json &all = grant.at("groups").at("all"), &financing = grant.at("financing");
  const std::pair<const char*, const char*> keys[] = {{"se", "_se"}, {"lower", "_lower"}, {"upper", "_upper"}, {"mean_of_draws", "_mean"}, {"mcse", "_mcse"},
                                                      {"se_parameters", "_se_parameters"}, {"se_simulation", "_se_simulation"}};
  for (const auto& [key, suffix] : keys) {
    EXPECT_EQ(all.at(key).at("gini"), file.at(*file.find(std::string("gini") + suffix), {1, 0})) << key;
    EXPECT_EQ(financing.at(key).at("levy_share"), file.at(*file.find(std::string("levy_share") + suffix), {1})) << key;
    EXPECT_EQ(financing.at(key).at("levy").at("all"), file.at(*file.find(std::string("levy") + suffix), {1, 0})) << key;
    EXPECT_TRUE(all.at("difference").at(key).contains("mean")) << key;
    EXPECT_TRUE(grant.at("programmes").at("grant").at("all").at(key).contains("cost")) << key;
  }
  EXPECT_GT(financing.at("se").at("levy_share"), 0);
  EXPECT_FALSE(all.contains("se_sampling"));
  EXPECT_EQ(all.at("mean"), file.at(*file.find("mean_welfare"), {1, 0}));
}

TEST(UncertaintyJson, IsNotThereWithoutUncertainty) {
  const Folder folder;
  const nlohmann::json root = puente_json("run " + folder.write("s.toml", levied) + " --threads 1");
  EXPECT_FALSE(root.contains("uncertainty"));
  EXPECT_FALSE(root.at("scenarios").at("grant").at("groups").at("all").contains("se"));
}

TEST_F(SampledCountry, ItsJsonTellsTheDegreesOfFreedom) {
  const nlohmann::json root = puente_json("statistics " + (folder_ / "s.h5") + " --welfare income --sampling linearised --interval logit --threads 1");
  const nlohmann::json& told = root.at("uncertainty");
  EXPECT_EQ(told.at("degrees_of_freedom"), 34);  // 40 units in 6 strata
  EXPECT_EQ(told.at("interval"), "logit");
  EXPECT_EQ(told.at("level"), 0.95);
  EXPECT_NE(told.at("words").get<std::string>().find("sampling errors by linearisation"), std::string::npos) << told;
  EXPECT_FALSE(told.contains("draws"));
  EXPECT_TRUE(root.at("groups").at("all").at("lower").contains("gini"));
  EXPECT_FALSE(root.at("groups").at("all").contains("mean_of_draws"));
}

}  // namespace
}  // namespace puente::test
