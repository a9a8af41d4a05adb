// The choice between school and work: what is drawn of a child once a block, and what a scenario costs a child; the latter as the
// same block simulated with the choice and with attendance as it is.
#include <filesystem>
#include <fstream>
#include <random>

#include "bench/kernel.hpp"
#include "engine/behaviour/latent_choice.hpp"
#include "engine/population/recipe.hpp"
#include "engine/run/process_block.hpp"
#include "hpc/scenario_input.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

namespace {

constexpr std::int64_t households = 1024, children = 2048;

void draw_of_a_child(benchmark::State& state) {
  std::mt19937_64 bits(1);
  std::vector<std::array<double, 3>> v(children), u(children);
  for (auto* columns : {&v, &u})
    for (auto& three : *columns)
      for (double& x : three) x = std::uniform_real_distribution<>(0.01, 0.99)(bits);
  for (auto _ : state)
    for (std::size_t c = 0; c < v.size(); ++c) benchmark::DoNotOptimize(draw_latent(v[c], c % 3, u[c]));
  count(state, children, children * 6 * sizeof(double));
}

void choice_alone(benchmark::State& state) {
  std::mt19937_64 bits(1);
  std::array<std::vector<double>, 3> gap, change;
  std::vector<std::uint8_t> seen(children), chosen(children);
  for (auto* columns : {&gap, &change})
    for (auto& column : *columns)
      for (std::int64_t c = 0; c < children; ++c) column.push_back(std::normal_distribution<>()(bits));
  for (auto _ : state) {
    choose({gap[0].data(), gap[1].data(), gap[2].data()}, {change[0].data(), change[1].data(), change[2].data()}, seen, 3, chosen.data());
    benchmark::ClobberMemory();
  }
  count(state, children, children * 6 * sizeof(double));
}

constexpr const char* scenario = R"(format = 1
[population]
households = 1024
[population.recipe]
persons = '2'
[population.recipe.household]
income = { value = '200*exp(0.7*normal("y"))', type = "f64" }
[population.recipe.person]
attends = 'chance(0.6, "a")'
works = 'chance(0.3, "w")'
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[programmes.grant]
entity = "person"
eligible = 'true'
condition = 'attends'
cash = { amount = 40 }
[scenarios.grant]
programmes = ["grant"]
)";
constexpr const char* schooling = "[schooling]\nchildren = 'true'\nworks = \"works\"\nmodel = \"schooling.model.toml\"\n";
constexpr const char* model = R"(format = 1
model = "schooling"
title = "typed"
alternatives = ["out", "both", "school"]
[[utility]]
name = "constant"
value = '1'
coefficients = [-1.0, 0.5]
[income]
coefficients = [0.002, 0.003]
[structure]
alpha = [0.001, 0.003, 0.004]
)";

/// `choice`: 1 with [schooling], 0 without.
void scenario_of_a_block(benchmark::State& state) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("puente-schooling-bench-" + std::to_string(state.range(0)));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "schooling.model.toml") << model;
  std::ofstream(folder / "scenario.toml") << scenario << (state.range(0) == 1 ? schooling : "");
  io::ScenarioFile file = io::read_scenario_file((folder / "scenario.toml").string(), {});
  file.diagnostics.throw_if_errors();
  file.recipe->households = households;
  const RecipeSource source(recipe_of(file));
  Diagnostics diagnostics;
  const Study study(file.model, source.schema(), diagnostics);
  diagnostics.throw_if_errors();
  BlockProcessor processor(study, 1);
  processor.load(source, 0, households, households);
  for (auto _ : state) {
    processor.begin_scenario(0);
    processor.simulate(0, 0);
    benchmark::DoNotOptimize(processor.state().welfare.data());
  }
  count(state, children, children * sizeof(double));
  std::filesystem::remove_all(folder);
}

BENCHMARK(draw_of_a_child);
BENCHMARK(choice_alone);
BENCHMARK(scenario_of_a_block)->ArgName("choice")->Arg(0)->Arg(1);
BENCHMARK(triad);

}  // namespace

}  // namespace puente::bench
