#include "hpc/commands.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>

#include "engine/population/made_columns.hpp"
#include "engine/uncertainty/model_coefficients.hpp"
#include "hpc/driver.hpp"
#include "hpc/performance.hpp"
#include "hpc/profiles.hpp"
#include "hpc/scenario_input.hpp"
#include "hpc/solve.hpp"
#include "hpc/team.hpp"
#include "hpc/together.hpp"
#include "hpc/uncertain.hpp"
#include "hpc/uncertainty_options.hpp"
#include "hpc/version.hpp"
#include "io/hdf5/compare.hpp"
#include "io/hdf5/describe.hpp"
#include "io/hdf5/population_file.hpp"
#include "io/hdf5/population_writer.hpp"
#include "io/hdf5/results_file.hpp"
#include "io/report/report.hpp"
#include "io/survey/import.hpp"
#include "io/survey/map.hpp"
#include "io/toml/margins_reader.hpp"
#include "io/toml/profile_reader.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente {

namespace {

namespace fs = std::filesystem;

std::string now() {
  char text[32];
  const std::time_t t = std::time(nullptr);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&t));
  return text;
}

void add_provenance(Results& results, const io::ScenarioFile& file, const RunCommand& command, const Exchange& exchange,
                    int threads, double seconds) {
  results.provenance["version"] = std::string(PUENTE_VERSION);
  results.provenance["git_commit"] = git_commit();
  results.provenance["compiler"] = compiler();
  results.provenance["command_line"] = command.command_line;
  results.provenance["date"] = now();
  results.provenance["scenario_file"] = file.content;
  results.provenance["population_file"] = file.population_source;
  results.provenance["ranks"] = static_cast<double>(exchange.size());
  results.provenance["threads"] = static_cast<double>(threads);
  results.provenance["seconds"] = seconds;
}

void warn(const Diagnostics& diagnostics) {
  Diagnostics warnings;
  for (const Diagnostic& d : diagnostics.all())
    if (d.severity == Diagnostic::Severity::warning) warnings.add(d);
  std::fputs(warnings.text().c_str(), stderr);
}

std::pair<std::string, rules::Text> named(const std::string& option, const std::string& text, const std::string& otherwise) {
  const auto equals = text.find('=');
  const bool has_name = equals != std::string::npos && equals > 0 && text.compare(equals, 2, "==") != 0 &&
                        text.find_first_of("<>!(' \"") > equals;
  const std::string name = has_name ? text.substr(0, equals) : otherwise;
  return {name, rules::Text::standalone(option, has_name ? text.substr(equals + 1) : text)};
}

/// Results are found by their names.
template <class Named>
void refuse_twins(const char* option, const std::vector<Named>& all) {
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (all[i].name == all[j].name)
        throw Error(ExitCode::usage, std::string(option) + " " + all[i].name + " is given twice; name one of them, as in " + option + " other=" + all[i].name);
}

std::vector<std::pair<int, int>> bands_of(const std::string& text) {
  std::vector<std::pair<int, int>> bands;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    int from = 0, to = 0, used = 0;
    const std::string band = text.substr(at, comma - at);
    if (std::sscanf(band.c_str(), "%d-%d%n", &from, &to, &used) != 2 || used != static_cast<int>(band.size()) || from > to)
      throw Error(ExitCode::usage, "--age-bands " + text + ": write bands of whole years, as in 6-13,14-17");
    bands.emplace_back(from, to);
    at = comma + 1;
  }
  return bands;
}

std::optional<rules::Text> option_text(const char* name, const std::string& value) {
  if (value.empty()) return std::nullopt;
  return rules::Text::standalone(name, value);
}

