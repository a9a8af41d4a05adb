// `puente expand` as a user runs it: the same bytes for any layout, figures of the survey kept, margins met.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/hpc/layouts.hpp"
#include "tests/population/synthetic.hpp"
#include "tests/support/data_dir.hpp"

namespace puente::test {
namespace {

const char* const margins = R"(format = 1
kind = "margins"
[[margins]]
name = "area"
by = 'area'
totals = { rural = 1.3e6, urban = 0.7e6 }
)";

class Expand : public SameBits {
 protected:
  void make_survey() {
    const Ran ran = puente("synthesise " + profile_path("lesotho") + " --households 2000 --quiet -o " + survey());
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  std::string survey() const { return folder_ / "survey.h5"; }
};

TEST_F(Expand, TheSameBytesForAnyLayout) {
  make_survey();
  base("expand " + survey() + " " + folder_.write("margins.toml", margins) + " --households 30000");
  for (int ranks = 1; ranks <= most_ranks; ++ranks) {
    expect_same(Layout{ranks, 1, 0, 0}.prefix(), "--threads " + std::to_string(1 + ranks % 3) + (ranks % 2 == 0 ? " --window 4999" : ""));
    const Ran same = shell("cmp " + (folder_ / "base.h5") + " " + (folder_ / "other.h5"));
    EXPECT_EQ(same.code, 0) << same.text;
  }
}

TEST_F(Expand, TotalsAreThoseOfTheSurveyOrOfTheMargins) {
  make_survey();
  const std::string own = folder_ / "own.h5", met = folder_ / "met.h5";
  const auto households = [&](const std::string& file) {
    return puente_json("statistics " + file + " --welfare consumption --line 100 --by area")["groups"];
  };
  ASSERT_EQ(puente("expand " + survey() + " --households 50000 -o " + own).code, 0);
  const double before = households(survey())["all"]["households"], after = households(own)["all"]["households"];
  EXPECT_NEAR(after / before, 1, 1e-12);
  ASSERT_EQ(puente("expand " + survey() + " " + folder_.write("margins.toml", margins) + " --households 50000 -o " + met).code, 0);
  EXPECT_NEAR(households(met)["area=rural"]["persons"].get<double>() / 1.3e6, 1, 1e-3);  // whole clones
  const Ran described = puente("describe " + met);
  for (const char* said : {"origin: clone", "source_id", "base_weight", "50000 households"}) EXPECT_NE(described.text.find(said), std::string::npos) << said << described.text;
}

TEST_F(Expand, AsManyAsTheWeightsSay) {
  make_survey();
  const std::string all = folder_ / "all.h5";
  const auto groups = puente_json("statistics " + survey() + " --welfare consumption --line 100")["groups"];
  const Ran ran = puente("expand " + survey() + " -o " + all);
  ASSERT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find(": " + std::to_string(std::llround(groups["all"]["households"].get<double>())) + " households"), std::string::npos) << ran.text;
}

TEST_F(Expand, Mistakes) {
  make_survey();
  ASSERT_EQ(puente("expand " + survey() + " --households 100 -o " + (folder_ / "e.h5")).code, 0);
  const Ran again = puente("expand " + (folder_ / "e.h5") + " -o " + (folder_ / "f.h5"));
  EXPECT_EQ(again.code, 65) << again.text;
  EXPECT_NE(again.text.find("'source_id' already"), std::string::npos) << again.text;
  EXPECT_EQ(puente("expand " + survey() + " --households 0 -o " + (folder_ / "f.h5")).code, 64);
  EXPECT_EQ(puente("expand nowhere.h5 -o " + (folder_ / "f.h5")).code, 66);
}

/// CASEN 1990 at 200,000 households: reference figures within a standard error of the survey's; then regional totals exactly.
TEST_F(Expand, KeepsTheFiguresOfChile) {
  const std::string data = data_dir() + "/casen_1990_chile/";
  if (!has_data("casen_1990_chile")) GTEST_SKIP() << no_data("casen_1990_chile");
  ASSERT_EQ(puente("import " PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/import.toml --input " + data + "persons.sav -o " + survey()).code, 0);
  const std::string clones = folder_ / "clones.h5", met = folder_ / "met.h5";
  ASSERT_EQ(puente("expand " + survey() + " --households 200000 --quiet -o " + clones).code, 0);
  const auto figures = [](const std::string& file) {
    return puente_json("statistics " + file + " --welfare income --line poor=poverty_line --by region")["groups"];
  };
  const auto found = figures(clones);
  const auto design = nlohmann::json::parse(std::ifstream(data + "reference_design_R.json"));
  for (const char* alpha : {"0", "1", "2"}) {
    const auto& published = design["fgt"][std::string("fgt") + alpha];
    EXPECT_NEAR(found["all"]["fgt"]["poor"][alpha].get<double>(), published["est"].get<double>(), published["se"].get<double>()) << alpha;
  }
  EXPECT_NEAR(found["all"]["gini"].get<double>(), design["laeken"]["gini"].get<double>() / 100, 0.002);
  std::string text = "format = 1\nkind = \"margins\"\n[[margins]]\nname = \"region\"\nby = 'region'\ntotals = {";
  std::map<std::string, double> totals;
  for (const auto& [group, values] : found.items())
    if (group.starts_with("region=")) totals[group] = std::round(values["persons"].get<double>() * (0.9 + 0.02 * static_cast<double>(totals.size())));
  ASSERT_EQ(totals.size(), 13u);
  for (const auto& [group, total] : totals) text += (text.back() == '{' ? " \"" : ", \"") + group.substr(7) + "\" = " + std::to_string(std::llround(total));
  const Ran ran = puente("calibrate " + clones + " " + folder_.write("regions.toml", text + " }\n") + " -o " + met);
  ASSERT_EQ(ran.code, 0) << ran.text;
  const auto calibrated = figures(met);
  for (const auto& [group, total] : totals) EXPECT_NEAR(calibrated[group]["persons"].get<double>() / total, 1, 1e-9) << group;
}

}  // namespace
}  // namespace puente::test
