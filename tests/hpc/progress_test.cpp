// What long work says of itself.
#include "hpc/progress.hpp"

#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

TEST(Progress, TimesAreHoursMinutesSeconds) {
  EXPECT_EQ(Progress::clock_text(0), "00:00:00");
  EXPECT_EQ(Progress::clock_text(192.4), "00:03:12");
  EXPECT_EQ(Progress::clock_text(100 * 3600 + 59.6), "100:01:00");
}

TEST(Progress, ABarOnATerminalNothingInTheLogOfShortWork) {
  const std::string run = std::string(PUENTE_BINARY) + " run " PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml --threads 1 --households 20000";
  const Ran logged = shell(run + " --window 1000 2>&1 >/dev/null");
  EXPECT_EQ(logged.code, 0);
  EXPECT_EQ(logged.text, "");
  if (shell("script --version").code != 0) GTEST_SKIP() << "no `script` here to give the program a terminal";
  const Ran seen = shell("script -qec '" + run + "000 --window 100000' /dev/null");
  EXPECT_EQ(seen.code, 0);
  EXPECT_NE(seen.text.find("%"), std::string::npos) << seen.text;
  EXPECT_NE(seen.text.find("[#"), std::string::npos) << seen.text;
}

}  // namespace
}  // namespace puente::test
