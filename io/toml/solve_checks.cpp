#include "io/toml/solve_checks.hpp"

#include <algorithm>
#include <set>

#include "engine/rules/lexer.hpp"

namespace puente::io {

namespace {

/// Adds the names in an expression, and those in the variables among them.
void add_names(const rules::Text& text, const std::vector<rules::Variable>& variables, std::set<std::string>& names) {
  std::vector<rules::Lexeme> lexemes;
  try {
    lexemes = rules::cut(text.text);
  } catch (const rules::SyntaxError&) {
    return;  // told where the expression is compiled
  }
  for (const rules::Lexeme& lexeme : lexemes) {
    const bool name = lexeme.token == rules::Token::name || lexeme.token == rules::Token::quoted_name;
    if (!name || !names.insert(lexeme.text).second) continue;
    for (const rules::Variable& variable : variables)
      if (variable.name == lexeme.text) add_names(variable.expression, variables, names);
  }
}

bool reads(const std::optional<rules::Text>& text, const std::string& name, const std::vector<rules::Variable>& variables) {
  std::set<std::string> names;
  if (text) add_names(*text, variables, names);
  return names.count(name) != 0;
}

/// One run has one value of it, and one population.
void check_everywhere(TomlFile& file, const Solve& solve, const ScenarioFile& study, const ScenarioOverrides& overrides) {
  for (const Solve& other : study.solves)
    if (&other < &solve && other.everywhere && other.parameter == solve.parameter && is_asked(solve, overrides) && is_asked(other, overrides))
      file.error(solve.place, "solve." + other.name + " finds the same '" + solve.parameter + "' everywhere, and a run has one value of it: write on_request = true in both, and ask for one with --solve");
  const std::vector<std::string> path = split_path(solve.parameter);
  bool makes = path.front() == "population";
  if (study.recipe && path.front() == "parameters" && path.size() > 1) {
    makes = makes || reads(study.recipe->persons, path[1], {});
    for (const RecipeColumn& column : study.recipe->columns) makes = makes || reads(column.value, path[1], {});
  }
  if (makes) file.error(solve.place, "the population is made by '" + solve.parameter + "', but it is made once and then solved on: find something else");
}

/// What a scenario gives to the choice of school is something new to those whom the programme reaches in the data, unless
/// the data's side has it as well.
void warn_of_seen_choice(TomlFile& file, const Solve& solve, const ScenarioFile& study) {
  if (!study.model.schooling || study.model.observed.empty()) return;
  const std::vector<std::string> path = split_path(solve.parameter);
  const auto by_parameter = [&](const std::optional<rules::Text>& text) {
    return path.front() == "parameters" && path.size() > 1 && reads(text, path[1], study.model.variables);
  };
  bool seen = path.front() == "schooling" || by_parameter(study.model.schooling->theta);
  for (const SchoolingInteraction& interaction : study.model.schooling->interactions) seen = seen || by_parameter(interaction.delta);
  for (const Programme& programme : study.model.observed) {
    if (!programme.schooling) continue;
    seen = seen || by_parameter(programme.schooling->delta) || (path.size() > 2 && path.front() == "programmes" && path[1] == programme.name && path[2] == "schooling");
  }
  if (!seen) return;
  Diagnostic warning = solve.place.error(0, "solve." + solve.name + " changes what draws children to school in the scenario alone, so that it is new to those whom the programmes reach in the data: with everywhere = true (and no scenario) what is seen in the data has the same value");
  warning.severity = Diagnostic::Severity::warning;
  file.diagnostics.add(std::move(warning));
}

}  // namespace

bool is_asked(const Solve& solve, const ScenarioOverrides& overrides) {
  return !solve.on_request || std::find(overrides.solves.begin(), overrides.solves.end(), solve.name) != overrides.solves.end();
}

void check_solves(TomlFile& file, const std::vector<ScenarioPlan>& plans, const ScenarioFile& study, const ScenarioOverrides& overrides) {
  std::vector<std::string> names;
  for (const ScenarioPlan& plan : plans) names.push_back(plan.name);
  const auto check = [&](const std::string& name, const Diagnostic& mistake) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    const std::string near = nearest(name, names);
    Diagnostic told = mistake;
    told.message = "there is no scenario '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?");
    file.diagnostics.add(told);
  };
  for (const Solve& solve : study.solves) {
    if (solve.everywhere) {
      check_everywhere(file, solve, study, overrides);
    } else {
      check(solve.scenario, solve.place.error(0, ""));
      warn_of_seen_choice(file, solve, study);
    }
    for (const Solve& other : study.solves)
      if (!solve.everywhere && is_asked(solve, overrides) && is_asked(other, overrides) && &other < &solve && other.scenario == solve.scenario && other.parameter == solve.parameter)
        file.error(solve.place, "solve." + other.name + " finds the same '" + solve.parameter + "' of scenario '" + solve.scenario + "': give each a scenario of its own, with extends");
    for (const FigureCall& call : solve.target.calls())
      check(call.arguments.front().text, solve.target.text().error(call.arguments.front().at, ""));
  }
}

