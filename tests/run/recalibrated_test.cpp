// Replicates of a sample that calibrate its weights anew and estimate its schooling model anew, beside R's survey package and beside
// runs of each replicate by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <sstream>

#include "tests/run/sampled_country.hpp"

namespace puente::test {
namespace {

const char* const totals = R"(format = 1
kind = "margins"
weight_bounds = [0.5, 2]
[[margins]]
name = "south"
by = 'region == 1'
count = "households"
totals = { true = 2200, false = 1900 }
[[margins]]
name = "ages"
by = 'age < 11'
totals = { true = 2600, false = 5600 }
)";

class Recalibrated : public SampledCountry {
 protected:
  void SetUp() override {
    SampledCountry::SetUp();
    margins_ = "--margins " + folder_.write("margins.toml", totals) + " ";
  }
  std::string margins_;
};

TEST_F(Recalibrated, IsTheCalibratedSurveyToTheLastBit) {
  ASSERT_EQ(puente("calibrate " + (folder_ / "s.h5") + " " + (folder_ / "margins.toml") + " -o " + (folder_ / "c.h5")).code, 0);
  ASSERT_EQ(puente("run " + scenario_ + " --quiet --population " + (folder_ / "c.h5") + " -o " + (folder_ / "a.h5")).code, 0);
  ASSERT_EQ(puente("run " + scenario_ + " --quiet " + margins_ + "-o " + (folder_ / "b.h5")).code, 0);
  EXPECT_EQ(puente("compare " + (folder_ / "a.h5") + " " + (folder_ / "b.h5")).code, 0);
  const std::string own = with("source = \"s.h5\"\n", "source = \"s.h5\"\nmargins = \"margins.toml\"\n");
  ASSERT_EQ(puente("run " + own + " --quiet -o " + (folder_ / "d.h5")).code, 0);
  EXPECT_EQ(puente("compare " + (folder_ / "a.h5") + " " + (folder_ / "d.h5")).code, 0);
}

TEST_F(Recalibrated, HasRsErrors) {
  if (shell("Rscript -e 'stopifnot(requireNamespace(\"survey\"))'").code != 0)
    GTEST_SKIP() << "R with the package survey is not installed (r-base-core, r-cran-survey)";
  const nlohmann::json scenarios = puente_json("run " + scenario_ + " --threads 1 --sampling jackknife " + margins_).at("scenarios");
  const nlohmann::json &none = scenarios.at("none").at("groups").at("all"), &grant = scenarios.at("grant");
  std::map<std::string, double> found = {{"mean of all", none.at("mean")},
                                         {"mean", none.at("se").at("mean")},
                                         {"difference of means", grant.at("groups").at("all").at("difference").at("se").at("mean")},
                                         {"spending", grant.at("programmes").at("grant").at("all").at("se").at("spending")}};
  const Ran ran = shell("Rscript " PUENTE_SOURCE_DIR "/tests/run/r/recalibrated.R " + (folder_ / "s.csv"));
  ASSERT_EQ(ran.code, 0) << ran.text;
  std::istringstream text(ran.text);
  std::size_t figures = 0;
  for (std::string name, value; std::getline(text, name, '\t') && std::getline(text, value); ++figures) EXPECT_NEAR(found.at(name) / std::stod(value), 1, 1e-7) << name;
  EXPECT_EQ(figures, found.size());
}

/// What the margins fix does not vary; without them it does.
TEST_F(Recalibrated, HasNoErrorOfItsMargins) {
  const std::string statistics = "statistics " + (folder_ / "s.h5") + " --welfare income --by south='region == 1' --sampling jackknife --line 'margin=if(region == 1, 1000000, 0)' ";
  const auto error = [&](const std::string& options) { return puente_json(statistics + options).at("groups").at("all").at("se").at("poor_persons").at("margin").get<double>(); };
  EXPECT_LT(error(margins_), 1e-4);
  EXPECT_GT(error(""), 10);
}

TEST_F(Recalibrated, TakesTheSurveysOwnColumns) {
  const std::string columns = "--sampling columns --replicate-weights j --replicate-kind jkn --rscales " + rscales() + " ";
  const nlohmann::json made = group("--sampling jackknife " + margins_), own = group(columns + margins_);
  for (const char* figure : {"mean", "gini"}) {
    EXPECT_NEAR(own.at("se").at(figure).get<double>() / made.at("se").at(figure).get<double>(), 1, 1e-8) << figure;
    EXPECT_NEAR(own.at("difference").at("se").at(figure).get<double>() / made.at("difference").at("se").at(figure).get<double>(), 1, 1e-8) << figure;
  }
}

TEST_F(Recalibrated, SaysWhatIsRepeated) {
  EXPECT_NE(words("run " + scenario_ + " --sampling jackknife " + margins_).find("calibrated anew in each replicate"), std::string::npos);
  EXPECT_NE(words("run " + scenario_ + " --sampling linearised " + margins_).find("calibrated weights held fixed"), std::string::npos);
}

TEST_F(Recalibrated, IsTheSameInEveryLayout) {
  const std::string options = "run " + scenario_ + " --quiet --sampling bootstrap --replicates 5 " + margins_;
  ASSERT_EQ(puente(options + "--threads 1 -o " + (folder_ / "one.h5")).code, 0);
  ASSERT_EQ(puente(options + "--threads 3 --block 7 --window 64 -o " + (folder_ / "other.h5")).code, 0);
  EXPECT_EQ(puente("compare " + (folder_ / "one.h5") + " " + (folder_ / "other.h5")).code, 0);
  if (most_ranks == 1) return;
  const Layout two{2, 1, 5, 0};
  ASSERT_EQ(shell(two.prefix() + PUENTE_BINARY " " + options + two.options() + " -o " + (folder_ / "two.h5")).code, 0);
  EXPECT_EQ(puente("compare " + (folder_ / "one.h5") + " " + (folder_ / "two.h5")).code, 0);
}

TEST_F(Recalibrated, RefusesWhatCannotBe) {
  expect_refusal("check " + with("source = \"s.h5\"\n", "source = \"s.h5\"\nmargins = \"there_is_none.toml\"\n"), 66, "there_is_none.toml");
  expect_refusal("run reference --households 1000 --quiet " + margins_, 65, "margins are for the weights of a survey");
  ASSERT_EQ(puente("calibrate " + (folder_ / "s.h5") + " " + (folder_ / "margins.toml") + " -o " + (folder_ / "c.h5")).code, 0);
  expect_refusal("run " + scenario_ + " --population " + (folder_ / "c.h5") + " " + margins_, 65, "were calibrated already");
  std::string tight = totals;
  tight.replace(tight.find("[0.5, 2]"), 8, "[0.8, 1.25]");
  const std::string narrow = "--margins " + folder_.write("tight.toml", tight);
  const Ran central = puente("run " + scenario_ + " --quiet " + narrow);
  ASSERT_EQ(central.code, 0) << central.text;
  expect_refusal("run " + scenario_ + " --quiet --sampling bootstrap --replicates 20 " + narrow, 65, "in replicate ");
}

/// Children of 8 sampling units, one a household, who go to school or do not.
class Reestimated : public SameBits {
 protected:
  static constexpr int units = 8, each = 60;

