#include "hpc/scenario_input.hpp"

#include <algorithm>
#include <filesystem>

#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"
#include "hpc/profiles.hpp"
#include "hpc/team.hpp"
#include "hpc/together.hpp"
#include "hpc/uncertainty_options.hpp"
#include "io/toml/profile_reader.hpp"

namespace puente {

namespace fs = std::filesystem;

io::ScenarioOverrides overrides_of(const std::vector<std::string>& set, const std::vector<std::string>& scenarios) {
  io::ScenarioOverrides overrides;
  for (const std::string& pair : set) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size())
      throw Error(ExitCode::usage, "--set " + pair + ": write KEY=VALUE, as in --set parameters.meal_value=20");
    overrides.set.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  overrides.scenarios = scenarios;
  return overrides;
}

std::string origin_of(const io::ScenarioFile& file, const PopulationSource& source) {
  return file.recipe && file.population_source.empty() ? "synthetic" : source.schema().notes.origin;
}

RunOptions options_of(const CommonOptions& common) { return {common.block, common.window, common.quiet, common.memory}; }

void choose_precision(const CommonOptions& common, StatisticsModel& statistics) {
  if (!common.precision.empty()) statistics.precision = common.precision == "sketch" ? Precision::sketch : Precision::exact;
}

int threads_of(const CommonOptions& common, ParallelSession& session) {
  const int ranks = session.ranks_on_node(), cores = session.cores_of_node();
  const int threads = common.threads > 0 ? common.threads : default_threads(ranks, cores);
  const std::string warning = oversubscribed(threads, ranks, cores);
  if (!warning.empty() && !common.quiet && session.exchange().rank() == 0) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return threads;
}

namespace {

/// In memory, with its persons; of a source that makes its households, as the first of them are.
double bytes_a_household(const PopulationSource& source) {
  constexpr std::int64_t some = 4096;
  const std::int64_t all = source.households();
  if (source.persons() >= 0) return bytes_of_household(source.schema(), static_cast<double>(source.persons()) / static_cast<double>(all));
  const std::int64_t made = std::min(all, some);
  return static_cast<double>(make_rows(source, 0, made).bytes()) / static_cast<double>(made);
}

}  // namespace

std::int64_t window_of(const CommonOptions& common, const StatisticsModel& statistics, const PopulationSource& source, const Exchange& exchange) {
  if (common.window > 0 || common.memory <= 0 || source.households() == 0) return common.window;
  const double of_columns = statistics.keeps_records() ? 0.4 : 0.75;  // what threads and sums take comes on top
  const double room = of_columns * common.memory * 0x1p30, each = bytes_a_household(source);
  if (each * static_cast<double>(source.households()) / exchange.size() <= room) return 0;
  return std::max<std::int64_t>(1024, static_cast<std::int64_t>(room / 2 / each));  // one is worked on while the next is read
}

Recipe recipe_of(const io::ScenarioFile& file) {
  Recipe recipe = *file.recipe;
  for (const ParameterValue& parameter : file.model.parameters) {
    recipe.parameters.push_back({parameter.name, parameter.unit});
    recipe.parameter_values.push_back(parameter.value);
  }
  return recipe;
}

RunPopulation with_margins(std::unique_ptr<PopulationSource> source, const std::string& margins, Exchange& exchange, Team& team) {
  if (margins.empty()) return {std::move(source)};
  std::unique_ptr<CalibratedSource> calibrated;
  together(exchange, [&] {
    if (!source->schema().notes.calibration.empty())
      throw bad_input("the weights of this population were calibrated already: with margins, take the survey as it was, whose design weights replicates calibrate anew");
    calibrated = calibrate_survey(std::move(source), margins, team);
  });
  const CalibratedSource* itself = calibrated.get();
  return {std::move(calibrated), itself};
}

RunPopulation population_of(io::ScenarioFile& file, const RunCommand& command, RunOptions& options, Exchange& exchange, Team& team) {
  const bool made = io::is_profile(command.population.empty() ? file.population_source : command.population) || (file.recipe && command.population.empty());
  if (made && !file.margins.empty()) together(exchange, [] { throw bad_input("margins are for the weights of a survey: this population is made, and its households are as many as it says"); });
  std::unique_ptr<PopulationSource> source;
  const auto keep = [&] {
    if (options.window_households == 0) options.window_households = window_of(command.common, file.model.statistics, *source, exchange);
    source = keep_in_memory(std::move(source), options, exchange, team);
  };
  if (!command.population.empty()) file.population_source = command.population;
  if (io::is_profile(file.population_source)) {
    const Profile profile = read_sound_profile(file.population_source, command.households ? command.households : file.households, command.seed, exchange);
    source = synthesise(profile, exchange, team);
    together(exchange, [&] { keep(); });
    return {std::move(source)};
  }
  together(exchange, [&] {
    if (file.recipe && command.population.empty()) {
      Recipe recipe = recipe_of(file);
      if (command.households) recipe.households = *command.households;
      if (recipe.households <= 0) throw bad_input(file.path + ": [population] households is missing or zero; give it there or with --households");
      source = std::make_unique<RecipeSource>(std::move(recipe));
      return keep();
    }
    if (command.households) throw Error(ExitCode::usage, "--households is for recipes and profiles: a population file has its own number");
    if (!fs::exists(file.population_source))
      throw Error(ExitCode::input_missing, file.population_source + ": there is no such population. Make it with `puente import MAP.toml -o " +
                                               file.population_source + "`, or name another with --population");
    source = open_population(file.population_source, options);
    options.window_households = window_of(command.common, file.model.statistics, *source, exchange);
  });
  return with_margins(std::move(source), file.margins, exchange, team);
}

io::ScenarioFile read_for(const RunCommand& command, const io::ScenarioOverrides& overrides, Exchange& exchange) {
  io::ScenarioFile file;
  together(exchange, [&] {
    const std::string path = find_scenario(command.scenario);
    if (io::is_profile(path)) throw Error(ExitCode::usage, path + " is a profile: name it as [population] source of a scenario, or make its households with `puente synthesise`");
    file = io::read_scenario_file(path, overrides);
    file.diagnostics.throw_if_errors();
  });
  if (!command.population.empty()) file.population_source = command.population;
  if (!command.margins.empty()) file.margins = command.margins;
  if (command.seed) {
    file.model.seed = *command.seed;
    if (file.recipe) file.recipe->seed = *command.seed;
  }
  choose_precision(command.common, file.model.statistics);
  take_options(command.uncertainty, file.model);
  return file;
}

}  // namespace puente
