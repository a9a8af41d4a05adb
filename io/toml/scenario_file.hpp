// The scenario file (DESIGN 5): TOML to a StudyModel and the population it runs on. Every mistake is reported at its
// place, all in one go. Each scenario is resolved here: `extends`, `programmes`, `set` and sweeps are applied to a fresh
// reading of the file, so that a scenario's policy is whatever the file would say with those changes written into it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/population/recipe.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/solve.hpp"
#include "io/toml/scenario_resolver.hpp"

namespace puente::io {

struct ScenarioFile {
  std::string path;
  std::string content;                      ///< as read, for the provenance
  StudyModel model;
  std::string population_source;            ///< absolute or as found from the file's folder; empty with a recipe
  std::string margins;                      ///< file that the source's weights are calibrated to, found likewise; empty: they stay
  std::optional<Recipe> recipe;
  std::optional<std::int64_t> households;   ///< [population] households
  std::vector<Solve> solves;                ///< those to be answered
  Diagnostics diagnostics;                  ///< mistakes, warnings and notes so far
};

/// Values that a solve tries in one walk: each scenario that they change runs once a value (trial_suffix), the others once.
struct Trials {
  std::string solve;
  std::vector<double> values;
};

struct ScenarioOverrides {
  std::vector<std::pair<std::string, std::string>> set;  ///< --set KEY=VALUE, applied to the file itself
  std::vector<std::string> scenarios;                    ///< --scenarios: keep these and their references; empty: all
  std::vector<std::string> solves;                       ///< --solve: those on request that are answered
  std::vector<SolvedValue> solved;                       ///< by the solves so far
  std::optional<Trials> trials;                          ///< only what the target of this solve needs
  bool schooling_model = true;                           ///< read the model file that [schooling] names
};

/// Reads the file. Throws Error when it cannot be opened or is not TOML; other mistakes are in `diagnostics`.
ScenarioFile read_scenario_file(const std::string& path, const ScenarioOverrides& overrides);

}  // namespace puente::io
