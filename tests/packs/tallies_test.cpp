// What scenarios of every pack share with the one they are compared with is what they would add up themselves.
#include <gtest/gtest.h>

#include "hpc/scenario_input.hpp"
#include "tests/packs/pack_files.hpp"
#include "tests/run/tallies_twin.hpp"

namespace puente::test {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::int64_t few = 40;  // each takes ten times as long
#else
constexpr std::int64_t few = 200;
#endif

class PackTallies : public testing::TestWithParam<std::string> {};

TEST_P(PackTallies, AreThoseOfEveryRecord) {
  if (GetParam().starts_with("chile")) GTEST_SKIP() << "its population is a survey, which may be absent";
  io::ScenarioFile file = io::read_scenario_file(PUENTE_SOURCE_DIR "/scenarios/" + GetParam(), {});
  file.diagnostics.throw_if_errors();
  RunCommand command;
  command.households = GetParam().ends_with("schooling.toml") ? 200 : few;  // alignment needs children of every kind
  RunOptions quiet;
  quiet.quiet = true;
  Exchange alone;
  OpenMpTeam team(1);
  const auto source = population_of(file, command, quiet, alone, team).source;
  expect_tallies_as_alone(file.model, *source, {{5, 2}, {1024, 1}});
}

INSTANTIATE_TEST_SUITE_P(All, PackTallies, testing::ValuesIn(scenario_files()), name_of_file);

}  // namespace
}  // namespace puente::test
