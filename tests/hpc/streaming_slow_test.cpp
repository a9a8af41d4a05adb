// Memory as asked for: the largest that the program held, of populations that are larger.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/program.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

/// Of the programs that this one started, the largest, in GiB.
double largest() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  return static_cast<double>(used.ru_maxrss) / (1 << 20);
}

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    if (scaled(100) != 100) GTEST_SKIP() << "memory is measured of the program as built, with blocks as they are";
  }
  Folder folder_;
};

TEST_F(Memory, OfARecipeIsKept) {
  const Ran ran = puente("run " PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml --households 10000000 --memory 0.2 --precision sketch --quiet");
  ASSERT_EQ(ran.code, 0) << ran.text;
  EXPECT_LT(largest(), 0.2);
}

/// Their records alone would take half as much again.
TEST_F(Memory, OfRecordsInOrderIsKept) {
  const Ran ran = puente("run " PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml --households 20000000 --memory 0.2 --quiet");
  ASSERT_EQ(ran.code, 0) << ran.text;
  EXPECT_LT(largest(), 0.2);
}

/// Half a gigabyte of columns in a fifth of it.
TEST_F(Memory, OfAFileIsKept) {
  const std::string file = folder_ / "z.h5", profile = PUENTE_SOURCE_DIR "/scenarios/profiles/zambia.toml";
  ASSERT_EQ(puente("synthesise " + profile + " --households 2000000 --memory 0.2 --quiet -o " + file).code, 0);
  for (const char* memory : {"0.1", "0.2"}) {
    const Ran ran = puente("run " PUENTE_SOURCE_DIR "/scenarios/zambia_casu_hgsf/scenario.toml --scenarios status_quo,both --population " + file + " --precision sketch --quiet --memory " + memory);
    ASSERT_EQ(ran.code, 0) << ran.text;
    EXPECT_LT(largest(), std::stod(memory));
  }
}

}  // namespace
}  // namespace puente::test