StudyModel statistics_model(const StatisticsCommand& command) {
  StudyModel model;
  model.welfare.resource = rules::Text::standalone("--welfare", command.welfare);
  model.welfare.per_head = true;
  model.welfare.weight = option_text("--weight", command.weight);
  for (const std::string& line : command.lines) {
    auto [name, text] = named("--line", line, line);
    model.welfare.lines.push_back({name, text, false});
  }
  for (const std::string& by : command.by) {
    auto [name, text] = named("--by", by, by);
    model.groups.push_back({name, text});
  }
  refuse_twins("--line", model.welfare.lines);
  refuse_twins("--by", model.groups);
  StatisticsModel& statistics = model.statistics;
  for (const std::string& contrast : command.contrasts) statistics.contrasts.push_back(rules::Text::standalone("--contrast", contrast));
  statistics.count = command.count == "persons" ? CountedAs::persons : command.count == "households" ? CountedAs::households : CountedAs::records;
  statistics.where = option_text("--where", command.where);
  statistics.attends = option_text("--attends", command.attends);
  statistics.age = option_text("--age", command.age);
  statistics.sex = option_text("--sex", command.sex);
  statistics.include = {"poverty", "inequality", "distribution"};
  if (!command.attends.empty()) statistics.include.emplace_back("attendance");
  for (const auto& [option, value] : {std::pair{"--age-bands", &command.bands}, {"--age", &command.age}, {"--sex", &command.sex}})
    if (!value->empty() && command.attends.empty())
      throw Error(ExitCode::usage, std::string(option) + " belongs to attendance: say who attends school with --attends EXPR");
  if (!command.bands.empty()) statistics.age_bands = bands_of(command.bands);
  statistics.deciles = false;
  for (int p = 1; p < 100; ++p) statistics.quantiles.push_back(p / 100.0);
  Scenario data;
  data.name = "data";
  model.scenarios.push_back(data);
  model.reference = "data";
  return model;
}

constexpr std::int64_t households_described = 1 << 16;

template <class Named>
std::string names_line(const char* what, const std::vector<Named>& all) {
  std::string names;
  for (const Named& one : all) names += (names.empty() ? "" : ", ") + one.name;
  return names.empty() ? "" : std::string("  ") + what + ": " + names + "\n";
}

std::string describe_scenario(const std::string& path) {
  if (io::is_profile(path)) return describe_profile(path);
  const io::ScenarioFile file = io::read_scenario_file(path, {});
  file.diagnostics.throw_if_errors();
  std::string text = path + ": a scenario file\n";
  if (!file.model.title.empty()) text += "  title: " + file.model.title + "\n";
  std::vector<ParameterValue> parameters = file.model.parameters;
  parameters.resize(parameters.size() - file.model.coefficients);
  text += names_line("scenarios", file.model.scenarios) + names_line("parameters", parameters);
  if (const std::string drawn = words_of_coefficients(file.model); !drawn.empty()) text += "  draws also draw: " + drawn + "\n";
  text += names_line("variables", file.model.variables) + names_line("lines", file.model.welfare.lines) + names_line("groups", file.model.groups);
  text += names_line("found by solving", file.solves);
  if (io::is_profile(file.population_source)) return text + describe_profile(file.population_source);
  if (file.recipe) {
    const RecipeSource source(recipe_of(file));
    return text + io::describe_made(make_rows(source, 0, std::min(households_described, source.households())), source.households(), "a recipe; figures of the first");
  }
  if (!fs::exists(file.population_source)) return text + "  population: " + file.population_source + ", which is not there yet\n";
  return text + io::describe_file(file.population_source);
}

/// A file of the folders where packs are looked for.
std::optional<std::string> in_scenarios(const fs::path& file) {
  std::vector<fs::path> roots = {fs::path("."), fs::path("scenarios")};
  std::error_code failed;
  const fs::path binary = fs::read_symlink("/proc/self/exe", failed);
  if (!failed)
    for (const char* up : {"../share/puente/scenarios", "../../scenarios"}) roots.push_back(binary.parent_path() / up);
  for (const fs::path& root : roots)
    if (const fs::path found = root / file; fs::is_regular_file(found)) return found.lexically_normal().string();
  return std::nullopt;
}

std::optional<std::string> pack_of(const std::string& name) { return in_scenarios(fs::path(name) / "scenario.toml"); }
std::optional<std::string> profile_of(const std::string& name) { return in_scenarios(fs::path("profiles") / (name + ".toml")); }

