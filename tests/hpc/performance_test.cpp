// Where a run's time goes: numbers by hand on two ranks, the same bits with and without, what ranks exchange in a sketch.
#include <gtest/gtest.h>

#include <cmath>

#include "hpc/performance.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/hpc/layouts.hpp"
#include "tests/statistics/thread_ranks.hpp"

namespace puente::test {
namespace {

double number(const Provenance& provenance, const std::string& name) {
  const auto found = provenance.find("performance." + name);
  return found == provenance.end() ? NAN : std::get<double>(found->second);
}

/// Rank r walks 10 (r + 1) households; thread 1 works three times as long as thread 0.
TEST(Performance, CountsByHand) {
  Provenance told;
  std::string table;
  puente::testing::run_ranks(2, [&](Exchange& ranks) {
    puente::testing::ThreadTeam threads(2);
    Performance performance(ranks, threads);
    performance.part("walk");
    performance.walked(10 * (ranks.rank() + 1), 1000);
    std::vector<std::int64_t> sums(4, 1);
    performance.exchange().sum(sums);
    EXPECT_EQ(sums[0], 2);
    performance.exchange().all_to_all({std::vector<std::byte>(5), std::vector<std::byte>(7)});
    performance.part("after walk");
    performance.team().for_each(2, [](std::size_t, int) {
      const auto start = std::chrono::steady_clock::now();
      while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(2)) {
      }
    });
    performance.part("walk");
    Provenance mine;
    const std::string text = performance.report(mine);
    if (ranks.rank() != 0) return;
    told = mine;
    table = text;
  });
  EXPECT_EQ(number(told, "walk.times"), 2);
  EXPECT_EQ(number(told, "walk.households"), 30);
  EXPECT_EQ(number(told, "walk.bytes"), 2000);
  EXPECT_EQ(number(told, "walk.exchanges"), 2);
  EXPECT_EQ(number(told, "walk.exchanged_bytes"), 2 * 32 + 7 + 5);  // rank 0 sends 7 bytes to rank 1, which sends 5
  EXPECT_NEAR(number(told, "walk.bytes_per_second") * number(told, "walk.seconds"), 2000, 1e-6);
  EXPECT_NEAR(number(told, "walk.share_of_memory_bandwidth") * number(told, "memory_bytes_per_second"), number(told, "walk.bytes_per_second"), 1e-3);
  EXPECT_EQ(number(told, "after_walk.exchanges"), 0);
  EXPECT_GE(number(told, "after_walk.seconds"), 0.002);
  EXPECT_GE(number(told, "after_walk.imbalance"), 1);
  EXPECT_LE(number(told, "after_walk.imbalance"), 4);  // of four threads
  EXPECT_TRUE(std::isnan(number(told, "walk.imbalance"))) << "no thread worked there";
  EXPECT_NE(table.find("after walk"), std::string::npos) << table;
}

class ReportedPerformance : public SameBits {
 protected:
  Results run(const std::string& households, const std::string& options, const std::string& prefix = "") {
    const Ran ran = shell(prefix + PUENTE_BINARY " run " + folder_.write("village.toml", village) + " --quiet --threads 1 --households " + households + " -o " + (folder_ / "r.h5") + " " + options);
    EXPECT_EQ(ran.code, 0) << ran.text;
    text_ = ran.text;
    return io::read_results(folder_ / "r.h5");
  }
  std::string text_;
};

TEST_F(ReportedPerformance, ChangesNoBit) {
  ASSERT_EQ(puente("run " + folder_.write("village.toml", village) + " --quiet --households 3000 -o " + (folder_ / "plain.h5")).code, 0);
  const Results results = run("3000", "--report-performance");
  EXPECT_EQ(puente("compare " + (folder_ / "plain.h5") + " " + (folder_ / "r.h5")).code, 0);
  for (const char* part : {"population", "compile", "results", "GB/s here"}) EXPECT_NE(text_.find(part), std::string::npos) << part << text_;
  double seconds = 0;
  std::size_t walks = 0;
  for (const auto& [name, value] : results.provenance) {
    if (name.starts_with("performance.") && name.ends_with(".seconds")) seconds += std::get<double>(value);
    if (name.ends_with(".households")) walks += std::get<double>(value) == 3000 ? 1 : 0;
  }
  EXPECT_GE(walks, 2U) << "quantiles and ranks are found in a pass before the last";
  EXPECT_GT(seconds, 0);
  EXPECT_EQ(puente("run " + (folder_ / "village.toml") + " --households 100 --draws 4 --draw-teams 2 --report-performance").code, 64);
}

/// What ranks exchange for a sketch, quantiles and cut-offs does not grow with the population.
TEST_F(ReportedPerformance, OfASketchExchangesTheSameForAnyPopulation) {
  if (most_ranks == 1) GTEST_SKIP() << "one rank exchanges nothing (built without MPI)";
  const auto exchanged = [&](const std::string& households) {
    double bytes = 0;
    for (const auto& [name, value] : run(households, "--precision sketch --report-performance", "mpirun -n 2 ").provenance)
      if (name.starts_with("performance.") && name.ends_with(".exchanged_bytes")) bytes += std::get<double>(value);
    return bytes;
  };
  const double few = exchanged("2000"), many = exchanged("16000");
  EXPECT_GT(few, 0);
  EXPECT_LE(many, 1.2 * few);
}

}  // namespace
}  // namespace puente::test
