// How many threads a rank has where nobody says, and what is told of too many.
#include "hpc/team.hpp"

#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

/// This process on one core of those that it has, until the end.
struct OneCore {
  OneCore() : before(affinity()) {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int core = 0; CPU_COUNT(&one) == 0; ++core)
      if (CPU_ISSET(core, &before)) CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneCore() { sched_setaffinity(0, sizeof before, &before); }
  cpu_set_t before;
};

TEST(Team, HasThePartOfTheNodesCoresThatItMayRunOn) {
  const int mine = cores_of(affinity());
  EXPECT_EQ(default_threads(1, mine), mine);
  EXPECT_EQ(default_threads(mine, mine), 1);
  EXPECT_EQ(default_threads(5 * mine, mine), 1);
  const OneCore bound;
  EXPECT_EQ(default_threads(1, 64), 1);
  EXPECT_EQ(default_threads(4, 64), 1);
}

TEST(Team, TellsOfMoreThreadsThanCores) {
  const int mine = cores_of(affinity());
  EXPECT_EQ(oversubscribed(mine, 1, mine), "");
  EXPECT_EQ(oversubscribed(1, mine, mine), "");
  const std::string cores = std::to_string(mine) + (mine == 1 ? " core" : " cores");
  EXPECT_EQ(oversubscribed(mine + 70, 1, mine), std::to_string(mine + 70) + " threads share " + cores + ": that is no faster than --threads " + std::to_string(mine));
  EXPECT_EQ(oversubscribed(1, mine + 70, mine), std::to_string(mine + 70) + " ranks of 1 thread share " + cores + ": that is no faster than as many ranks as cores");
  const OneCore bound;
  EXPECT_EQ(oversubscribed(1, 4, 4), "");
  EXPECT_EQ(oversubscribed(3, 4, 4), "4 ranks of 3 threads share 4 cores: that is no faster than --threads 1");
}

TEST(Team, WarnsOnTheScreenUnlessQuiet) {
  const std::string run = std::string("run ") + PUENTE_SOURCE_DIR + "/scenarios/reference/scenario.toml --households 1000 --threads 1000";
  const Ran told = puente(run), quiet = puente(run + " --quiet");
  EXPECT_EQ(told.code, 0) << told.text;
  EXPECT_NE(told.text.find("warning: 1000 threads share "), std::string::npos) << told.text;
  EXPECT_EQ(quiet.text.find("warning"), std::string::npos) << quiet.text;
}

}  // namespace
}  // namespace puente::test