  void SetUp() override {
    survey("s", {});
    scenario_ = folder_.write("s.toml", study("s", "model"));
    estimate("s", "model");
  }
  /// Weights: of the household times the factor of its unit; none: 1.
  void survey(const std::string& name, const std::vector<double>& factor) {
    std::string csv = "h,p,w,unit,income,age,goes\n";
    for (int h = 0; h < units * each; ++h) {
      const int unit = h / each, age = 8 + h % 9;
      const double income = 20 + (h * 7919 % 997) / 9.0 + 4 * unit, chance = ((h * 104729 + 31) % 1009) / 1009.0;
      const int goes = chance < 1 / (1 + std::exp(-(0.4 + income / 90 - 0.15 * (age - 8) + 0.1 * unit))) ? 1 : 0;
      const double weight = (10 + h % 7) * (factor.empty() ? 1 : factor[static_cast<std::size_t>(unit)]);
      csv += std::to_string(h + 1) + ",1," + shortest(weight) + "," + std::to_string(unit) + "," + shortest(income) + "," + std::to_string(age) + "," + std::to_string(goes) + "\n";
    }
    folder_.write("s.csv", csv);
    std::string map = map_of_persons("income = \"income\"\n", "age = \"age\"\ngoes = \"goes\"\nattends = { value = 'goes == 1' }\n");
    map.insert(map.find("weight = \"w\"\n"), "psu = \"unit\"\n");
    const Ran ran = puente("import " + folder_.write("map.toml", map) + " -o " + (folder_ / (name + ".h5")));
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  static std::string study(const std::string& population, const std::string& model) {
    return "format = 1\n[population]\nsource = \"" + population + ".h5\"\n" + R"([welfare]
resource = 'income'
pass_through = { transfers = 1, child_earnings = 1 }
[welfare.lines]
line = 60
[schooling]
children = '8 <= age <= 16'
attends = 'attends'
model = ")" + model + R"(.toml"
[schooling.covariates]
age = 'age'
[programmes.grant]
entity = "person"
eligible = 'age <= 16'
condition = 'attends'
cash = { amount = 30 }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
[statistics]
age_bands = [[8, 16]]
[run]
seed = 4
)";
  }
  void estimate(const std::string& population, const std::string& model) {
    const Ran ran = puente("estimate " + folder_.write("e.toml", study(population, model)) + " --alpha0 0.01 --quiet -o " + (folder_ / (model + ".toml")));
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  static double pupils(const nlohmann::json& run) { return run.at("scenarios").at("grant").at("groups").at("all").at("attendance").at("8-16"); }
  std::string repeated() const { return "run " + scenario_ + " --threads 1 --sampling jackknife --estimation repeated"; }
  std::string scenario_;
};

TEST_F(Reestimated, IsEveryReplicateByHand) {
  std::vector<double> shares;
  for (std::size_t left_out = 0; left_out < units; ++left_out) {
    std::vector<double> factor(units, units / (units - 1.0));
    factor[left_out] = 0;
    survey("r", factor);
    estimate("r", "of_replicate");
    shares.push_back(pupils(puente_json("run " + folder_.write("r.toml", study("r", "of_replicate")) + " --threads 1")));
  }
  const double mean = std::accumulate(shares.begin(), shares.end(), 0.0) / units;
  double squares = 0;
  for (const double share : shares) squares += (share - mean) * (share - mean);
  const nlohmann::json run = puente_json(repeated()), held = puente_json("run " + scenario_ + " --threads 1 --sampling jackknife");
  const auto se = [](const nlohmann::json& of) { return of.at("scenarios").at("grant").at("groups").at("all").at("se").at("attendance").at("8-16").get<double>(); };
  EXPECT_NEAR(se(run) / std::sqrt(squares * (units - 1) / units), 1, 1e-6);
  EXPECT_GT(std::abs(se(held) / se(run) - 1), 1e-3) << "the model's own error shows";
}

TEST_F(Reestimated, SaysSo) {
  EXPECT_NE(puente(repeated()).text.find("the schooling model estimated anew in each replicate"), std::string::npos);
  EXPECT_NE(puente("run " + scenario_ + " --sampling jackknife").text.find("the schooling model held fixed"), std::string::npos);
}

TEST_F(Reestimated, RefusesAModelOfAnotherSurvey) {
  const auto refused = [&](const std::string& command, int code, const std::string& said) {
    const Ran ran = puente(command);
    EXPECT_EQ(ran.code, code) << ran.text;
    EXPECT_NE(ran.text.find(said), std::string::npos) << said << "\n" << ran.text;
  };
  refused(repeated() + " --draws 10", 65, "count the same uncertainty twice");
  refused("run " + scenario_ + " --sampling linearised --estimation repeated", 64, "belongs to replicates");
  std::vector<double> factor(units, 1);
  factor[3] = 2;
  survey("other", factor);
  refused("run " + folder_.write("o.toml", study("other", "model")) + " --sampling jackknife --estimation repeated", 65, "on this population");
}

}  // namespace
}  // namespace puente::test
