// Keyed uniforms of a block, beside the same draws one at a time and a sequential generator that has no keys.
#include "engine/core/random.hpp"

#include <numeric>
#include <random>

#include "bench/kernel.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t n = 1024;

std::vector<std::int64_t> households() {
  std::vector<std::int64_t> id(n);
  std::iota(id.begin(), id.end(), 1'000'000);
  return id;
}

void philox_block(benchmark::State& state) {
  const std::uint64_t key = purpose_key(1, "income");
  const std::vector<std::int64_t> id = households();
  std::vector<double> out(n);
  for (auto _ : state) {
    draw_uniforms(key, n, id.data(), nullptr, 0, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count(state, n);
}

void philox_one_at_a_time(benchmark::State& state) {
  const std::uint64_t key = purpose_key(1, "income");
  const std::vector<std::int64_t> id = households();
  std::vector<double> out(n);
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) out[i] = uniform_of_bits(draw_bits(key, {id[i], 0, 0, 0}));
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count(state, n);
}

void mersenne_twister(benchmark::State& state) {
  std::mt19937_64 source(1);
  std::vector<double> out(n);
  for (auto _ : state) {
    for (double& x : out) x = uniform_of_bits(source());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count(state, n);
}

BENCHMARK(triad);
BENCHMARK(philox_block);
BENCHMARK(philox_one_at_a_time);
BENCHMARK(mersenne_twister);

}  // namespace

}  // namespace puente::bench