/// This rank's team for draws, with the population among its ranks.
class OwnTeam {
 public:
  OwnTeam(const RunCommand& command, io::ScenarioFile& file, ParallelSession& session, Team& threads) {
    const int teams = command.uncertainty.draw_teams;
    if (teams == 1) return;
    if (teams > session.exchange().size())
      throw Error(ExitCode::usage, "--draw-teams " + std::to_string(teams) + ": there " + (session.exchange().size() == 1 ? "is 1 rank" : "are " + std::to_string(session.exchange().size()) + " ranks") + "; start more with mpirun");
    ranks_ = session.team(teams);
    RunOptions options = options_of(command.common);
    together(session.exchange(), [&] { source_ = population_of(file, command, options, *ranks_, threads).source; });
    team_ = DrawTeam{static_cast<std::size_t>(session.team_number(teams)), static_cast<std::size_t>(teams), ranks_.get(), source_.get()};
  }
  const std::optional<DrawTeam>& team() const { return team_; }

 private:
  std::unique_ptr<Exchange> ranks_;
  std::unique_ptr<PopulationSource> source_;
  std::optional<DrawTeam> team_;
};

}  // namespace

std::string find_scenario(const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  if (const auto pack = pack_of(name)) return *pack;
  if (const auto profile = profile_of(name)) return *profile;
  throw Error(ExitCode::input_missing, name + ": there is no such file, nor a pack or profile of this name");
}

ScenarioRun run_scenario(const RunCommand& command, ParallelSession& session, const std::function<void(StudyModel&)>& adjust) {
  const auto start = std::chrono::steady_clock::now();
  OpenMpTeam threads(threads_of(command.common, session));
  std::optional<Performance> performance;
  if (command.report_performance) {
    if (command.uncertainty.draw_teams > 1) throw Error(ExitCode::usage, "--report-performance is of ranks that all do the same: leave out --draw-teams");
    performance.emplace(session.exchange(), threads);
  }
  Exchange& exchange = performance ? performance->exchange() : session.exchange();
  Team& team = performance ? performance->team() : threads;
  io::ScenarioOverrides overrides = overrides_of(command.set, command.scenarios);
  overrides.solves = command.solves;
  const ReadScenario read = [&](const io::ScenarioOverrides& asked) {
    io::ScenarioFile file = read_for(command, asked, exchange);
    if (adjust) adjust(file.model);
    return file;
  };
  io::ScenarioFile file = read(overrides);
  RunOptions options = options_of(command.common);
  options.watch = performance ? &*performance : nullptr;
  const RunPopulation population = population_of(file, command, options, exchange, team);
  PopulationSource& source = *population.source;
  Diagnostics found;
  const std::vector<Solved> solved = answer_solves(file, read, overrides, source, options, exchange, team, found);
  if (!solved.empty()) file = read(overrides);
  for (const Diagnostic& diagnostic : found.all()) file.diagnostics.add(diagnostic);
  const bool synthetic = origin_of(file, source) == "synthetic";
  const OwnTeam own(command, file, session, team);
  Finished finished = run_uncertain({file.model, command.uncertainty, !command.common.precision.empty(), synthetic, population.calibrated, own.team()}, source, options, exchange, team, file.diagnostics);
  for (const Solved& one : solved) add_solved(one, finished.results);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  add_provenance(finished.results, file, command, exchange, team.threads(), seconds);
  if (exchange.rank() == 0) warn(file.diagnostics);
  std::string where = performance ? performance->report(finished.results.provenance) : "";
  return {std::move(finished.results), source.households(), std::move(where)};
}

void print(const std::string& text, Exchange& exchange) {
  together(exchange, [&] {
    if (exchange.rank() != 0) return;
    std::cout << text;
    std::cout.flush();
    if (!std::cout) throw Error(ExitCode::io_error, "the table cannot be written to standard output");
  });
}

int run_command(const RunCommand& command, ParallelSession& session) {
  const UncertaintyOptions& draws = command.uncertainty;
  if (command.output.empty() && (draws.save_draws || !draws.only_draws.empty()))
    throw Error(ExitCode::usage, std::string(draws.save_draws ? "--save-draws" : "--only-draws") + " keeps draws in a results file: name it with -o");
  if (!draws.extend.empty() && draws.extend == command.output) throw Error(ExitCode::usage, "--extend " + draws.extend + ": write the longer run to a file of its own");
  const ScenarioRun run = run_scenario(command, session);
  together(session.exchange(), [&] {
    if (session.exchange().rank() == 0 && !command.output.empty()) io::write_results(run.results, command.output);
  });
  print(command.common.json ? io::scenarios_json(run.results) : command.common.quiet ? "" : io::screen_table(run.results), session.exchange());
  if (session.exchange().rank() == 0) std::fputs(run.performance.c_str(), stderr);
  return 0;
}

