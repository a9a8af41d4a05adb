// Answers the solves of a scenario file: each is a search whose questions are walks over the population with several
// values at a time. Collective; every rank finds the same.
#pragma once

#include <vector>

#include "hpc/driver.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente {

/// Reads the scenario file with overrides, ready to run.
using ReadScenario = std::function<io::ScenarioFile(const io::ScenarioOverrides&)>;

/// In the file's order, each with what those before it found, which is added to `overrides`. Warnings go to `diagnostics`.
/// Throws Error where a target is not met once between the limits.
std::vector<Solved> answer_solves(const io::ScenarioFile& file, const ReadScenario& read, io::ScenarioOverrides& overrides,
                                  PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                                  Diagnostics& diagnostics);

}  // namespace puente
