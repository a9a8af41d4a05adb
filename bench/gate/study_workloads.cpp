// Whole studies: compile, passes, tallies, order statistics, results; the households lie in memory.
#include "bench/gate/workloads.hpp"
#include "bench/study_in_memory.hpp"

namespace puente::bench {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

struct Task {
  std::string file;  ///< from the root of the sources
  std::vector<std::string> scenarios;
  Settings settings;
};

struct Population : StudyInMemory {
  Population(const Task& task, std::int64_t households) : StudyInMemory(task.file, households, 1, overrides(task)) {}
  static io::ScenarioOverrides overrides(const Task& task) {
    io::ScenarioOverrides overrides;
    overrides.set = task.settings;
    overrides.scenarios = task.scenarios;
    return overrides;
  }
  void compile() {
    Diagnostics diagnostics;
    const Study study(model, source->schema(), diagnostics);
    diagnostics.throw_if_errors();
  }
};

WorkloadMaker study(const std::string& name, int turns, std::int64_t counted, std::int64_t timed, const Task& task) {
  return {name, turns, counted, timed, [name, task](std::int64_t households) {
            const auto population = std::make_shared<Population>(task, households);
            return Workload{name, "household", households, [population] { population->run(); }};
          }};
}

/// What a run costs before its first household.
WorkloadMaker compilation(const Task& task) {
  return {"compile", 20, 0, 0, [task](std::int64_t) {
            const auto population = std::make_shared<Population>(task, 1);
            return Workload{"compile", "study", 1, [population] { population->compile(); }};
          }};
}

/// The figures of DESIGN 10, as reference_bench has them.
Task reference(const std::string& precision) {
  return {"scenarios/reference/scenario.toml", {"grant"},
          {{"run.reference", "\"grant\""}, {"statistics.include", R"(["fgt", "gini", "shares", "quantiles"])"},
           {"statistics.recipients", "false"}, {"statistics.arms", "false"}, {"statistics.precision", '"' + precision + '"'}}};
}

Task national(const std::string& precision) { return {"bench/gate/national.toml", {}, {{"statistics.precision", '"' + precision + '"'}}}; }

}  // namespace

std::vector<WorkloadMaker> study_workloads() {
  // Tables of many groups cost much before the first household: enough households that they are the larger part, and few turns.
  return {study("reference_sketch", 20, 32'768, 1 << 18, reference("sketch")), study("reference_exact", 7, 32'768, 1 << 18, reference("exact")),
          study("national_sketch", 1, 16'384, 16'384, national("sketch")), study("national_exact", 3, 4'096, 16'384, national("exact")),
          study("schooling", 7, 2'048, 8'192, {"bench/gate/schooling.toml", {}, {}}), compilation(national("exact"))};
}

}  // namespace puente::bench
