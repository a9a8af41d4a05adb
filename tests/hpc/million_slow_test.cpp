// A million households made by a recipe: the same bits in memory and streamed, on ranks and threads, in other builds.
#include "tests/hpc/layouts.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

class Million : public SameBits {
 protected:
  void start(const std::string& scenario) { base("run " + scenario + " --households " + std::to_string(scaled(1'000'000))); }
};

TEST_F(Million, LayoutsOfTheReferenceWorkloadChangeNoBit) {
  start(PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml");
  for (const Layout& layout : {Layout{most_ranks, 1, 64, 1000}, {1, 3, 2, 0}, {std::min(3, most_ranks), 2, 1024, 100'000}, {std::min(2, most_ranks), 2, 1024, 0}})
    expect_same(layout);
  for (const std::string& binary : other_builds()) expect_same("", "--threads 2 --window 50000", binary);
}

// Budgets, ranks and shares within groups at this size.
TEST_F(Million, LayoutsOfTheVillageChangeNoBit) {
  start(folder_.write("village.toml", village));
  expect_same({std::min(3, most_ranks), 2, 64, 100'000});
}

}  // namespace
}  // namespace puente::test