int statistics_command(const StatisticsCommand& command, ParallelSession& session) {
  Exchange& exchange = session.exchange();
  OpenMpTeam team(threads_of(command.common, session));
  RunOptions options = options_of(command.common);
  RunPopulation population;
  StudyModel model;
  together(exchange, [&] {
    population.source = open_population(command.population, options);
    model = statistics_model(command);
    choose_precision(command.common, model.statistics);
    options.window_households = window_of(command.common, model.statistics, *population.source, exchange);
    take_options(command.uncertainty, model);
  });
  population = with_margins(std::move(population.source), command.margins, exchange, team);
  Diagnostics diagnostics;
  const bool synthetic = population.source->schema().notes.origin == "synthetic";
  const Finished finished = run_uncertain({std::move(model), command.uncertainty, !command.common.precision.empty(), synthetic, population.calibrated}, *population.source, options, exchange, team, diagnostics);
  if (exchange.rank() == 0)
    std::cout << (command.common.json ? io::groups_json(finished.results) : io::groups_table(finished.results));
  return 0;
}

int check_command(const std::string& scenario, const std::string& population, const std::vector<std::string>& set) {
  if (const std::string path = find_scenario(scenario); io::is_profile(path)) return check_profile_command(path);
  io::ScenarioFile file = io::read_scenario_file(find_scenario(scenario), overrides_of(set, {}));
  if (!file.margins.empty()) io::read_margins(file.margins);  // throws its own mistakes
  const std::string source = population.empty() ? file.population_source : population;
  Schema schema;
  bool known = false;
  if (file.recipe && population.empty()) {
    try {
      schema = RecipeSource(recipe_of(file)).schema();
      known = true;
    } catch (const Error& error) {
      std::fputs(error.what(), stderr);
      std::fputs(file.diagnostics.text().c_str(), stderr);
      return static_cast<int>(ExitCode::bad_input);
    }
  } else if (io::is_profile(source)) {
    io::ProfileFile profile = io::read_profile(source);
    profile.diagnostics.throw_if_errors();
    schema = check_profile(profile.profile);
    known = true;
  } else if (fs::is_regular_file(source)) {
    schema = io::PopulationFile(source).schema();
    known = true;
  }
  if (known) Study(file.model, schema, file.diagnostics);
  std::fputs(file.diagnostics.text().c_str(), stderr);
  if (file.diagnostics.has_errors()) return static_cast<int>(ExitCode::bad_input);
  if (!known) {
    std::fprintf(stderr, "%s: the population %s is not there, so names and units cannot be checked; name one with --population\n",
                 file.path.c_str(), source.c_str());
    return static_cast<int>(ExitCode::input_missing);
  }
  std::set<std::string> programmes;
  for (const Scenario& scenario_of_file : file.model.scenarios)
    for (const Programme& programme : scenario_of_file.programmes) programmes.insert(programme.name);
  std::printf("%s: %zu scenarios, %zu programmes, no mistakes\n", file.path.c_str(), file.model.scenarios.size(), programmes.size());
  return 0;
}

int import_command(const ImportCommand& command) {
  const io::SurveyMap map = io::read_map(command.map);
  const io::ImportedSurvey survey = io::import_survey(map, command.inputs);
  io::write_population(survey.population, command.output);
  std::fputs(survey.report.text().c_str(), stdout);
  std::printf("wrote %s\n", command.output.c_str());
  return 0;
}

int describe_command(const std::string& file) {
  const bool scenario = fs::path(file).extension() == ".toml" || (!fs::is_regular_file(file) && (pack_of(file) || profile_of(file)));
  std::fputs((scenario ? describe_scenario(find_scenario(file)) : io::describe_file(file)).c_str(), stdout);
  return 0;
}

int compare_command(const std::string& a, const std::string& b) {
  const auto differences = io::compare_files(a, b);
  for (const io::Difference& difference : differences) std::printf("%s: %s\n", difference.path.c_str(), difference.text.c_str());
  if (differences.empty()) std::puts("identical to the last bit outside /provenance");
  return differences.empty() ? 0 : static_cast<int>(ExitCode::different);
}

}  // namespace puente
