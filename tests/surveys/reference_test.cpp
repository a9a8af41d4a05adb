// Every survey, imported by its own map, gives every figure of its reference.json to 1e-12: `puente import`, then
// `puente statistics --json`. Which command gives which figure is data: figures.json beside each map. A figure that is
// neither compared nor left out with a reason fails the test.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/data_dir.hpp"
#include "tests/support/reference_figures.hpp"

namespace puente::test {
namespace {

class Comparison : public Figures {
 public:
  using Figures::Figures;

  void near(double found, const std::string& pointer) override {
    seen_.insert(pointer);
    const double wanted = at(pointer).get<double>();
    EXPECT_LE(std::fabs(found - wanted), 1e-12 * std::fabs(wanted)) << pointer << ": found " << digits(found) << ", wanted " << digits(wanted);
  }
  void same(double found, const std::string& pointer) override {
    seen_.insert(pointer);
    EXPECT_EQ(found, at(pointer).get<double>()) << pointer;
  }
  void holds(bool true_of_it, const std::string& pointer) override {
    seen_.insert(pointer);
    EXPECT_TRUE(true_of_it) << pointer << " is not " << at(pointer);
  }
  void leave_out(const std::string& prefix) { left_out_.push_back(prefix); }
  std::size_t compared() const { return seen_.size(); }

  void expect_complete() const {
    const json leaves = reference().flatten();
    for (const auto& [pointer, value] : leaves.items()) {
      if (!value.is_number() || seen_.count(pointer) > 0) continue;
      const bool out = std::any_of(left_out_.begin(), left_out_.end(), [&p = pointer](const std::string& prefix) {
        return p.compare(0, prefix.size(), prefix) == 0;
      });
      EXPECT_TRUE(out) << pointer << " is not compared";
    }
  }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> left_out_;
};

void compare_survey(const std::string& set, const json& figures, const json& inputs, Comparison& comparison) {
  const Folder folder;
  std::map<std::string, std::string> populations;
  for (const auto& [name, input] : inputs.items()) {
    const std::string population = folder / (name + ".h5");
    const std::string map = folder_of_maps + figures.value("map", set + "/import.toml");
    std::string command = "import " + map + " -o " + population;
    for (const json& file : input) {
      const std::string text = file;
      const auto equals = text.find('=');
      const std::string role = equals == std::string::npos ? "" : text.substr(0, equals + 1);
      command += " --input " + role + data_dir() + "/" + set + "/" + text.substr(role.size());
    }
    const Ran ran = puente(command);
    ASSERT_EQ(ran.code, 0) << ran.text;
    populations[name] = population;
  }
  Answers answers;
  compare_all(answers, figures, populations, comparison);
}

class Survey : public testing::TestWithParam<const char*> {};

TEST_P(Survey, EveryReferenceFigureIsReproduced) {
  const std::string set = GetParam();
  if (!has_data(set)) GTEST_SKIP() << no_data(set);
  const json figures = json_of_file(folder_of_maps + set + "/figures.json");
  for (const json& inputs : figures["inputs"]) {
    Comparison comparison(json_of_file(data_dir() + "/" + set + "/reference.json"));
    for (const auto& [prefix, reason] : figures["left_out"].items()) comparison.leave_out(prefix);
    compare_survey(set, figures, inputs, comparison);
    comparison.expect_complete();
    EXPECT_EQ(comparison.compared(), figures["compared"].get<std::size_t>());
  }
}

INSTANTIATE_TEST_SUITE_P(Surveys, Survey,
                         testing::Values("casen_1990_chile", "wb_synth_2023", "eusilc_synth_at", "ghana_glss_synth",
                                         "ilocos_fies", "sdcmicro_testdata", "bigcity_population", "pip_oracles"),
                         [](const auto& survey) { return std::string(survey.param); });

}  // namespace
}  // namespace puente::test
