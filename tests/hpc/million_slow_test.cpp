// A million households made by a recipe: the same bits in memory and streamed, on ranks and threads.
#include "tests/hpc/layouts.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

class Million : public SameBits {
 protected:
  void SetUp() override { base("run " + folder_.write("village.toml", village) + " --households " + std::to_string(scaled(1'000'000))); }
};

TEST_F(Million, LayoutsChangeNoBit) {
  for (const Layout& layout : {Layout{most_ranks, 1, 64, 1000}, {1, 3, 2, 0}, {std::min(3, most_ranks), 2, 1024, 100'000}, {std::min(2, most_ranks), 2, 1024, 0}})
    expect_same(layout);
}

TEST_F(Million, OtherBuildsGiveTheSameBits) {
  const auto builds = other_builds();
  if (builds.empty()) GTEST_SKIP() << no_other_build();
  for (const std::string& binary : builds) expect_same("", "--threads 2 --window 50000", binary);
}

}  // namespace
}  // namespace puente::test
