// A scenario file's study and its households, made and kept in memory apart from what is timed.
#pragma once

#include <memory>
#include <string>

#include "hpc/driver.hpp"
#include "hpc/scenario_input.hpp"
#include "hpc/team.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

struct StudyInMemory {
  /// `file`: from the root of the sources.
  StudyInMemory(const std::string& file, std::int64_t households, int threads, const io::ScenarioOverrides& overrides = {}) : team(threads) {
    io::ScenarioFile read = io::read_scenario_file(PUENTE_SOURCE_DIR "/" + file, overrides);
    read.diagnostics.throw_if_errors();
    read.recipe->households = households;
    quiet.quiet = true;
    model = read.model;
    source = keep_in_memory(std::make_unique<RecipeSource>(recipe_of(read)), quiet, alone, team);
  }

  void run(const StudyModel& asked) {
    Diagnostics diagnostics;
    run_study(asked, *source, quiet, alone, team, diagnostics);
  }
  void run() { run(model); }

  OpenMpTeam team;
  Exchange alone;
  RunOptions quiet;
  StudyModel model;
  std::unique_ptr<PopulationSource> source;
};

}  // namespace puente::bench
