// The expressions of the reference workload over one block: the compiled program beside the same formulas as a C++ loop.
#include "engine/population/made_columns.hpp"
#include "engine/rules/rules.hpp"

#include <algorithm>

#include "bench/kernel.hpp"
#include "engine/population/recipe.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

namespace {

constexpr std::int64_t n = 1024;

/// The first households of the pack `reference`.
struct Block {
  Block() : source(recipe()) { scope.schema = &source.schema(); }
  static Recipe recipe() {
    io::ScenarioFile file = io::read_scenario_file(PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml", {});
    file.diagnostics.throw_if_errors();
    file.recipe->households = n;
    return *file.recipe;
  }
  void load(const std::vector<rules::Input>& wanted) {
    source.load(0, n, wanted, data);
    columns.clear();
    for (const auto& column : data.inputs) columns.push_back(column.data());
  }
  RecipeSource source;
  rules::Scope scope;
  BlockData data;
  std::vector<const double*> columns;
};

void compiled_rules(benchmark::State& state) {
  Block block;
  Diagnostics diagnostics;
  rules::Compiler compiler(block.scope, diagnostics);
  rules::Output outputs[4];
  std::size_t k = 0;
  for (const char* text : {"rural and kids > 0 and land < 2", "20 + 5*min(kids, 3)", "if(land > 0.5, 0.43, 0)", "size / 4"})
    outputs[k++] = compiler.add(rules::Text::standalone("rules_bench", text), {Entity::household, {}, {}, text});
  diagnostics.throw_if_errors();
  const rules::Program program = compiler.finish();
  block.load(program.inputs());
  rules::Workspace workspace;
  for (auto _ : state) {
    program.run(block.data.rows, {block.columns, {}, {}, 1, 0}, workspace);
    for (const rules::Output output : outputs) benchmark::DoNotOptimize(program.result(output, workspace));
    benchmark::ClobberMemory();
  }
  count(state, n, n * (program.inputs().size() + 4) * sizeof(double));
}

void loop_in_cpp(benchmark::State& state) {
  Block block;
  std::vector<rules::Input> wanted;
  for (const char* name : {"rural", "kids", "land", "size"})
    wanted.push_back({Entity::household, block.source.schema().find(Entity::household, name)});
  block.load(wanted);
  const double *rural = block.columns[0], *kids = block.columns[1], *land = block.columns[2], *size = block.columns[3];
  std::vector<double> eligible(n), amount(n), gain(n), scale(n);
  for (auto _ : state) {
    for (std::size_t i = 0; i < n; ++i) {
      eligible[i] = rural[i] != 0 && kids[i] > 0 && land[i] < 2 ? 1.0 : 0.0;
      amount[i] = 20 + 5 * std::min(kids[i], 3.0);
      gain[i] = land[i] > 0.5 ? 0.43 : 0.0;
      scale[i] = size[i] / 4;
    }
    for (const auto* column : {&eligible, &amount, &gain, &scale}) benchmark::DoNotOptimize(column->data());
    benchmark::ClobberMemory();
  }
  count(state, n, n * 8 * sizeof(double));
}

/// Making the households: draws, a normal, an exponential, rounding to storage.
void make_households(benchmark::State& state) {
  const Block block;
  for (auto _ : state) benchmark::DoNotOptimize(make_rows(block.source, 0, n).persons());
  count(state, n);
}

BENCHMARK(triad);
BENCHMARK(compiled_rules);
BENCHMARK(loop_in_cpp);
BENCHMARK(make_households);

}  // namespace

}  // namespace puente::bench
