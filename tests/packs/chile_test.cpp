// The pack chile_casen_1990 on the survey itself; skipped where the survey is not at hand.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

std::string survey() {
  const char* folder = std::getenv("PUENTE_DATA_DIR");
  const std::string root = folder != nullptr ? folder : PUENTE_SOURCE_DIR "/../shared/data";
  return root + "/casen_1990_chile/";
}

const std::string pack = PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/";

class Chile : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(survey() + "persons.sav"))
      GTEST_SKIP() << "the CASEN 1990 survey is not at " << survey() << "; set PUENTE_DATA_DIR to the folder of surveys";
    const Ran ran = puente("import " + pack + "import.toml --input " + survey() + "persons.sav -o " + population_);
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  nlohmann::json run(const std::string& options = "") {
    return puente_json("run " + pack + "scenario.toml --population " + population_ + " " + options)["scenarios"];
  }
  Folder folder_;
  std::string population_ = folder_ / "casen.h5";
};

nlohmann::json published() { return json_of_file(survey() + "reference.json"); }

TEST_F(Chile, StatisticsEqualTheReferenceFigures) {
  const auto groups = puente_json("statistics " + population_ + " --welfare income --line poor=poverty_line --line indigent=indigence_line --by area")["groups"];
  const auto reference = published();
  int compared = 0;
  for (const auto& [group, name] : {std::pair{"all", "national"}, {"area=urban", "urban"}, {"area=rural", "rural"}}) {
    const auto near = [&](double found, const nlohmann::json& wanted) {
      EXPECT_NEAR(found / wanted.get<double>(), 1, 1e-12) << name;
      ++compared;
    };
    for (const char* line : {"poor", "indigent"}) {
      for (const char* alpha : {"0", "1", "2"}) near(groups[group]["fgt"][line][alpha], reference["poverty"][name][line][std::string("fgt") + alpha]);
      near(groups[group]["watts"][line], reference["poverty"][name][line]["watts"]);
    }
    const auto& distribution = reference["distribution"][name];
    for (const auto& [ours, theirs] : {std::pair{"mean", "mean"}, {"gini", "gini"}, {"palma", "palma"}, {"s80_s20", "S80S20"}, {"persons", "sum_weights"}})
      near(groups[group][ours], distribution[theirs]);
    near(groups[group]["ge"]["1"], distribution["theil_t_pos"]);
    near(groups[group]["ge"]["0"], distribution["mld_pos"]);
    for (const auto& [p, theirs] : {std::pair{"0.1", "p10"}, {"0.25", "p25"}, {"0.5", "median"}, {"0.75", "p75"}, {"0.9", "p90"}})
      EXPECT_EQ(groups[group]["quantile"][p], distribution[theirs]) << name << p;
    for (std::size_t d = 0; d < 10; ++d) near(groups[group]["decile_share"][d], distribution["decile_shares"][d]);
  }
  EXPECT_EQ(compared, 3 * (8 + 5 + 2 + 10));
}

TEST_F(Chile, AttendanceEqualsTheReferenceFigures) {
  const auto groups = puente_json("statistics " + population_ + " --welfare income --by area --by quintile=income_quintile --attends 'coalesce(attends, false)' --age age --sex sex --age-bands 6-13,14-17,6-17")["groups"];
  const auto ages = published()["attendance"]["by_age"];
  for (const char* band : {"6-13", "14-17", "6-17"}) {
    EXPECT_NEAR(groups["all"]["attendance"][band].get<double>(), ages[band]["all"]["rate"].get<double>(), 1e-12);
    EXPECT_NEAR(groups["all"]["attendance_by_sex"]["female"][band].get<double>(), ages[band]["female"].get<double>(), 1e-12);
    EXPECT_NEAR(groups["area=rural"]["attendance"][band].get<double>(), ages[band]["rural"].get<double>(), 1e-12);
    for (const char* q : {"1", "2", "3", "4", "5"})
      EXPECT_NEAR(groups[std::string("quintile=") + q]["attendance"][band].get<double>(), ages[band]["by_quintile_qaut"][q].get<double>(), 1e-12);
  }
}

TEST_F(Chile, AsObservedIsTheSurveyBitForBit) {
  const auto run_groups = run()["as_observed"]["groups"];
  const auto survey_groups = puente_json("statistics " + population_ + " --welfare income --line poor=poverty_line --line indigent=indigence_line --by area --by region")["groups"];
  for (const auto& [group, figures] : survey_groups.items())
    for (const char* name : {"mean", "gini", "fgt", "watts", "quantile", "decile_share", "ge", "atkinson", "lorenz"})
      EXPECT_EQ(run_groups[group][name], figures[name]) << group << " " << name;
}

/// The model beside the scenario is what the survey gives; programmes nobody has yet leave the data as they are.
TEST_F(Chile, TheSchoolGrantsModelIsTheSurveys) {
  const std::string model = folder_ / "schooling.model.toml";
  const Ran ran = puente("estimate " + pack + "schooling.toml --population " + population_ + " --model schooling --alpha0 0 -o " + model);
  ASSERT_EQ(ran.code, 0) << ran.text;
  const auto utilities = [](const std::string& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str().substr(0, text.str().find("[provenance]"));
  };
  EXPECT_EQ(utilities(model), utilities(pack + "schooling.model.toml"));
  const auto scenarios = puente_json("run " + pack + "schooling.toml --population " + population_)["scenarios"];
  const auto survey_groups = puente_json("statistics " + population_ + " --welfare income --line poor=poverty_line")["groups"];
  EXPECT_EQ(scenarios["none"]["groups"]["all"]["fgt"]["poor"], survey_groups["all"]["fgt"]["poor"]);
  EXPECT_LT(scenarios["conditional"]["groups"]["all"]["fgt"]["poor"]["0"], scenarios["none"]["groups"]["all"]["fgt"]["poor"]["0"]);
  EXPECT_GT(scenarios["conditional"]["groups"]["all"]["attendance"]["12-17"], scenarios["none"]["groups"]["all"]["attendance"]["12-17"]);
}

/// The model's own covariance makes what the grant does uncertain; what is observed stays as it is in every draw.
TEST_F(Chile, TheSchoolGrantIsAsSureAsItsModel) {
  const auto scenarios = puente_json("run " + pack + "schooling.toml --population " + population_ + " --draws 10")["scenarios"];
  const auto se = [&](const char* name) { return scenarios[name]["groups"]["all"]["se"]["mean"].get<double>(); };
  EXPECT_GT(se("unconditional"), 0);
  EXPECT_EQ(se("none"), 0);
}

TEST_F(Chile, TheBudgetIsSpentToTheLastPeso) {
  const auto s = run();
  EXPECT_NEAR(s["transfer"]["programmes"]["transfer"]["all"]["cost"].get<double>(), 5.0e9, 1e-3);
  EXPECT_LT(s["both"]["groups"]["all"]["fgt"]["poor"]["1"], s["transfer"]["groups"]["all"]["fgt"]["poor"]["1"]);
}

}  // namespace
}  // namespace puente::test
