// A survey's own replicate weights in runs and statistics: what they say, how they are named, and every way in which they may be wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/run/sampled_country.hpp"

namespace puente::test {
namespace {

class OwnColumns : public SampledCountry {
 protected:
  std::string options() const { return "--sampling columns --replicate-weights j --replicate-kind jkn --rscales " + rscales(); }
  /// The scenario with a [sampling] of its own.
  std::string with_sampling(const std::string& keys) {
    std::ifstream file(scenario_);
    std::ostringstream text;
    text << file.rdbuf() << "[sampling]\n" << keys;
    return folder_.write("own.toml", text.str());
  }
};

void expect_same_errors(const nlohmann::json& a, const nlohmann::json& b) {
  for (const char* figure : {"mean", "gini", "palma"}) {
    EXPECT_NEAR(a.at("se").at(figure).get<double>() / b.at("se").at(figure).get<double>(), 1, 1e-9) << figure;
    EXPECT_NEAR(a.at("difference").at("se").at(figure).get<double>() / b.at("difference").at("se").at(figure).get<double>(), 1, 1e-9) << figure;
  }
  EXPECT_NEAR(a.at("se").at("fgt").at("relative").at("1").get<double>() / b.at("se").at("fgt").at("relative").at("1").get<double>(), 1, 1e-9);
}

/// Columns that leave one sampling unit out each are the jackknife that puente makes itself.
TEST_F(OwnColumns, OfAJackknifeAreTheJackknife) {
  const nlohmann::json made = group("--sampling jackknife");
  expect_same_errors(group(options()), made);
  const std::string own = with_sampling("method = \"columns\"\nreplicate_weights = \"j\"\nkind = \"jkn\"\nrscales = [" + rscales() + "]\n");
  expect_same_errors(puente_json("run " + own).at("scenarios").at("grant").at("groups").at("all"), made);
}

/// 40 columns that add up to 34 times the weights and no more: the design's 34 degrees of freedom.
TEST_F(OwnColumns, HaveTheRankAsDegreesOfFreedom) {
  const nlohmann::json all = group(options());
  const double half = (all.at("upper").at("mean").get<double>() - all.at("lower").at("mean").get<double>()) / 2;
  EXPECT_NEAR(half / all.at("se").at("mean").get<double>(), 2.0322445093177191, 1e-6);  // R: qt(.975, 34)
}

/// √(4/n) over √(1/n): successive differences are twice balanced replicates of the same columns. One rscale is for all.
TEST_F(OwnColumns, CountByTheirKind) {
  const auto se = [&](const std::string& kind) { return group("--sampling columns --replicate-weights j --replicate-kind " + kind).at("se").at("mean").get<double>(); };
  const double brr = se("brr");
  EXPECT_NEAR(se("successive_difference") / brr, 2, 1e-9);
  EXPECT_NEAR(se("fay --fay 0.5") / brr, 2, 1e-9);
  EXPECT_NEAR(se("jk2") / brr, std::sqrt(40.0), 1e-9);
  EXPECT_NEAR(se("jkn --rscales 0.25") / se("jk2"), 0.5, 1e-9);
  EXPECT_NEAR(se("bootstrap") / brr, std::sqrt(40 / 39.0), 1e-9);
  EXPECT_GT(se("brr --replicate-centre estimate"), brr);
}

TEST_F(OwnColumns, AreChosenByNameToo) {
  const std::string named = with_sampling("method = \"columns\"\nreplicate_weights = [\"j1\", \"j2\", \"j3\"]\nkind = \"jk2\"\n");
  const nlohmann::json by_name = puente_json("run " + named).at("scenarios").at("grant").at("groups").at("all"),
                       by_option = group("--sampling columns --replicate-weights j1,j2,j3 --replicate-kind jk2");
  EXPECT_EQ(by_name.at("se"), by_option.at("se"));
}

/// Replicates multiply whatever weight the records have.
TEST_F(OwnColumns, KnowWeightsOfRecords) {
  const std::string statistics = "statistics " + (folder_ / "s.h5") + " --welfare income --line 80=80 ";
  const auto all = [&](const std::string& options) { return puente_json(statistics + options).at("groups").at("all"); };
  const nlohmann::json plain = all("--count records " + options()), twice = all("--count records --weight '2 * household.weight' " + options()),
                       linear = all("--count records --weight 'household.weight * there' --sampling linearised"),
                       jack = all("--count records --weight 'household.weight * there' --sampling jackknife");
  EXPECT_NEAR(twice.at("se").at("mean").get<double>() / plain.at("se").at("mean").get<double>(), 1, 1e-9);
  EXPECT_NEAR(twice.at("se").at("poor_persons").at("80").get<double>() / plain.at("se").at("poor_persons").at("80").get<double>(), 2, 1e-9);
  EXPECT_NEAR(jack.at("se").at("mean").get<double>() / linear.at("se").at("mean").get<double>(), 1, 0.05);
  EXPECT_NEAR(jack.at("se").at("poor_persons").at("80").get<double>() / linear.at("se").at("poor_persons").at("80").get<double>(), 1, 1e-9);
}

TEST_F(OwnColumns, ThatMissHouseholdsNameThem) {
  const double missing = std::nan("");
  auto replicates = columns_of_jackknife();
  const auto refuse = [&](const std::string& words) {
    folder_.write("s.csv", csv_of(replicates));
    import_survey("j", replicates.size(), "s.h5");
    expect_refusal("run " + scenario_ + " --quiet " + options(), 65, words);
    replicates = columns_of_jackknife();
  };
  replicates[6][16] = missing;
  refuse("household 17 has no weight in replicate 7");
  for (auto& column : replicates) column[11] = 0;
  refuse("household 12 has weight 0 in all 40 replicates");
  replicates[2][3] = -1;
  refuse("household 4 has no weight in replicate 3 (-1)");
  households_[4].weight = 0;
  replicates[0][4] = 3;
  refuse("household 5 has weight 0 in the survey and 3 in replicate");
}

TEST_F(OwnColumns, SayWhatIsNotThere) {
  const std::string run = "run " + scenario_ + " --quiet --sampling columns ";
  expect_refusal(run + "--replicate-kind brr", 64, "replicate_weights");
  expect_refusal(run + "--replicate-weights j", 64, "by what `kind` of replication");
  expect_refusal(run + "--replicate-weights j --replicate-kind jkn", 64, "jkn needs `rscales`");
  expect_refusal(run + "--replicate-weights j --replicate-kind jkn --rscales 0.5,0.5", 65, "has 2 rscales");
  expect_refusal(run + "--replicate-weights j --replicate-kind brr --rscales 0.5", 64, "belong to the kind jkn");
  expect_refusal(run + "--replicate-weights repwt --replicate-kind brr", 65, "no columns repwt1, repwt2");
  expect_refusal(run + "--replicate-weights j1,j41 --replicate-kind brr", 65, "no column of replicate weights 'j41'");
  expect_refusal(run + "--replicate-weights j1,age --replicate-kind brr", 65, "persons have one");
  expect_refusal("check " + with_sampling("method = \"columns\"\nreplicate_weights = \"j\"\n"), 65, "own.toml:36:");
  expect_refusal("check " + with_sampling("method = \"jackknife\"\ninterval = \"percentile\"\n"), 65, "need replicates that spread as samples do");
  expect_refusal("check " + with_sampling("method = \"columns\"\nreplicate_weights = \"j\"\nkind = \"brrr\"\n"), 65, "brr");
}

/// j1 is a column, not the beginning of j10 … j19; and no number may be left out.
TEST_F(OwnColumns, AreAllOfTheirNumbers) {
  const std::string run = "run " + scenario_ + " --threads 1 --quiet --sampling columns --replicate-kind brr --replicate-weights ";
  expect_refusal(run + "j1", 65, "1 columns of replicate weights: a variance needs two");
  std::ifstream file(folder_ / "map.toml");
  std::ostringstream text;
  text << file.rdbuf();
  std::string map = text.str();
  map.replace(map.find("j7 = "), 5, "k7 = ");
  ASSERT_EQ(puente("import " + folder_.write("map.toml", map) + " -o " + folder_ / "s.h5").code, 0);
  expect_refusal(run + "j", 65, "have a gap: there is 'j8' and no 'j7'");
  EXPECT_EQ(puente(run + "j6,j8").code, 0);
}

/// Replicates of the old weights against new ones would give errors without sense.
TEST_F(OwnColumns, DoNotOutliveCalibration) {
  double persons = 0;
  for (const Household& h : households_) persons += 2 * h.weight;
  const std::string half = shortest(persons / 2), margins = folder_.write("margins.toml", "format = 1\nkind = \"margins\"\nweight_bounds = [0.2, 5]\n[[margins]]\nname = \"south\"\n"
    "by = 'region == 1'\ntotals = { true = " + half + ", false = " + half + " }\nsource = \"a test\"\nyear = 2020\nstatus = \"published\"\n");
  const Ran ran = puente("calibrate " + (folder_ / "s.h5") + " " + margins + " --threads 1 --quiet -o " + folder_ / "calibrated.h5");
  ASSERT_EQ(ran.code, 0) << ran.text;
  const std::string statistics = "statistics " + (folder_ / "calibrated.h5") + " --welfare income --line 80=80 ";
  expect_refusal(statistics + options(), 65, "the weights of this population were calibrated and its columns of replicate weights were not");
  EXPECT_NE(words(statistics + "--sampling jackknife").find("calibration is not repeated in replicates"), std::string::npos);
  EXPECT_EQ(words("statistics " + (folder_ / "s.h5") + " --welfare income --line 80=80 --sampling jackknife").find("calibration"), std::string::npos);
  ASSERT_EQ(puente("expand " + (folder_ / "s.h5") + " --households 1000 --threads 1 --quiet -o " + folder_ / "clones.h5").code, 0);
  expect_refusal("statistics " + (folder_ / "clones.h5") + " --welfare income --line 80=80 " + options(), 65, "the households of this population are clones");
}

}  // namespace
}  // namespace puente::test
