// Exact sums beside the sum of doubles that they replace, whose bits depend on the order.
#include <numeric>

#include "bench/kernel.hpp"
#include "bench/welfare_data.hpp"
#include "engine/statistics/exact_sum.hpp"
#include "engine/statistics/limb_table.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t n = 8192;

void sum_of_doubles(benchmark::State& state) {
  const WelfareData data(n);
  for (auto _ : state) benchmark::DoNotOptimize(std::accumulate(data.y.begin(), data.y.end(), 0.0));
  count(state, n);
}

void exact_sum(benchmark::State& state) {
  const WelfareData data(n);
  ExactSum sum;
  for (auto _ : state) {
    for (const double term : data.y) sum.add(term);
    benchmark::DoNotOptimize(sum.state().data());
  }
  count(state, n);
}

void limbs_of_terms(benchmark::State& state) {
  const WelfareData data(n);
  Limbs limbs;
  ExactSum sum;
  for (auto _ : state) {
    const int needed = limbs_needed(largest_magnitude_bits(data.y.data(), n));
    if (needed <= 2) add_terms<2>(data.y.data(), n, limbs);
    else add_terms<limb_count>(data.y.data(), n, limbs);
    flush(limbs, sum);
    benchmark::DoNotOptimize(sum.state().data());
  }
  count(state, n);
}

/// Eight terms a record.
struct EightTerms {
  explicit EightTerms(const WelfareData& data) : values(terms * rows) {
    for (std::size_t k = 0; k < terms; ++k)
      for (std::size_t i = 0; i < rows; ++i) values[k * rows + i] = data.w[i] * data.y[i] / static_cast<double>(k + 1);
  }
  TermColumns columns() const { return TermColumns::all(rows, terms, rows, values.data()); }
  static constexpr std::size_t rows = 256, terms = 8;
  std::vector<double> values;
};

/// Terms to one slot.
void limb_table_everybody(benchmark::State& state) {
  const WelfareData data(n);
  const EightTerms block(data);
  LimbTable table(1, 8);
  for (auto _ : state) table.add_to_first(block.columns());
  benchmark::DoNotOptimize(table.records(0));
  count(state, EightTerms::rows * EightTerms::terms);
}

/// The same terms, each record to one of `range` slots.
void limb_table_by_slot(benchmark::State& state) {
  const auto slots = static_cast<std::int32_t>(state.range(0));
  WelfareData data(n);
  const EightTerms block(data);
  for (std::int32_t& slot : data.slot) slot %= slots;
  LimbTable table(static_cast<std::size_t>(slots), 8);
  const SlotLabels column{data.slot.data(), {}};
  for (auto _ : state) table.add_by_slot(block.columns(), std::span(&column, 1), 0);
  benchmark::DoNotOptimize(table.records(0));
  count(state, EightTerms::rows * EightTerms::terms);
}

/// What that costs in doubles, without exactness.
void doubles_by_slot(benchmark::State& state) {
  const auto slots = static_cast<std::int32_t>(state.range(0));
  const WelfareData data(n);
  const EightTerms block(data);
  std::vector<double> sums(static_cast<std::size_t>(slots) * 8);
  for (auto _ : state) {
    for (std::size_t i = 0; i < EightTerms::rows; ++i)
      for (std::size_t k = 0; k < 8; ++k)
        sums[static_cast<std::size_t>(data.slot[i] % slots) * 8 + k] += block.columns().at(k)[i];
    benchmark::DoNotOptimize(sums.data());
    benchmark::ClobberMemory();
  }
  count(state, EightTerms::rows * EightTerms::terms);
}

BENCHMARK(triad);
BENCHMARK(sum_of_doubles);
BENCHMARK(exact_sum);
BENCHMARK(limbs_of_terms);
BENCHMARK(limb_table_everybody);
BENCHMARK(limb_table_by_slot)->Arg(10)->Arg(500);
BENCHMARK(doubles_by_slot)->Arg(10)->Arg(500);

}  // namespace

}  // namespace puente::bench
