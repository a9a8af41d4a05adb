// The same bits for any ranks × threads × block size × window.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "tests/hpc/layouts.hpp"
#include "tests/support/data_dir.hpp"

namespace puente::test {
namespace {

/// A third scenario, which is compared with the second and has another budget: both split a household's weight.
std::string with_against(std::string content) {
  const std::string more = "[scenarios.more]\nextends = \"both\"\nagainst = \"both\"\nset = { \"programmes.cash.coverage.budget\" = 151234 }\n";
  return content.insert(content.find("[run]"), more);
}

class Layouts : public SameBits {
 protected:
  void SetUp() override {
    scenario_ = folder_.write("village.toml", village);
    base("run " + scenario_);
  }
  std::string scenario_;
};

TEST_F(Layouts, ThreadsAndBlockSizesChangeNoBit) {
  for (const char* threads : {"1", "2", "3"})
    for (const char* block : {"2", "64", "1024"})
      expect_same("", std::string("--threads ") + threads + " --block " + block);
}

/// What the tests of blocks of two households rest on: the environment is read as the option is.
TEST_F(Layouts, TheEnvironmentSetsTheBlock) {
  expect_same("env PUENTE_BLOCK_HOUSEHOLDS=2 ", "--threads 2");
  const Ran wrong = shell("env PUENTE_BLOCK_HOUSEHOLDS=0 " PUENTE_BINARY " run " + scenario_ + " --quiet -o " + folder_ / "other.h5");
  EXPECT_EQ(wrong.code, 64) << wrong.text;
  EXPECT_NE(wrong.text.find("--block: '0' is not a number above 0"), std::string::npos) << wrong.text;
}

TEST_F(Layouts, WindowsChangeNoBit) {
  for (const char* window : {"1000", "7777"}) expect_same("", std::string("--threads 2 --window ") + window);
}

/// Records in order come in parts, of which each is a walk.
TEST_F(Layouts, LittleMemoryChangesNoBit) {
  for (const char* memory : {"0.00001", "0.001"}) expect_same("", std::string("--threads 2 --memory ") + memory);
  const Ran ran = puente("run " + scenario_ + " --memory 0.00001 --report-performance --quiet");
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("in order, part 2 of "), std::string::npos) << ran.text;
  std::string unordered = village;
  unordered.insert(unordered.find("[run]"), "[statistics]\ninclude = [\"fgt\"]\n");
  const Ran sums = puente("run " + folder_.write("sums.toml", unordered) + " --memory 0.00001 --report-performance --quiet");
  EXPECT_EQ(sums.code, 0) << sums.text;
  EXPECT_EQ(sums.text.find("in order"), std::string::npos) << sums.text;
}

#ifdef PUENTE_HAS_MPI
TEST_F(Layouts, LittleMemoryOfRanksChangesNoBit) {
  for (const char* ranks : {"2", "3"}) expect_same(std::string("mpirun -n ") + ranks + " ", "--threads 2 --memory 0.001");
  const Ran ran = shell(std::string("mpirun -n 2 ") + PUENTE_BINARY + " run " + scenario_ + " --threads 2 --memory 0.001 --report-performance --quiet -o " + folder_ / "parts.h5");
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("in order, part 2 of "), std::string::npos) << ran.text;
}

TEST_F(Layouts, RanksChangeNoBit) {
  for (const char* ranks : {"1", "2", "3", "4"})
    expect_same(std::string("mpirun -n ") + ranks + " ", "--threads 2 --block 64 --window 1000");
}

TEST_F(Layouts, EveryRankEndsWithTheSameCode) {
  const Ran ran = shell(std::string("timeout 60 mpirun -n 3 ") + PUENTE_BINARY + " run " + scenario_ + " --quiet --set welfare.resource=income/0*0 -o " + folder_ / "bad.h5");
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("first in household 0"), std::string::npos) << ran.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "bad.h5"));
}
#endif

/// Histograms, their bounds, and the second walk for what they are too coarse for; compared with another scenario too.
TEST_F(Layouts, SketchesChangeNoBit) {
  const std::string against = with_against(village);
  base("run " + folder_.write("against.toml", against) + " --precision sketch");
  for (const Layout& layout : pairwise(1000)) expect_same(layout);
}

TEST_F(Layouts, AnotherSeedIsAnotherResult) {
  ASSERT_EQ(puente("run " + scenario_ + " --quiet --seed 12 -o " + (folder_ / "other.h5")).code, 0);
  EXPECT_EQ(puente("compare " + (folder_ / "base.h5") + " " + (folder_ / "other.h5")).code, 1);
}

#ifdef PUENTE_HAS_MPI
TEST(Pairwise, EveryTwoValuesOfDifferentFactorsMeet) {
  std::set<std::array<int, 4>> met;
  for (const Layout& l : pairwise(1000)) {
    const int values[] = {l.ranks, l.threads, l.block, l.window};
    for (int a = 0; a < 4; ++a)
      for (int b = a + 1; b < 4; ++b) met.insert({a, values[a], b, values[b]});
  }
  EXPECT_EQ(met.size(), 4u * 3 + 4 * 3 + 4 * 2 + 3 * 3 + 3 * 2 + 3 * 2);
}
#endif

/// The pack of Chile on the survey itself.
class Chile : public SameBits {
 protected:
  void SetUp() override {
    if (!has_data("casen_1990_chile")) GTEST_SKIP() << no_data("casen_1990_chile");
    const std::string pack = PUENTE_SOURCE_DIR "/scenarios/chile_casen_1990/", population = folder_ / "casen.h5";
    const Ran ran = puente("import " + pack + "import.toml --input " + data_dir() + "/casen_1990_chile/persons.sav -o " + population);
    ASSERT_EQ(ran.code, 0) << ran.text;
    base("run " + pack + "scenario.toml --population " + population);
  }
};

TEST_F(Chile, LayoutsChangeNoBit) {
  for (const Layout& layout : pairwise(1000)) expect_same(layout);
}

// With and without MPI, optimised or not: the same bits.
TEST_F(Layouts, OtherBuildsGiveTheSameBits) {
  const auto builds = other_builds();
  if (builds.empty()) GTEST_SKIP() << no_other_build();
  for (const std::string& binary : builds) expect_same("", "--threads 2", binary);
}

TEST_F(Chile, OtherBuildsGiveTheSameBits) {
  const auto builds = other_builds();
  if (builds.empty()) GTEST_SKIP() << no_other_build();
  for (const std::string& binary : builds) expect_same("", "--threads 2", binary);
}

}  // namespace
}  // namespace puente::test
