// `puente expand` as a user runs it: the same bytes for any layout, figures of the survey kept, margins met.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/hpc/layouts.hpp"
#include "tests/population/synthetic.hpp"

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

}  // namespace
}  // namespace puente::test
