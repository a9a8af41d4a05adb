// What a draw costs: the reference workload with three uncertain numbers and five scenarios, a thousand draws of them,
// beside the same scenarios run once. Data in memory; making them is not counted.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <random>

#include "bench/timing.hpp"
#include "engine/population/recipe.hpp"
#include "hpc/draws.hpp"
#include "hpc/team.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t households = 1'000'000;
  std::size_t draws = 100, together = 4;
  int threads = 2, rounds = 3;
};

StudyModel workload(std::optional<Recipe>& recipe) {
  io::ScenarioFile file = io::read_scenario_file(PUENTE_SOURCE_DIR "/bench/draws.toml", {});
  file.diagnostics.throw_if_errors();
  recipe = file.recipe;
  file.model.statistics.precision = Precision::sketch;
  return file.model;
}

void measure(const Options& options) {
  OpenMpTeam team(options.threads);
  Exchange alone;
  std::optional<Recipe> recipe;
  const StudyModel model = workload(recipe);
  recipe->households = options.households;
  RunOptions quiet;
  quiet.quiet = true;
  const auto source = keep_in_memory(std::make_unique<RecipeSource>(*recipe), quiet, alone, team);
  DrawPlan plan;
  plan.count = options.draws;
  plan.together = options.together;
  plan.parameters = [&](std::size_t d) {
    std::mt19937_64 bits(d);
    std::normal_distribution<> normal;
    ParameterSet set;
    for (const ParameterValue& parameter : model.parameters) set.push_back(parameter.value * (1 + 0.1 * normal(bits)));
    return set;
  };
  std::vector<double> once, draws;
  for (int round = 0; round < options.rounds; ++round) {
    const Stopwatch first;
    for (int k = 0; k < 5; ++k) {
      Diagnostics diagnostics;
      run_study(model, *source, quiet, alone, team, diagnostics);
    }
    once.push_back(first.seconds() / 5);
    const Stopwatch second;
    Realisations realisations;
    run_draws(model, plan, *source, quiet, alone, team, realisations);
    draws.push_back(second.seconds() / static_cast<double>(options.draws));
  }
  const double cells = static_cast<double>(options.households) * static_cast<double>(model.scenarios.size());
  std::printf("%lld households, %zu scenarios, %d threads, %zu draws, %zu together\n", static_cast<long long>(options.households), model.scenarios.size(),
              options.threads, options.draws, options.together);
  std::printf("  the scenarios once  %8.2f ms  %6.2f ns a household and scenario\n", median(once) * 1e3, median(once) * 1e9 / cells);
  std::printf("  a draw of them      %8.2f ms  %6.2f ns  %5.2f of it\n", median(draws) * 1e3, median(draws) * 1e9 / cells, median(draws) / median(once));
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("What a draw of the parameters costs.");
  app.add_option("--households", options.households, "how many");
  app.add_option("--draws", options.draws, "how many");
  app.add_option("--together", options.together, "draws in one walk");
  app.add_option("--threads", options.threads, "threads");
  app.add_option("--rounds", options.rounds, "rounds");
  CLI11_PARSE(app, argc, argv);
  puente::bench::measure(options);
}