std::vector<ScenarioPlan> trial_plans(TomlFile& file, const std::vector<ScenarioPlan>& plans, const ScenarioFile& study,
                                      const ScenarioOverrides& overrides) {
  const auto asked = std::find_if(study.solves.begin(), study.solves.end(), [&](const Solve& s) { return s.name == overrides.trials->solve; });
  expect(asked != study.solves.end(), "a solve that is tried is in the file");
  std::vector<std::string> keep = asked->target.scenarios();
  keep.push_back(study.model.reference);
  const auto of_solve = [&](const ScenarioPlan& plan) {
    return std::any_of(plan.changes.begin(), plan.changes.end(), [&](const Change& c) { return c.solved && c.place.file->name == "solve." + asked->name; });
  };
  const auto kept = [&](const ScenarioPlan& plan) { return std::find(keep.begin(), keep.end(), plan.name) != keep.end(); };
  for (std::size_t before = 0; before != keep.size();) {
    before = keep.size();
    for (const ScenarioPlan& plan : plans)
      if (kept(plan) && !plan.against.empty() && std::find(keep.begin(), keep.end(), plan.against) == keep.end()) keep.push_back(plan.against);
  }
  std::vector<ScenarioPlan> trials;
  std::set<std::string> changed;
  for (std::size_t t = 0; t < overrides.trials->values.size(); ++t) {
    std::vector<SolvedValue> solved = overrides.solved;
    solved.push_back({asked->name, asked->scenario, asked->parameter, overrides.trials->values[t]});
    std::vector<ScenarioPlan> planned = plan_scenarios(file, solved);
    for (std::size_t before = changed.size() + 1; before != changed.size();) {  // what is compared with a changed one changes too
      before = changed.size();
      for (const ScenarioPlan& plan : planned)
        if (kept(plan) && (of_solve(plan) || changed.count(plan.against) != 0)) changed.insert(plan.name);
    }
    for (ScenarioPlan& plan : planned) {
      if (changed.count(plan.name) == 0) continue;
      if (plan.name == study.model.reference) {
        file.error(asked->place, "solve." + asked->name + " changes the reference scenario '" + plan.name + "', by which groups and fixed lines are told: give [run] another reference");
        return plans;
      }
      if (changed.count(plan.against) != 0) plan.against += trial_suffix(t);
      plan.name += trial_suffix(t);
      trials.push_back(plan);
    }
  }
  if (trials.empty()) file.error(asked->place, "the target of solve." + asked->name + " names no scenario that '" + asked->parameter + "' of '" + asked->scenario + "' changes");
  for (const ScenarioPlan& plan : plans) {
    if (kept(plan) && changed.count(plan.name) == 0) trials.push_back(plan);
  }
  return trials;
}

}  // namespace puente::io
