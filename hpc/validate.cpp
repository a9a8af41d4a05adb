// `puente validate`: a pack's or a profile's evidence beside what is simulated.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "hpc/commands.hpp"
#include "hpc/together.hpp"
#include "io/report/validation.hpp"
#include "io/toml/evidence_reader.hpp"
#include "io/toml/profile_reader.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente {

namespace {

namespace fs = std::filesystem;

/// Where the evidence stands, and the profile it is of, if any.
struct Subject {
  std::string evidence, profile;
};

/// evidence.toml lies beside a pack's scenario.toml, and NAME.evidence.toml beside a profile or another scenario file.
Subject subject_of(const std::string& what) {
  if (fs::is_directory(what) && fs::exists(fs::path(what) / "evidence.toml")) return {(fs::path(what) / "evidence.toml").string(), ""};
  const fs::path found = find_scenario(what);
  const std::string name = found.filename().string();
  if (name == "evidence.toml" || name.ends_with(".evidence.toml")) return {found.string(), ""};
  const bool profile = io::is_profile(found.string());
  const fs::path evidence = found.parent_path() / (found.stem() == "scenario" ? "evidence.toml" : found.stem().string() + ".evidence.toml");
  if (!fs::exists(evidence)) throw Error(ExitCode::input_missing, evidence.string() + ": there is no evidence for " + found.string());
  return {evidence.string(), profile ? found.string() : ""};
}

void ask_for(const io::EvidenceFile& evidence, StudyModel& model) {
  ask_for_nothing(model.statistics);
  for (const Finding& finding : evidence.findings)
    if (finding.simulated) finding.simulated->ask_for(model.statistics);
}

/// Scenarios that formulas name must be in the scenario file.
void check_scenarios(io::EvidenceFile& evidence) {
  std::vector<std::string> names;
  for (const Scenario& scenario : io::read_scenario_file(evidence.scenario, {}).model.scenarios) names.push_back(scenario.name);
  for (const Finding& finding : evidence.findings)
    for (const FigureCall& call : finding.simulated ? finding.simulated->calls() : std::vector<FigureCall>()) {
      const std::string& name = call.arguments.front().text;
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const std::string near = nearest(name, names);
      evidence.diagnostics.add(finding.simulated->text().error(call.arguments.front().at, evidence.scenario + " has no scenario '" + name + "'" +
                                                               (near.empty() ? "" : "; did you mean '" + near + "'?")));
    }
}

}  // namespace

int validate_command(const ValidateCommand& command, ParallelSession& session) {
  Exchange& exchange = session.exchange();
  io::EvidenceFile evidence;
  RunCommand run = command.run;
  run.uncertainty.draws = 0;  // findings are held against the central values
  together(exchange, [&] {
    const Subject subject = subject_of(command.what);
    evidence = io::read_evidence(subject.evidence, subject.profile);
    check_scenarios(evidence);
    evidence.diagnostics.throw_if_errors();
    run.scenario = evidence.scenario;
    run.set.insert(run.set.begin(), evidence.set.begin(), evidence.set.end());
    if (run.population.empty()) run.population = subject.profile;
    for (const Finding& finding : evidence.findings)
      if (finding.simulated) finding.simulated->add_scenarios(run.scenarios);
  });
  const ScenarioRun simulated = run_scenario(run, session, [&](StudyModel& model) { ask_for(evidence, model); });
  io::Validation validation{evidence.title, simulated.households, {}};
  together(exchange, [&] {
    for (const Finding& finding : evidence.findings) {
      const double value = finding.simulated ? finding.simulated->evaluate(simulated.results) : std::nan("");
      validation.rows.push_back({&finding, value, judge(finding, value)});
    }
  });
  print(run.common.json ? io::validation_json(validation) : io::validation_table(validation), exchange);
  return io::all_close(validation) ? 0 : static_cast<int>(ExitCode::different);
}

}  // namespace puente
