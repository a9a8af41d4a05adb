// Draws of every pack: each says how sure it is of something that reaches a difference between its scenarios, or that it states no range.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hpc/scenario_input.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/packs/pack_files.hpp"
#include "tests/run/draw_twin.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

/// Without a range of anything in their texts: a benchmark; a study of institutions alone; a survey, whose error is that of its sample.
const std::vector<std::string> without_ranges = {"reference/scenario.toml", "mexico_proinpro_pdp/scenario.toml", "chile_casen_1990/scenario.toml"};

/// The largest standard error of a difference, over its figure.
double largest_error(const Results& results, const std::string& figure) {
  double most = 0;
  for (const Variable& variable : results.differences)
    if (variable.name == figure + "_se")
      for (const double se : variable.values) most = std::max(most, std::isnan(se) ? 0 : se);
  return most;
}

class PackDraws : public testing::TestWithParam<std::string> {};

TEST_P(PackDraws, GiveDifferencesAStandardError) {
  const std::string file = PUENTE_SOURCE_DIR "/scenarios/" + GetParam();
  if (GetParam().starts_with("chile")) GTEST_SKIP() << "on the survey itself: chile_test";
  Folder folder;
  const Ran ran = puente("run " + file + " --households 3000 --draws 10 --quiet -o " + folder / "r.h5");
  if (std::find(without_ranges.begin(), without_ranges.end(), GetParam()) != without_ranges.end()) {
    EXPECT_EQ(ran.code, 65);
    EXPECT_NE(ran.text.find("nothing to draw"), std::string::npos) << ran.text;
    return;
  }
  ASSERT_EQ(ran.code, 0) << ran.text;
  const Results results = io::read_results(folder / "r.h5");
  double most = 0;
  for (const char* figure : {"mean_welfare", "fgt", "attendance", "pupils", "outcome_mean"}) most = std::max(most, largest_error(results, figure));
  EXPECT_GT(most, 0);
}

TEST_P(PackDraws, ShareWhatIsTheSameInThem) {
  if (GetParam().starts_with("chile")) GTEST_SKIP() << "its population is a survey, which may be absent";
  io::ScenarioFile file = io::read_scenario_file(PUENTE_SOURCE_DIR "/scenarios/" + GetParam(), {});
  file.diagnostics.throw_if_errors();
  RunCommand command;
  command.households = 300;
  RunOptions quiet;
  quiet.quiet = true;
  Exchange alone;
  OpenMpTeam team(1);
  const auto source = population_of(file, command, quiet, alone, team).source;
  const Shared scenarios = expect_draws_as_alone(file.model, *source, moved_one_by_one(file.model), 8);
  if (file.model.scenarios.size() > 1 && !file.model.parameters.empty()) {
    EXPECT_LT(scenarios.ran, scenarios.all);
  }
}

INSTANTIATE_TEST_SUITE_P(All, PackDraws, testing::ValuesIn(scenario_files()), name_of_file);

}  // namespace
}  // namespace puente::test
