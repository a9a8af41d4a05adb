// First-order indices of a figure over a thousand draws of ten parameters, beside the covariances with them alone.
#include "engine/uncertainty/sensitivity.hpp"

#include <numeric>
#include <random>

#include "bench/kernel.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t draws = 1000, parameters = 10;

/// Standard normal parameters, and a figure that is their sum.
struct Drawn {
  Drawn() : figure(draws) {
    std::mt19937_64 bits(1);
    std::normal_distribution<> normal;
    for (std::vector<double>& values : x) {
      for (std::size_t d = 0; d < draws; ++d) figure[d] += values.emplace_back(normal(bits));
    }
  }
  std::vector<std::vector<double>> x = std::vector<std::vector<double>>(parameters);
  std::vector<double> figure;
};

void first_order(benchmark::State& state) {
  const Drawn drawn;
  FirstOrderIndices::Factors factors;
  for (const std::vector<double>& values : drawn.x) factors.push_back({values});
  FirstOrderIndices indices(std::move(factors), DrawKind::independent);
  std::vector<SensitivityIndex> found(parameters);
  for (auto _ : state) {
    indices.of(drawn.figure, found);
    benchmark::DoNotOptimize(found.data());
  }
  count(state, draws * parameters);
}

void covariances(benchmark::State& state) {
  const Drawn drawn;
  for (auto _ : state)
    for (const std::vector<double>& values : drawn.x) benchmark::DoNotOptimize(std::inner_product(values.begin(), values.end(), drawn.figure.begin(), 0.0));
  count(state, draws * parameters);
}

BENCHMARK(triad);
BENCHMARK(first_order);
BENCHMARK(covariances);

}  // namespace

}  // namespace puente::bench
