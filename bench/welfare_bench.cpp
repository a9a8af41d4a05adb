// The tally of welfare for everybody and for the labels of eight groupings, beside plain sums in doubles.
#include "bench/kernel.hpp"
#include "bench/welfare_data.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t n = 1024;

WelfareStatistics asked_for(std::size_t groupings, std::size_t labels) {
  WelfareStatistics asked;
  asked.lines = 1;
  asked.order_statistics = false;
  asked.slots = 1 + groupings * labels;
  for (std::size_t g = 0; g < groupings; ++g) asked.groupings.push_back({1 + g * labels, labels});
  return asked;
}

/// One block of records into one tally. Order statistics are in order_bench.
void add_blocks(benchmark::State& state, const WelfareStatistics& asked) {
  const WelfareData data(n);
  const double* line = data.line.data();
  std::vector<std::vector<std::int32_t>> slots;
  std::vector<GroupingEntries> entries;
  for (const WelfareStatistics::Grouping& grouping : asked.groupings) {
    std::vector<std::int32_t>& slot = slots.emplace_back(data.slot);
    for (std::int32_t& s : slot)
      s = static_cast<std::int32_t>(grouping.first + static_cast<std::size_t>(s) / (1 + slots.size()) % grouping.count);
  }
  for (const auto& slot : slots) entries.push_back({n, true, slot.data(), nullptr, nullptr});
  WelfareTally tally(asked);
  for (auto _ : state) tally.add({n, data.y.data(), data.w.data(), std::span(&line, 1)}, entries);
  Exchange alone;
  Team one;
  tally.reduce(alone);
  benchmark::DoNotOptimize(tally.finish(alone, one).front().mean);
  count(state, n);
}

void poverty_of_everybody(benchmark::State& state) {
  WelfareStatistics asked = asked_for(0, 0);
  asked.watts = false;
  asked.entropy = asked.atkinson = {};
  add_blocks(state, asked);
}
void poverty_and_watts_of_everybody(benchmark::State& state) {
  WelfareStatistics asked = asked_for(0, 0);
  asked.entropy = asked.atkinson = {};
  add_blocks(state, asked);
}
void all_indices_of_everybody(benchmark::State& state) { add_blocks(state, asked_for(0, 0)); }
void all_indices_of_eight_groupings(benchmark::State& state) {
  add_blocks(state, asked_for(8, static_cast<std::size_t>(state.range(0))));
}

/// Mean and FGT 0-2 of everybody, in doubles.
void poverty_in_doubles(benchmark::State& state) {
  const WelfareData data(n);
  double weight = 0, total = 0, fgt[3] = {};
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) {
      const double y = data.y[i], w = data.w[i], z = data.line[i];
      weight += w;
      total += w * y;
      if (!(y < z)) continue;
      const double gap = (z - y) / z;
      fgt[0] += w;
      fgt[1] += w * gap;
      fgt[2] += w * gap * gap;
    }
    benchmark::DoNotOptimize(weight + total + fgt[0] + fgt[1] + fgt[2]);
  }
  count(state, n);
}

BENCHMARK(triad);
BENCHMARK(poverty_in_doubles);
BENCHMARK(poverty_of_everybody);
BENCHMARK(poverty_and_watts_of_everybody);
BENCHMARK(all_indices_of_everybody);
BENCHMARK(all_indices_of_eight_groupings)->Arg(10)->Arg(100);

}  // namespace

}  // namespace puente::bench
