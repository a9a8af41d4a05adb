// What the kernels' benchmarks share: rates in the units people think in, and the speed of memory in the same run.
#pragma once

#include <benchmark/benchmark.h>

#include "bench/timing.hpp"

namespace puente::bench {

/// Rate of what the kernel treats (records, terms, draws, …), and bytes read or written where memory may be the limit.
inline void count(benchmark::State& state, std::size_t items, std::size_t bytes = 0) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(items));
  if (bytes > 0) state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}

/// Register in each program: BENCHMARK(triad).
inline void triad(benchmark::State& state) {
  Triad memory;
  for (auto _ : state) memory.run(1);
  count(state, Triad::elements, Triad::bytes);
}

}  // namespace puente::bench
