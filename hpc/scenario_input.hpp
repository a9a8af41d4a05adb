// What the command line and a scenario file ask for: the file as read, the population it speaks of, threads and windows.
// Collective where an exchange is taken; throws Error, the same on every rank.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hpc/commands.hpp"
#include "hpc/driver.hpp"
#include "hpc/survey_weights.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente {

io::ScenarioOverrides overrides_of(const std::vector<std::string>& set, const std::vector<std::string>& scenarios);
RunOptions options_of(const CommonOptions& common);
void choose_precision(const CommonOptions& common, StatisticsModel& statistics);
/// As asked for, or a rank's part of its node's cores. Warns where threads must share cores.
int threads_of(const CommonOptions& common, ParallelSession& session);
/// Households at a time, so that this rank keeps within the memory asked for, in GiB; 0: all of them. Exact order statistics leave
/// room for records.
std::int64_t window_of(const CommonOptions& common, const StatisticsModel& statistics, const PopulationSource& source, const Exchange& exchange);
/// The file's recipe, which may use the file's parameters.
Recipe recipe_of(const io::ScenarioFile& file);
/// Where the population comes from: survey, clone, or synthetic where assumptions of ours made it.
std::string origin_of(const io::ScenarioFile& file, const PopulationSource& source);
/// The scenario file as the command wants it.
io::ScenarioFile read_for(const RunCommand& command, const io::ScenarioOverrides& overrides, Exchange& exchange);
/// A population, and itself where its weights were calibrated to margins on the way.
struct RunPopulation {
  std::unique_ptr<PopulationSource> source;
  const CalibratedSource* calibrated = nullptr;
};
/// As it is where `margins` name no file.
RunPopulation with_margins(std::unique_ptr<PopulationSource> source, const std::string& margins, Exchange& exchange, Team& team);
/// The scenario's population. Kept in memory where it is made, unless `options` ask for a window.
RunPopulation population_of(io::ScenarioFile& file, const RunCommand& command, RunOptions& options, Exchange& exchange,
                                                Team& team);

}  // namespace puente
