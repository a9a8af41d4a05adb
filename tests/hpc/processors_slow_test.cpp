// Loops are compiled twice, for AVX-512 too, and the processor at hand chooses (engine/core/wide.hpp): the same binary on this
// processor and on one without AVX-512, which valgrind shows programs, gives the same bits.
#include <gtest/gtest.h>

#include "tests/hpc/layouts.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

bool has_avx512() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq");
#else
  return false;
#endif
}

class Processors : public SameBits {
 protected:
  void SetUp() override {
    if (scaled(100) != 100) GTEST_SKIP() << "loops are compared as built, with blocks as they are";
    if (shell("valgrind --version").code != 0) GTEST_SKIP() << "no valgrind, which shows programs a processor without AVX-512";
    if (shell("grep -q arch_x86_64_v4 " PUENTE_BINARY).code != 0) GTEST_SKIP() << "this build has no loops of AVX-512";
    if (!has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  }
  void expect_same_without(const std::string& run) {
    base("run " + run);
    expect_same("valgrind -q --tool=none ", "--threads 1");
  }
  const std::string packs_ = PUENTE_SOURCE_DIR "/scenarios/";
};

/// Which of its loops the program took there: callgrind names them.
TEST_F(Processors, ValgrindShowsOneWithoutAvx512) {
  const std::string counts = folder_ / "counts";
  ASSERT_EQ(shell("valgrind -q --tool=callgrind --callgrind-out-file=" + counts + " " PUENTE_BINARY " run " + packs_ + "reference/scenario.toml --households 100 --quiet -o " + (folder_ / "r.h5")).code, 0);
  EXPECT_EQ(shell("grep -q 'add_to_first.*default' " + counts).code, 0);
  EXPECT_NE(shell("grep -q arch_x86_64_v4 " + counts).code, 0);
}

TEST_F(Processors, ChangeNoBit) { expect_same_without(folder_.write("village.toml", village) + " --households 3000"); }
TEST_F(Processors, ChangeNoBitOfASketch) { expect_same_without(packs_ + "reference/scenario.toml --households 3000 --precision sketch"); }
TEST_F(Processors, ChangeNoBitOfSchooling) { expect_same_without(packs_ + "zambia_casu_hgsf/scenario.toml --households 500 --scenarios status_quo,both"); }

}  // namespace
}  // namespace puente::test
