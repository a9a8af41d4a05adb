// Estimation of the schooling model on a table of a million children: one Newton fit, the earnings equation, the stacked
// covariance; `items_per_second` counts children.
#include "bench/kernel.hpp"
#include "engine/behaviour/estimate.hpp"
#include "engine/core/random.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t chunks = 244, per_chunk = 4096, covariates = 8;

/// Columns: weight, income, earnings, attending, covariates.
ChildTable make_table() {
  ChildTable table;
  table.alternatives = 3;
  table.columns = 4 + covariates;
  table.chunks.resize(chunks);
  const std::uint64_t key = purpose_key(1, "bench");
  for (std::size_t c = 0; c < chunks; ++c) {
    ChildChunk& chunk = table.chunks[c];
    chunk.n = per_chunk;
    std::vector<std::vector<double>> columns(table.columns, std::vector<double>(per_chunk));
    for (std::size_t i = 0; i < per_chunk; ++i) {
      const auto draw = [&, at = static_cast<std::int64_t>(c * per_chunk + i)](std::uint16_t k) { return uniform_of_bits(draw_bits(key, {at, k, 0, 0})); };
      const int state = static_cast<int>(3 * draw(0));
      const double work = draw(1) < 0.5 && state < 2 ? 0.5 + draw(2) : 0;
      const double fixed[] = {0.5 + draw(3), draw(4), work, state > 0 ? 1.0 : 0.0};
      for (std::size_t k = 0; k < 4; ++k) columns[k][i] = fixed[k];
      for (std::size_t k = 0; k < covariates; ++k) columns[4 + k][i] = k < 4 ? draw(static_cast<std::uint16_t>(5 + k)) : draw(static_cast<std::uint16_t>(5 + k)) < 0.5 ? 1 : 0;
      chunk.state.push_back(static_cast<std::uint8_t>(state));
      chunk.households.push_back({static_cast<std::int64_t>(c * per_chunk + i), static_cast<std::uint32_t>(i + 1), 0, 0});
    }
    for (auto& column : columns) chunk.columns.emplace_back(std::move(column));
  }
  return table;
}

EstimationPlan plan() {
  EstimationPlan plan;
  plan.alternatives = {"out of school", "school and work", "school only"};
  plan.covariates = {{"constant", Regressor::constant, -1, "1"}};
  for (std::size_t k = 0; k < covariates; ++k) plan.covariates.push_back({"x" + std::to_string(k), 4 + k, -1, ""});
  plan.income = 1;
  return plan;
}

void utilities(benchmark::State& state) {
  ChildTable table = make_table();
  Exchange alone;
  Team one;
  for (auto _ : state) benchmark::DoNotOptimize(estimate_schooling(plan(), table, alone, one).log_likelihood);
  count(state, chunks * per_chunk);
}

void with_earnings(benchmark::State& state) {
  ChildTable table = make_table();
  Exchange alone;
  Team one;
  EstimationPlan asked = plan();
  asked.earnings = EarningsData{2, {{"constant", Regressor::constant, -1, "1"}, {"attending", 3, -1, ""}, {"x1", 5, -1, ""}, {"x5", 9, -1, ""}}, true};
  asked.covariance = CovarianceKind::household;
  for (auto _ : state) {
    ChildTable fresh = table;
    benchmark::DoNotOptimize(estimate_schooling(asked, fresh, alone, one).log_likelihood);
  }
  count(state, chunks * per_chunk);
}

BENCHMARK(triad);
BENCHMARK(utilities)->Unit(benchmark::kMillisecond);
BENCHMARK(with_earnings)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace puente::bench
