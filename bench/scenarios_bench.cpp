// What a scenario costs among others: the reference workload and a national schema, one scenario, two, five and ten in one run,
// with sketches and exact. Data in memory; making them is not counted.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/study_in_memory.hpp"
#include "bench/timing.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t households = 1'000'000;
  int threads = 2, rounds = 3;
  std::string only;
};

struct Task {
  const char *name, *file, *scenario;
};
constexpr Task tasks[] = {{"reference workload", "bench/draws.toml", "grant"}, {"national schema", "bench/gate/national.toml", "both"}};
constexpr std::size_t counts[] = {1, 2, 5, 10};

/// The scenario so many times over, each run by itself: the first is the reference. Parameters differ, where there are any.
StudyModel several(const StudyModel& model, const std::string& name, std::size_t count) {
  StudyModel all = model;
  const Scenario one = model.scenarios[static_cast<std::size_t>(model.find_scenario(name))];
  all.scenarios.clear();
  for (std::size_t s = 0; s < count; ++s) {
    Scenario& scenario = all.scenarios.emplace_back(one);
    scenario.name = name + std::to_string(s);
    for (double& parameter : scenario.parameters) parameter *= 1 + 0.01 * static_cast<double>(s);
  }
  all.reference = all.scenarios.front().name;
  return all;
}

void measure(const Task& task, const Options& options) {
  StudyInMemory study(task.file, options.households, options.threads);
  for (const Precision precision : {Precision::sketch, Precision::exact}) {
    study.model.statistics.precision = precision;
    std::vector<StudyModel> models;
    for (const std::size_t count : counts) models.push_back(several(study.model, task.scenario, count));
    std::vector<std::vector<double>> seconds(models.size());
    for (int round = -1; round < options.rounds; ++round)  // the first turn is not counted
      for (std::size_t m = 0; m < models.size(); ++m) {
        const Stopwatch watch;
        study.run(models[m]);
        if (round >= 0) seconds[m].push_back(watch.seconds());
      }
    for (std::size_t m = 0; m < models.size(); ++m) {
      const double each = median(seconds[m]) * 1e9 / static_cast<double>(options.households), one = median(seconds[0]) * 1e9 / static_cast<double>(options.households);
      std::printf("%-20s %-7s %9zu %12.2f %12.2f %12.2f\n", task.name, precision == Precision::sketch ? "sketch" : "exact", counts[m], each,
                  each / static_cast<double>(counts[m]), each / one);
    }
  }
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("What a scenario costs among others.");
  app.add_option("--households", options.households, "how many");
  app.add_option("--threads", options.threads, "threads");
  app.add_option("--rounds", options.rounds, "rounds");
  app.add_option("--only", options.only, "one of the two alone")->check(CLI::IsMember({"reference", "national"}));
  CLI11_PARSE(app, argc, argv);
  std::printf("%lld households, %d threads, %d rounds; ns are of wall time, medians\n", static_cast<long long>(options.households), options.threads, options.rounds);
  std::printf("%-20s %-7s %9s %12s %12s %12s\n", "", "", "scenarios", "ns/household", "ns/scenario", "times one");
  for (const auto& task : puente::bench::tasks)
    if (std::string(task.name).starts_with(options.only)) puente::bench::measure(task, options);
}
