#include "io/toml/scenario_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/uncertainty/model_coefficients.hpp"
#include "io/toml/column_reader.hpp"
#include "io/toml/policy_reader.hpp"
#include "io/toml/prices_reader.hpp"
#include "io/toml/read_text.hpp"
#include "io/toml/scenario_resolver.hpp"
#include "io/toml/schooling_reader.hpp"
#include "io/toml/solve_checks.hpp"
#include "io/toml/solve_reader.hpp"
#include "io/toml/uncertainty_reader.hpp"

namespace puente::io {

namespace {

class Reader {
 public:
  Reader(const std::string& path, const ScenarioOverrides& overrides) : overrides_(overrides) {
    out_.path = path;
    out_.content = read_text(path);
  }
  ScenarioFile read();

 private:
  TomlFile fresh();
  void read_root(TomlFile& file);
  void read_population(TomlFile& file, TomlView& root);
  void read_recipe(TomlFile& file, const toml::table& table, const std::string& name);
  void read_welfare(TomlFile& file, TomlView& welfare);
  void read_groups(TomlFile& file, TomlView& root);
  void read_statistics(TomlFile& file, TomlView& root);
  void read_missing(TomlFile& file, TomlView& root);
  void read_run(TomlFile& file, TomlView& root);
  void take_coefficients(TomlFile& file);
  void note_outcomes(const std::vector<ScenarioPlan>& plans);
  void read_scenarios(TomlFile& file);
  void read_scenario(const ScenarioPlan& plan);
  void change(TomlFile& file, const Change& change) const;
  void keep_asked(std::vector<ScenarioPlan>& plans);
  void try_out(const Solve& solve);
  void keep_asked_solves();
  void take(const Diagnostics& diagnostics);

