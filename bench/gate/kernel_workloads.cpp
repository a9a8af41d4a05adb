// Kernels by themselves: what a change in one of them does is not thinned by the rest of a study.
#include "bench/gate/workloads.hpp"
#include "bench/welfare_data.hpp"
#include "engine/population/made_columns.hpp"
#include "engine/population/recipe.hpp"
#include "engine/statistics/exact_order.hpp"
#include "engine/statistics/limb_table.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t block = 1024;

/// The first households of the pack `reference`.
Recipe reference_households() {
  io::ScenarioFile file = io::read_scenario_file(PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml", {});
  file.diagnostics.throw_if_errors();
  file.recipe->households = block;
  return *file.recipe;
}

/// Making the households: draws, a normal, an exponential, rounding to storage.
Workload make_households() {
  const auto source = std::make_shared<RecipeSource>(reference_households());
  return {"make_households", "household", block, [source] { make_rows(*source, 0, block); }};
}

/// The expressions of the reference workload over blocks.
struct Rules {
  Rules() : source(reference_households()) {
    rules::Scope scope;
    scope.schema = &source.schema();
    Diagnostics diagnostics;
    rules::Compiler compiler(scope, diagnostics);
    for (const char* text : {"rural and kids > 0 and land < 2", "20 + 5*min(kids, 3)", "if(land > 0.5, 0.43, 0)", "size / 4"})
      compiler.add(rules::Text::standalone("gate_bench", text), {Entity::household, {}, {}, text});
    diagnostics.throw_if_errors();
    program.emplace(compiler.finish());
    source.load(0, block, program->inputs(), data);
    for (const auto& column : data.inputs) columns.push_back(column.data());
  }
  void run() { program->run(data.rows, {columns, {}, {}, 1, 0}, workspace); }

  RecipeSource source;
  std::optional<rules::Program> program;
  BlockData data;
  std::vector<const double*> columns;
  rules::Workspace workspace;
};

Workload rules_over_blocks() {
  constexpr int blocks = 64;
  const auto rules = std::make_shared<Rules>();
  return {"rules", "household", block * blocks, [rules] {
            for (int b = 0; b < blocks; ++b) rules->run();
          }};
}

/// Eight terms a record, to everybody and to one of a hundred slots.
struct Sums {
  Sums() : data(block), values(terms * block), table(slots, terms) {
    for (std::size_t k = 0; k < terms; ++k)
      for (std::size_t i = 0; i < block; ++i) values[k * block + i] = data.w[i] * data.y[i] / static_cast<double>(k + 1);
    for (std::int32_t& slot : data.slot) slot %= slots;
  }
  void run() {
    const TermColumns records = TermColumns::all(block, terms, block, values.data());
    const SlotLabels column{data.slot.data(), {}};
    table.add_to_first(records);
    table.add_by_slot(records, std::span(&column, 1), 0);
  }

  static constexpr std::size_t terms = 8;
  static constexpr std::int32_t slots = 100;
  WelfareData data;
  std::vector<double> values;
  LimbTable table;
};

Workload exact_sums() {
  constexpr int blocks = 8;
  const auto sums = std::make_shared<Sums>();
  return {"exact_sums", "record", block * blocks, [sums] {
            for (int b = 0; b < blocks; ++b) sums->run();
          }};
}

/// Records kept, divided into buckets, put in order: Gini, deciles, Lorenz ordinates.
Workload order_statistics() {
  constexpr std::size_t n = 32'768;
  const auto data = std::make_shared<WelfareData>(n);
  return {"order_statistics", "record", n, [data] {
            RecordStore store(LabelFormat{});
            store.add(n, data->y.data(), data->w.data(), {});
            Exchange alone;
            Team one;
            const OrderPlan plan(std::vector<double>{0.5});
            exact_order(std::move(store), {1, true}, plan, alone, one);
          }};
}

}  // namespace

std::vector<WorkloadMaker> kernel_workloads() {
  const auto kernel = [](const char* name, Workload (*make)()) { return WorkloadMaker{name, 20, 0, 0, [make](std::int64_t) { return make(); }}; };
  return {kernel("rules", rules_over_blocks), kernel("exact_sums", exact_sums), kernel("order_statistics", order_statistics),
          kernel("make_households", make_households)};
}

}  // namespace puente::bench
