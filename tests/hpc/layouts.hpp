// Many ways to run one study: ranks, threads, blocks, windows, builds. Whatever the layout, the bits are the same.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/support/program.hpp"

namespace puente::test {

/// A made-up country with everything that couples households: quantiles, ranks, budgets, shares within groups.
inline const char* const village = R"(format = 1
[population]
households = 20000
[population.recipe]
seed = 7
persons = '1 + floor(6*uniform("size"))'
[population.recipe.household]
weight = { value = '0.25 + 3*uniform("weight")', type = "f64" }
income = { value = 'exp(5 + normal("income"))', type = "f64" }
land = { value = '5*uniform("land")', type = "f32" }
region = { value = 'floor(4*uniform("region"))', type = "i8", labels = ["N", "S", "E", "W"] }
[population.recipe.person]
age = { value = 'floor(60*uniform("age"))', type = "i8" }
attends = { value = 'chance(0.7, "attends")' }
meals = { value = 'chance(0.3, "meals")' }
[welfare]
resource = 'income'
pass_through = { income = 0.8, transfers = 1, in_kind = 1 }
[welfare.lines]
fixed = 60
relative = '0.6*quantile(welfare, 0.5)'
[groups]
region = 'region'
young = 'age < 15'
band = 'floor(land)'
[programmes.meals]
entity = "person"
eligible = '6 <= age <= 13'
condition = 'attends'
observed = 'meals'
take_up = 0.9
coverage = { mode = "share", share = 0.6, within = 'region' }
in_kind = { amount = 4, valued_at = 1 }
[programmes.cash]
eligible = 'rank(income/size) < 0.5'
coverage = { mode = "ranked", by = 'income/size', budget = 150000 }
cash = { amount = '10*size' }
cost = { per_recipient = 2, fixed = 500 }
[[programmes.cash.effects]]
outcome = "income"
size = 0.1
[scenarios.none]
[scenarios.meals]
programmes = ["meals"]
[scenarios.both]
programmes = ["meals", "cash"]
[run]
seed = 11
)";

/// One way to run: how many ranks and threads, blocks of what size, in memory or a window at a time.
struct Layout {
  int ranks, threads, block, window;

  std::string prefix() const { return ranks == 1 ? "" : "mpirun -n " + std::to_string(ranks) + " "; }
  std::string options() const {
    return "--threads " + std::to_string(threads) + " --block " + std::to_string(block) + (window > 0 ? " --window " + std::to_string(window) : "");
  }
};

#ifdef PUENTE_HAS_MPI
constexpr int most_ranks = 4;
#else
constexpr int most_ranks = 1;
#endif

/// Twelve of the 72 combinations, such that every two values of different factors meet. Without MPI, those of one rank.
inline std::vector<Layout> pairwise(int window) {
  const int blocks[] = {2, 64, 1024};
  std::vector<Layout> layouts;
  for (int ranks = 1; ranks <= most_ranks; ++ranks)
    for (int threads = 1; threads <= 3; ++threads)
      layouts.push_back({ranks, threads, blocks[(ranks + threads) % 3], (ranks + threads) % 2 == 0 ? window : 0});
  return layouts;
}

/// Runs a scenario once as the base and then otherwise, and compares.
class SameBits : public testing::Test {
 protected:
  void base(const std::string& run) {
    run_ = run + " --quiet ";
    const Ran ran = puente(run_ + "--threads 1 -o " + folder_ / "base.h5");
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  void expect_same(const std::string& prefix, const std::string& options, const std::string& binary = PUENTE_BINARY) {
    const Ran ran = shell(prefix + binary + " " + run_ + options + " -o " + folder_ / "other.h5");
    ASSERT_EQ(ran.code, 0) << prefix << options << ran.text;
    const Ran compared = puente("compare " + (folder_ / "base.h5") + " " + (folder_ / "other.h5"));
    EXPECT_EQ(compared.code, 0) << prefix << options << compared.text;
  }
  void expect_same(const Layout& layout) { expect_same(layout.prefix(), layout.options()); }
  Folder folder_;
  std::string run_;
};

/// A build of other sources may rightly give other numbers.
inline std::string version_of(const std::string& binary) {
  const std::string text = shell(binary + " --version").text;
  return text.substr(0, text.find(','));
}

/// Builds of these sources beside this one, as the checkout's own presets put them; PUENTE_OTHER_BINARY names one elsewhere.
inline std::vector<std::string> other_builds() {
  std::vector<std::string> candidates, found;
  if (const char* given = std::getenv("PUENTE_OTHER_BINARY")) candidates.emplace_back(given);
  for (const char* build : {"release", "workstation", "sanitize"})
    candidates.push_back(std::string(PUENTE_SOURCE_DIR "/build/") + build + "/puente");
  for (const std::string& candidate : candidates) {
    std::error_code absent;
    if (!std::filesystem::is_regular_file(candidate, absent) || std::filesystem::equivalent(candidate, PUENTE_BINARY, absent)) continue;
    if (version_of(candidate) == version_of(PUENTE_BINARY)) found.push_back(candidate);
  }
  return found;
}

inline std::string no_other_build() {
  return "no other build of " + version_of(PUENTE_BINARY) + " lies in build/ (./bootstrap workstation makes one) nor in PUENTE_OTHER_BINARY";
}

}  // namespace puente::test
