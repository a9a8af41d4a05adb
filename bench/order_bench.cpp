// Exact order statistics of a million records: ours beside a sort of (value, weight) and one scan for the Gini index.
#include <algorithm>

#include "bench/kernel.hpp"
#include "bench/welfare_data.hpp"
#include "engine/statistics/buckets.hpp"
#include "engine/statistics/exact_order.hpp"
#include "hpc/team.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t n = 1'000'000;

RecordStore store_of(const WelfareData& data) {
  RecordStore store(LabelFormat{});
  store.add(n, data.y.data(), data.w.data(), {});
  return store;
}

void keep_records(benchmark::State& state) {
  const WelfareData data(n);
  for (auto _ : state) {
    const RecordStore store = store_of(data);
    benchmark::DoNotOptimize(store.size());
  }
  count(state, n, n * 4 * sizeof(double));
}

void into_buckets(benchmark::State& state) {
  const WelfareData data(n);
  OpenMpTeam team(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    RecordStore store = store_of(data);
    state.ResumeTiming();
    benchmark::DoNotOptimize(make_buckets(std::move(store), team).count());
  }
  count(state, n, n * 6 * sizeof(double));
}

/// Gini, nine deciles, Lorenz ordinates and shares.
void order_statistics(benchmark::State& state) {
  const WelfareData data(n);
  OpenMpTeam team(static_cast<int>(state.range(0)));
  Exchange alone;
  const OrderPlan plan(std::vector<double>{0.5});
  for (auto _ : state) {
    state.PauseTiming();
    RecordStore store = store_of(data);
    state.ResumeTiming();
    benchmark::DoNotOptimize(exact_order(std::move(store), {1, true}, plan, alone, team).front().gini);
  }
  count(state, n);
}

void sort_and_scan(benchmark::State& state) {
  const WelfareData data(n);
  std::vector<std::pair<double, double>> records(n);
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < n; ++i) records[i] = {data.y[i], data.w[i]};
    state.ResumeTiming();
    std::sort(records.begin(), records.end());
    double w = 0, wy = 0, twice_area = 0;
    for (const auto& [y, weight] : records) {
      twice_area += weight * (2 * wy + weight * y);
      w += weight;
      wy += weight * y;
    }
    benchmark::DoNotOptimize(1 - twice_area / (w * wy));
  }
  count(state, n);
}

BENCHMARK(triad);
BENCHMARK(keep_records)->Unit(benchmark::kMillisecond);
BENCHMARK(into_buckets)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(order_statistics)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(sort_and_scan)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace puente::bench