  ScenarioOverrides overrides_;
  ScenarioFile out_;
  Policy base_;
  std::set<std::string> seen_;  ///< diagnostics told already: every scenario reads the file anew
};

TomlFile Reader::fresh() {
  TomlFile file = TomlFile::parse(out_.path, out_.content);
  for (const auto& [key, value] : overrides_.set)
    apply({split_path(key), {}, -1, value, rules::Text::standalone("--set " + key, value), false}, file);
  return file;
}

void Reader::take(const Diagnostics& diagnostics) {
  for (const Diagnostic& d : diagnostics.all()) {
    Diagnostics one;
    one.add(d);
    if (seen_.insert(one.text()).second) out_.diagnostics.add(d);
  }
}

ScenarioFile Reader::read() {
  TomlFile file = fresh();
  read_root(file);
  read_scenarios(file);
  take(file.diagnostics);
  return std::move(out_);
}

void Reader::read_root(TomlFile& file) {
  TomlView root(file, file.root, "");
  const auto format = root.number("format");
  if (!format) file.error(root.place(), "`format = 1` is missing: it says which version of the scenario format the file is written in");
  else if (*format != 1) file.error(root.place("format"), "this program reads format 1 of the scenario file");
  out_.model.title = root.string("title");
  read_population(file, root);
  const toml::table* welfare_table = root.table("welfare");
  const toml::table none;
  TomlView welfare(file, welfare_table == nullptr ? none : *welfare_table, "welfare");
  base_ = read_policy(file, root, &welfare);
  out_.model.uncertainty.correlations = read_correlations(file, root, base_.parameters);
  check_uncertainty(file, base_.parameters);
  out_.model.parameters = base_.parameters;
  out_.model.pass_through = base_.pass_through;
  out_.model.schooling = base_.schooling;
  if (out_.model.schooling && overrides_.schooling_model) {
    read_model_of(*out_.model.schooling, out_.path, file);
    take_coefficients(file);
  }
  for (const Programme& programme : base_.programmes)
    if (programme.observed) out_.model.observed.push_back(programme);
  out_.model.variables = read_variables(root);
  if (welfare_table == nullptr) file.error(root.place(), "[welfare] is missing: it says what welfare is, as in resource = 'consumption'");
  else read_welfare(file, welfare);
  read_groups(file, root);
  read_statistics(file, root);
  read_missing(file, root);
  read_run(file, root);
  out_.model.sampling = read_sampling(file, root);
  root.table("scenarios");
  root.table("sweeps");
  read_prices(file, root, out_.model.prices, out_.model.variables);
  out_.solves = read_solves(file, root);
  root.finish();
}

/// Those of the schooling model are parameters of the study, which draws draw.
void Reader::take_coefficients(TomlFile& file) {
  const SchoolingChoice& choice = *out_.model.schooling;
  if (!choice.model || !choice.draws) return;
  try {
    add_coefficients(out_.model);
  } catch (const Error& error) {
    file.diagnostics.add({Diagnostic::Severity::error, choice.model->place, std::string(error.what()) + "; without draws of the model: draws = false in [schooling]", ""});
  }
}

void Reader::read_population(TomlFile& file, TomlView& root) {
  const toml::table* table = root.table("population");
  if (table == nullptr) {
    file.error(root.place(), "[population] is missing: it says whose households they are, as in source = \"survey.h5\"");
    return;
  }
  TomlView view(file, *table, "population");
  if (const auto households = view.number("households")) {
    if (*households != std::floor(*households) || *households < 0) file.error(view.place("households"), "households is a whole number");
    else out_.households = static_cast<std::int64_t>(*households);
  }
  const auto source = view.text("source");
  const toml::table* recipe = view.table("recipe");
  if (source.has_value() == (recipe != nullptr)) file.error(view.place(), "[population] needs either `source` or [population.recipe]");
  const auto beside = [this](const std::filesystem::path& path) { return path.is_absolute() ? path.string() : (std::filesystem::path(out_.path).parent_path() / path).string(); };
  if (source) out_.population_source = beside(source->text);
  if (const auto margins = view.text("margins")) out_.margins = beside(margins->text);
  if (recipe != nullptr && !out_.margins.empty()) file.error(view.place("margins"), "margins are for the weights of a survey, which a recipe is not");
  if (recipe != nullptr) read_recipe(file, *recipe, "population.recipe");
  view.finish();
}

void Reader::read_recipe(TomlFile& file, const toml::table& table, const std::string& name) {
  TomlView view(file, table, name);
  Recipe recipe;
  recipe.households = out_.households.value_or(0);
  recipe.seed = static_cast<std::uint64_t>(view.number("seed").value_or(0));
  recipe.persons = quantity(view, "persons");
  recipe.notes.title = out_.model.title;
  recipe.notes.source = "recipe";
  recipe.notes.currency = view.string("currency");
  out_.recipe = std::move(recipe);
  for (const Entity entity : {Entity::household, Entity::person}) {
    const auto columns = read_columns(view, entity);
    out_.recipe->columns.insert(out_.recipe->columns.end(), columns.begin(), columns.end());
  }
  view.finish();
}

void Reader::read_welfare(TomlFile& file, TomlView& view) {
  WelfareModel& welfare = out_.model.welfare;
  const auto resource = quantity(view, "resource");
  if (!resource) file.error(view.place(), "welfare.resource is missing: the observed aggregate, as in resource = 'consumption'");
  welfare.resource = resource.value_or(number_text(0, view.place()));
  welfare.scale = quantity(view, "scale");
  if (const toml::table* lines = view.table("lines")) {
    TomlView inner(file, *lines, "welfare.lines");
    for (const auto& [name, node] : in_file_order(*lines)) {
      Line line;
      line.name = name;
      std::optional<rules::Text> value;
      if (!node->is_table()) {
        value = quantity(inner, name.c_str());
      } else {
        inner.find(name.c_str());
        TomlView one(file, *node->as_table(), "welfare.lines." + name);
        value = quantity(one, "value");
        line.fixed = one.boolean("fixed", false);
        const Unit unit = unit_of(one, "unit");
        if (value) value->unit = unit;
        for (const char* key : {"source", "status", "note"}) one.string(key);
        one.finish();
        if (!value) file.error(one.place(), "line '" + name + "' has no value");
      }
      if (!value) continue;
      line.value = *value;
      welfare.lines.push_back(std::move(line));
    }
  }
  view.finish();
}

void Reader::read_groups(TomlFile& file, TomlView& root) {
  const toml::table* table = root.table("groups");
  if (table == nullptr) return;
  TomlView groups(file, *table, "groups");
  for (const auto& [name, node] : in_file_order(*table)) {
    const auto value = quantity(groups, name.c_str());
    if (name == "decile" || name == "all" || name == "arm" || name == "recipient")
      file.error(groups.place(name.c_str()), "'" + name + "' is a group of Puente's own: give yours another name");
    if (value) out_.model.groups.push_back({name, *value});
  }
}

void Reader::read_statistics(TomlFile& file, TomlView& root) {
  StatisticsModel& statistics = out_.model.statistics;
  for (int p = 1; p < 100; ++p) statistics.quantiles.push_back(p / 100.0);
  const toml::table* table = root.table("statistics");
  if (table == nullptr) return;
  TomlView view(file, *table, "statistics");
  const std::vector<std::string> known = StatisticsModel::names();
  if (view.find("include") != nullptr) {
    statistics.include.clear();
    for (const rules::Text& what : view.texts("include")) {
      statistics.include.push_back(what.text);
      if (std::find(known.begin(), known.end(), what.text) != known.end()) continue;
      const std::string near = nearest(what.text, known);
      file.error(what, "there are no statistics '" + what.text + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
  }
  statistics.precision = static_cast<Precision>(view.choice("precision", {"exact", "sketch"}, 0));
  statistics.count = static_cast<CountedAs>(view.choice("count", {"persons", "households", "records"}, 0));
  statistics.deciles = view.boolean("deciles", true);
  statistics.recipients = view.boolean("recipients", true);
  if (view.find("arms") != nullptr) statistics.arms = view.boolean("arms", true);
  statistics.where = quantity(view, "where");
  statistics.attends = quantity(view, "attends");
  statistics.age = quantity(view, "age");
  statistics.sex = quantity(view, "sex");
  statistics.outcomes = view.texts("outcomes");
  statistics.contrasts = view.texts("contrasts");
  if (const toml::array* bands = view.array("age_bands")) {
    statistics.age_bands.clear();
    for (const toml::node& band : *bands) {
      const auto* pair = band.as_array();
      const bool fits = pair != nullptr && pair->size() == 2 && pair->is_homogeneous<std::int64_t>() &&
                        **pair->get_as<std::int64_t>(0) <= **pair->get_as<std::int64_t>(1);
      if (fits) statistics.age_bands.emplace_back(**pair->get_as<std::int64_t>(0), **pair->get_as<std::int64_t>(1));
      else view.wrong(band, "age_bands", "pairs of whole years, as in [[6, 13], [14, 17]]");
    }
  }
  if (const toml::array* quantiles = view.array("quantiles")) {
    statistics.quantiles.clear();
    for (const toml::node& p : *quantiles) {
      const auto value = p.value<double>();
      if (value && *value > 0 && *value < 1) statistics.quantiles.push_back(*value);
      else view.wrong(p, "quantiles", "shares between 0 and 1");
    }
  }
  view.finish();
}

void Reader::read_missing(TomlFile& file, TomlView& root) {
  const toml::table* table = root.table("missing");
  if (table == nullptr) return;
  TomlView view(file, *table, "missing");
  for (const auto& [name, node] : in_file_order(*table)) {
    const auto rule = quantity(view, name.c_str());
    if (!rule) continue;
    MissingChoice choice{MissingChoice::What::value, rule->text, place_of(*rule)};
    if (rule->text == "error") choice.what = MissingChoice::What::error;
    if (rule->text == "drop_household") choice.what = MissingChoice::What::drop_household;
    if (rule->text == "drop_person") choice.what = MissingChoice::What::drop_person;
    out_.model.missing[name] = std::move(choice);
  }
}

void Reader::read_run(TomlFile& file, TomlView& root) {
  const toml::table* table = root.table("run");
  if (table == nullptr) return;
  TomlView view(file, *table, "run");
  if (const auto reference = view.text("reference")) out_.model.reference = reference->text;
  read_draws(view, out_.model.parameters, out_.model.uncertainty);
  out_.model.seed = static_cast<std::uint64_t>(view.number("seed").value_or(0));
  view.finish();
}

/// Before some scenarios are left out: parts of a study have the same outcomes, in one order.
void Reader::note_outcomes(const std::vector<ScenarioPlan>& plans) {
  const auto runs = [](const ScenarioPlan& plan, const std::string& name) { return std::find(plan.programmes.begin(), plan.programmes.end(), name) != plan.programmes.end(); };
  std::vector<std::string>& outcomes = out_.model.outcomes;
  const auto note = [&](const std::string& name) {
    if (std::find(outcomes.begin(), outcomes.end(), name) == outcomes.end()) outcomes.push_back(name);
  };
  for (const Programme& programme : out_.model.observed)
    for (const Effect& effect : programme.effects) note(effect.outcome);
  for (const ScenarioPlan& plan : plans) {
    for (const Programme& programme : base_.programmes)
      for (const Effect& effect : programme.effects)
        if (runs(plan, programme.name)) note(effect.outcome);
    for (const Synergy& synergy : base_.synergies)
      if (std::all_of(synergy.programmes.begin(), synergy.programmes.end(), [&](const std::string& name) { return runs(plan, name); })) note(synergy.outcome);
  }
}

void Reader::keep_asked(std::vector<ScenarioPlan>& plans) {
  if (overrides_.scenarios.empty()) return;
  std::vector<std::string> keep = overrides_.scenarios, names;
  for (const ScenarioPlan& plan : plans) names.push_back(plan.name);
  for (const std::string& name : keep)
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string near = nearest(name, names);
      throw Error(ExitCode::usage, "--scenarios: there is no scenario '" + name + "' in " + out_.path +
                                       (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
  keep.push_back(out_.model.reference);
  for (const ScenarioPlan& plan : plans)
    if (std::find(keep.begin(), keep.end(), plan.name) != keep.end() && !plan.against.empty()) keep.push_back(plan.against);
  std::erase_if(plans, [&](const ScenarioPlan& plan) { return std::find(keep.begin(), keep.end(), plan.name) == keep.end(); });
}

/// Those on request that nobody asks for are not answered.
void Reader::keep_asked_solves() {
  std::vector<std::string> names;
  for (const Solve& solve : out_.solves) names.push_back(solve.name);
  for (const std::string& name : overrides_.solves) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = nearest(name, names);
    throw Error(ExitCode::usage, "--solve: there is no solve '" + name + "' in " + out_.path + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  std::erase_if(out_.solves, [this](const Solve& solve) { return !is_asked(solve, overrides_); });
}

/// What it solves for is in the file, and may be what it begins with.
void Reader::try_out(const Solve& solve) {
  TomlFile scratch = fresh();
  change(scratch, {split_path(solve.parameter), {}, -1, number_text(solve.from, {}).text, solve.place, true});
  take(scratch.diagnostics);
}

void Reader::read_scenarios(TomlFile& file) {
  std::vector<ScenarioPlan> plans = plan_scenarios(file, overrides_.solved);
  if (plans.empty()) {
    ScenarioPlan data;
    data.name = "data";
    for (const Programme& programme : base_.programmes) data.programmes.push_back(programme.name);
    plans.push_back(data);
  }
  std::vector<std::string> names;
  for (const ScenarioPlan& plan : plans) names.push_back(plan.name);
  const auto check = [&](const std::string& name, const rules::Text& at, const std::string& what) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    const std::string near = nearest(name, names);
    file.error(at, what + " '" + name + "' is no scenario" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  };
  const toml::node* reference = file.root["run"]["reference"].node();
  if (out_.model.reference.empty()) out_.model.reference = names.front();
  else check(out_.model.reference, file.place(reference->source()), "the reference");
  for (const ScenarioPlan& plan : plans)
    if (!plan.against.empty()) check(plan.against, plan.place, "against:");
  note_outcomes(plans);
  check_solves(file, plans, out_, overrides_);
  for (const Solve& solve : out_.solves) try_out(solve);
  keep_asked_solves();
  if (overrides_.trials) plans = trial_plans(file, plans, out_, overrides_);
  else keep_asked(plans);
  for (const ScenarioPlan& plan : plans) read_scenario(plan);
}

/// Applies what one scenario may set. Draws are those of the whole run: neither their number nor how a parameter is drawn is a scenario's.
void Reader::change(TomlFile& file, const Change& change) const {
  const std::vector<std::string>& to = change.to;
  const auto uncertain = [&](const ParameterValue& parameter) { return to.size() > 2 && parameter.name == to[1] && parameter.uncertainty; };
  const bool of_parameter = to.front() == "parameters" && std::any_of(base_.parameters.begin(), base_.parameters.end(), uncertain);
  if (to.front() == "run")
    file.error(change.place, "'" + joined_path(to) + "' is the whole run's, not a scenario's: write it in [run], or give it with --set");
  else if (of_parameter && !decides(change, to[1]))
    file.error(change.place, "'" + joined_path(to) + "': a scenario sets the value of a parameter, nothing of how it is drawn, which is the same in all scenarios; it is set in [parameters], or with --set");
  else
    apply(change, file);
}

/// Reads the whole policy anew with the scenario's changes written into it.
void Reader::read_scenario(const ScenarioPlan& plan) {
  TomlFile file = fresh();
  for (const Change& one : plan.changes) change(file, one);
  TomlView root(file, file.root, "");
  const toml::table none;
  const toml::table* welfare_table = root.table("welfare");
  TomlView welfare(file, welfare_table == nullptr ? none : *welfare_table, "welfare");
  Policy policy = read_policy(file, root, &welfare);
  Scenario scenario;
  scenario.name = plan.name;
  scenario.label = plan.label;
  scenario.against = plan.against;
  scenario.financing = plan.financing;
  scenario.pass_through = policy.pass_through;
  scenario.schooling = policy.schooling;
  if (policy.schooling && out_.model.schooling && !same_population_side(*policy.schooling, *out_.model.schooling))
    file.error(plan.place, "scenario '" + plan.name + "' sets something of [schooling] that belongs to the population: who chooses, what is seen of them and the model are the same in all scenarios; theta, interactions and [programmes.X.schooling] may differ");
  for (const ParameterValue& parameter : policy.parameters) scenario.parameters.push_back(parameter.value);
  for (std::size_t k = 0; k < out_.model.coefficients; ++k) scenario.parameters.push_back(out_.model.parameters[base_.parameters.size() + k].value);
  for (const Change& one : plan.changes)
    for (std::size_t p = 0; p < policy.parameters.size(); ++p)
      if (decides(one, policy.parameters[p].name)) scenario.decided.push_back(p);
  std::vector<std::string> known;
  for (Programme& programme : policy.programmes) {
    known.push_back(programme.name);
    if (std::find(plan.programmes.begin(), plan.programmes.end(), programme.name) != plan.programmes.end())
      scenario.programmes.push_back(programme);
  }
  for (const std::string& name : plan.programmes)
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string near = nearest(name, known);
      file.error(plan.place, "scenario '" + plan.name + "' runs '" + name + "', which is no programme" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
  for (const Synergy& synergy : policy.synergies)
    if (std::all_of(synergy.programmes.begin(), synergy.programmes.end(), [&](const std::string& name) {
          return std::find(plan.programmes.begin(), plan.programmes.end(), name) != plan.programmes.end();
        }))
      scenario.synergies.push_back(synergy);
  scenario.as_observed = !out_.model.observed.empty() && scenario.programmes.size() == out_.model.observed.size() &&
                         std::all_of(scenario.programmes.begin(), scenario.programmes.end(), [](const Programme& p) {
                           return p.coverage.mode == CoverageMode::observed;
                         });
  take(file.diagnostics);
  out_.model.scenarios.push_back(std::move(scenario));
}

}  // namespace

ScenarioFile read_scenario_file(const std::string& path, const ScenarioOverrides& overrides) {
  return Reader(path, overrides).read();
}

}  // namespace puente::io
