#include "engine/run/study_compiler.hpp"

#include <algorithm>

#include "engine/core/random.hpp"

namespace puente {

using rules::Compiler;
using rules::Type;
using rules::Typed;
using rules::Wanted;

/// Every scenario reads the file anew: what is said once is enough.
void StudyCompiler::tell(Diagnostic diagnostic) {
  for (const Diagnostic& d : diagnostics_.all())
    if (d.message == diagnostic.message && d.place.line == diagnostic.place.line && d.place.column == diagnostic.place.column) return;
  diagnostics_.add(std::move(diagnostic));
}

void StudyCompiler::mistake(const Place& place, const std::string& message) {
  tell({Diagnostic::Severity::error, place, message, ""});
}

Output StudyCompiler::add(Compiler& compiler, const std::optional<rules::Text>& text, const Wanted& wanted) {
  return text ? compiler.add(*text, wanted) : Output{};
}

std::size_t StudyCompiler::input_slot(const rules::Input& input) {
  if (input == rules::Input{study_.record_entity, study_.welfare_column}) return Study::welfare_slot;
  const auto it = std::find(study_.inputs.begin(), study_.inputs.end(), input);
  const auto slot = static_cast<std::size_t>(it - study_.inputs.begin());
  if (slot == study_.inputs.size()) study_.inputs.push_back(input);
  return slot;
}

std::span<const double> StudyCompiler::reference_parameters() const {
  return study_.model.scenarios[static_cast<std::size_t>(study_.reference)].parameters;
}

/// The program runs with these values: a scenario's own, or the file's, which are no scenario's.
void StudyCompiler::note_reads(const rules::Program& program, std::span<const double> parameters) {
  for (std::size_t s = 0; s < study_.reads.size(); ++s)
    if (study_.model.scenarios[s].parameters.data() == parameters.data())
      for (const int parameter : program.parameters()) study_.reads[s][static_cast<std::size_t>(parameter)] = true;
}

void StudyCompiler::bind_inputs(BoundProgram& bound) {
  note_reads(*bound.program, bound.parameters);
  for (const rules::Input& input : bound.program->inputs()) bound.input_slot.push_back(input_slot(input));
  bound.values.resize(bound.program->globals().size());
  for (const rules::Global& global : bound.program->globals()) {
    auto argument = std::make_unique<BoundProgram>();
    argument->program = global.argument.get();
    argument->world = global.reference_world ? World::scenario : bound.world;
    argument->scenario = global.reference_world ? study_.reference : bound.scenario;
    argument->parameters = global.reference_world ? reference_parameters() : bound.parameters;
    argument->workspace = study_.bound.size();
    BoundProgram& placed = *argument;
    bound.globals.push_back({&global, nullptr, false});
    study_.bound.push_back(nullptr);  // keeps the number of the workspace; the owner is the global
    bind_inputs(placed);
    bound.globals.back().argument = std::move(argument);
  }
}

BoundProgram* StudyCompiler::bind(rules::Program program, World world, int scenario,
                                  std::span<const double> parameters) {
  programs_.owned.push_back(std::move(program));
  auto bound = std::make_unique<BoundProgram>();
  bound->program = &programs_.owned.back();
  bound->world = world;
  bound->scenario = scenario;
  bound->parameters = parameters;
  bound->workspace = study_.bound.size();
  BoundProgram* result = bound.get();
  study_.bound.push_back(std::move(bound));
  bind_inputs(*result);
  return result;
}

void StudyCompiler::compile() {
  prepare_scope();
  find_record_entity();
  add_welfare_column();
  rules::check_scope(programs_.scope, diagnostics_);
  number_programmes();
  find_outcomes();
  compile_basics();
  compile_data();
  compile_measures();
  compile_lines();
  compile_groups();
  choose_received_groups();
  if (study_.groupings.size() == study_.model.groups.size() && study_.labels_known()) study_.name_contrasts(diagnostics_);
  check_comparisons();
  study_.outcome_of_input.assign(study_.inputs.size(), -1);
  for (std::size_t o = 0; o < study_.outcomes.size(); ++o)
    study_.outcome_of_input[study_.outcomes[o].input] = static_cast<int>(o);
  find_missing_rules();
  warn_of_unreached_welfare();
}

void StudyCompiler::prepare_scope() {
  const Prices& prices = study_.model.prices;
  for (const Entity entity : {Entity::household, Entity::person})
    for (ColumnInfo& column : entity == Entity::household ? study_.schema.household : study_.schema.person)
      column.unit = prices.dated(column.unit);
  programs_.scope.schema = &study_.schema;
  programs_.scope.prices = &prices;
  for (const ParameterValue& parameter : study_.model.parameters) {
    // Coefficients of the schooling model come last, and are read by no expression.
    const bool own = study_.base_parameters.size() + study_.model.coefficients < study_.model.parameters.size();
    if (own) programs_.scope.parameters.push_back({parameter.name, prices.dated(parameter.unit)});
    study_.base_parameters.push_back(parameter.value);
  }
  for (Scenario& scenario : study_.model.scenarios)
    if (scenario.parameters.empty()) scenario.parameters = study_.base_parameters;
  study_.reads.assign(study_.model.scenarios.size(), std::vector<bool>(study_.base_parameters.size(), false));
  programs_.scope.variables = study_.model.variables;
  for (rules::Variable& variable : programs_.scope.variables) variable.unit = prices.dated(variable.unit);
}

/// Compiled on its own first, because the record's entity decides where `welfare` stands for all other expressions.
void StudyCompiler::find_record_entity() {
  Diagnostics scratch;
  Compiler compiler(programs_.scope, scratch);
  const Output resource = compiler.add(study_.model.welfare.resource, {std::nullopt, Type::number, {}, "welfare.resource"});
  if (resource.index >= 0) study_.record_entity = compiler.typed(resource).entity;
}

void StudyCompiler::add_welfare_column() {
  auto& columns = study_.record_entity == Entity::household ? study_.schema.household : study_.schema.person;
  if (study_.schema.find(Entity::household, "welfare") >= 0 || study_.schema.find(Entity::person, "welfare") >= 0) return;
  study_.welfare_column = static_cast<int>(columns.size());
  columns.push_back({"welfare", study_.record_entity, ColumnType::f64, {}, "simulated welfare", {}, false});
}

void StudyCompiler::number_programmes() {
  const auto number = [this](const Programme& programme) {
    auto& names = study_.programme_names;
    if (std::find(names.begin(), names.end(), programme.name) != names.end()) return;
    names.push_back(programme.name);
    study_.programme_labels.push_back(programme.label.empty() ? programme.name : programme.label);
    study_.programme_entities.push_back(programme.entity);
  };
  for (const Programme& programme : study_.model.observed) number(programme);
  for (const Scenario& scenario : study_.model.scenarios)
    for (const Programme& programme : scenario.programmes) number(programme);
  study_.reference = std::max(0, study_.model.find_scenario(study_.model.reference));
}

std::size_t StudyCompiler::outcome_index(const std::string& name) const {
  const auto it = std::find_if(study_.outcomes.begin(), study_.outcomes.end(), [&](const Outcome& o) { return o.name == name; });
  return static_cast<std::size_t>(it - study_.outcomes.begin());
}

void StudyCompiler::find_outcomes() {
  const auto note = [this](const std::string& name, const Place& place) {
    if (outcome_index(name) < study_.outcomes.size()) return;
    const bool of_household = study_.schema.find(Entity::household, name) >= 0;
    const Entity entity = of_household ? Entity::household : Entity::person;
    const int column = study_.schema.find(entity, name);
    if (column < 0 || name == "welfare") {
      std::vector<std::string> names;
      for (const Entity e : {Entity::household, Entity::person})
        for (const ColumnInfo& info : study_.schema.columns(e)) names.push_back(info.name);
      const std::string near = nearest(name, names);
      return mistake(place, "there is no column '" + name + "' to be an outcome" +
                                (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
    const ColumnInfo& info = study_.schema.columns(entity)[static_cast<std::size_t>(column)];
    Outcome outcome;
    outcome.name = name;
    outcome.entity = entity;
    outcome.input = input_slot({entity, column});
    outcome.unit = info.unit;
    outcome.kind = info.type == ColumnType::boolean ? Outcome::Kind::condition
                   : info.category()                ? Outcome::Kind::category
                                                    : Outcome::Kind::level;
    outcome.labels = info.labels;
    outcome.ordered = info.ordered;
    outcome.draw_key = purpose_key(study_.model.seed, "outcome." + name);
    study_.outcomes.push_back(std::move(outcome));
  };
  const auto chosen = [this](const std::string& name) {
    const auto& choice = study_.model.schooling;
    return choice && (name == choice->attends.text || (choice->works && name == choice->works->text));
  };
  for (const std::string& name : study_.model.outcomes)
    if (!chosen(name) && (study_.schema.find(Entity::household, name) >= 0 || study_.schema.find(Entity::person, name) >= 0)) note(name, {});
  for (const Programme& programme : study_.model.observed)
    for (const Effect& effect : programme.effects) note(effect.outcome, effect.place);
  for (const Scenario& scenario : study_.model.scenarios) {
    for (const Programme& programme : scenario.programmes)
      for (const Effect& effect : programme.effects) note(effect.outcome, effect.place);
    for (const Synergy& synergy : scenario.synergies) note(synergy.outcome, synergy.place);
  }
  find_chosen_columns();
}

/// Of a replicate of the sample, times its factor: that of the household, whoever's weight it is.
rules::Text StudyCompiler::weight_in_replicate(const rules::Text& weight) const {
  const std::optional<rules::Text>& factor = study_.model.sampling.factor;
  return factor ? rules::Text::standalone("weight", "(" + weight.text + ") * (" + factor->text + ")") : weight;
}

/// Household weight and size stand apart: whole-population quantities need them before anything else is known.
void StudyCompiler::compile_basics() {
  Compiler basics(programs_.scope, diagnostics_);
  study_.household_weight = basics.add(weight_in_replicate(rules::Text::standalone("weight", "household.weight")),
                                       {Entity::household, Type::number, {}, "weight"});
  study_.size = basics.add(rules::Text::standalone("size", "size"), {Entity::household, Type::number, {}, "size"});
  if (study_.household_weight.index >= 0 && study_.size.index >= 0)
    study_.basics = bind(basics.finish(), World::data, -1, study_.base_parameters);
}

/// Welfare is the resource over the scale: of a person where the scale is the household's size, else of an adult equivalent.
Unit StudyCompiler::unit_of_welfare(const Unit& resource) const {
  const auto& scale = study_.model.welfare.scale;
  const std::string over = scale ? scale->text : "size";
  if (!resource.known() || study_.resource_per_person || resource.is_one() || over == "1") return resource;
  return Unit::parse(money_.text() + (over == "size" || over == "household.size" ? "/person" : "/adult_equivalent"));
}

void StudyCompiler::compile_data() {
  Compiler data(programs_.scope, diagnostics_);
  const WelfareModel& welfare = study_.model.welfare;
  const Entity record = study_.record_entity;
  study_.weight = data.add(weight_in_replicate(welfare.weight.value_or(rules::Text::standalone("weight", "household.weight"))),
                           {record, Type::number, {}, "weight"});
  study_.scale = data.add(welfare.scale.value_or(rules::Text::standalone("welfare.scale", "size")),
                          {Entity::household, Type::number, {}, "welfare.scale"});
  study_.resource = data.add(welfare.resource, {record, Type::number, {}, "welfare.resource"});
  if (study_.resource.index >= 0) {
    std::string unit = data.typed(study_.resource).unit.text();
    const bool per_person = unit.find("/person") != std::string::npos;
    for (const char* whom : {"/person", "/household", "/adult_equivalent"})
      if (const auto at = unit.find(whom); at != std::string::npos) unit.erase(at, std::string(whom).size());
    money_ = Unit::parse(unit);
    study_.resource_per_person = welfare.per_head || per_person || record == Entity::person;
    study_.welfare_unit = unit_of_welfare(data.typed(study_.resource).unit);
  }
  study_.where = add(data, study_.model.statistics.where, {record, Type::boolean, {}, "statistics.where"});
  for (const AskedExpression& asked : study_.model.asked) study_.asked.push_back(data.add(asked.text, asked.wanted));
  compile_bases(data);
  compile_children(data);
  for (const Programme& programme : study_.model.observed) {
    study_.observed.push_back(compile_programme(programme, data, data));
    compile_shifts(study_.observed.back(), study_.base_parameters);
    study_.observed.back().cost_fixed =
        scalar(programme.cost_fixed, "programmes." + programme.name + ".cost.fixed", money(), 0, study_.base_parameters);
  }
  link_joint_costs(study_.observed);
  compile_observed_choice(data);
  const std::vector<Synergy> none;
  const std::vector<Synergy>* observed_synergies = &none;  // compiled ones refer to the model's
  for (const Scenario& scenario : study_.model.scenarios)
    if (scenario.as_observed) observed_synergies = &scenario.synergies;
  study_.observed_synergies = compile_synergies(*observed_synergies, study_.observed, data);
  for (std::size_t s = 0; s < study_.model.scenarios.size(); ++s) {
    CompiledScenario& compiled = study_.scenarios.emplace_back();
    compiled.scenario = &study_.model.scenarios[s];
    for (const Programme& programme : compiled.scenario->programmes)
      if (programme.condition)
        conditions_[&programme] = data.add(*programme.condition, {programme.entity, Type::boolean, {},
                                                                  "programmes." + programme.name + ".condition"});
  }
  compile_policies();
  bind_choice();
  if (!diagnostics_.has_errors()) study_.data = bind(data.finish(), World::data, -1, study_.base_parameters);
}

/// What statistics look at beside welfare; compiled after the outcomes are known, run in each scenario that changes it.
void StudyCompiler::compile_measures() {
  Compiler compiler(programs_.scope, diagnostics_);
  compile_attendance(compiler);
  std::vector<rules::Text> asked = study_.model.statistics.outcomes;
  for (const Outcome& outcome : study_.outcomes) {
    const std::string column = std::string(name_of(outcome.entity)) + ".`" + outcome.name + "`";
    if (outcome.kind != Outcome::Kind::category) asked.insert(asked.begin(), rules::Text::standalone(outcome.name, column));
    for (const std::string& label : outcome.labels)
      asked.push_back(rules::Text::standalone(outcome.name + "=" + label, column + " == " + rules::quoted(label)));
  }
  for (const rules::Text& text : asked) {
    const Output output = compiler.add(text, {std::nullopt, std::nullopt, {}, "statistics.outcomes"});
    if (output.index < 0) continue;
    const rules::Typed& typed = compiler.typed(output);
    if (typed.type == Type::category) diagnostics_.add(text.error(0, "the mean of a category has no meaning: compare it with a label, which gives its share"));
    const std::string name = text.file && text.file->content == text.text ? text.file->name : text.text;
    study_.outcome_means.push_back({name, typed.type == Type::boolean ? "1" : typed.unit.text(), typed.entity, output});
  }
  if (diagnostics_.has_errors()) return;
  rules::Program program = compiler.finish();
  study_.measures_vary = looks_at_scenario(program);
  study_.measures = bind(std::move(program), World::scenario, study_.reference, study_.base_parameters);
}

void StudyCompiler::compile_attendance(Compiler& compiler) {
  const StatisticsModel& asked = study_.model.statistics;
  const auto known = [this](const std::optional<rules::Text>& text, const char* column) {
    if (text || study_.schema.find(Entity::person, column) < 0) return text;
    return std::optional(rules::Text::standalone(column, std::string("person.`") + column + "`"));
  };
  const std::optional<SchoolingChoice>& choice = study_.model.schooling;
  const auto attends = known(asked.attends, choice ? choice->attends.text.c_str() : "attends"), age = known(asked.age, "age"), sex = known(asked.sex, "sex");
  if (!attends || !age || !asked.wants("attendance")) return;
  study_.attends = add(compiler, attends, {Entity::person, Type::boolean, {}, "statistics.attends"});
  if (choice && choice->works) study_.works = add(compiler, known({}, choice->works->text.c_str()), {Entity::person, Type::boolean, {}, "schooling.works"});
  study_.age = add(compiler, age, {Entity::person, Type::number, {}, "statistics.age"});
  study_.sex = add(compiler, sex, {Entity::person, Type::category, {}, "statistics.sex"});
  if (study_.sex.index >= 0) study_.sex_labels = compiler.typed(study_.sex).labels;
}

bool StudyCompiler::looks_at_scenario(const rules::Program& program) const {
  return !program.globals().empty() || looks_at_changing_columns(program);
}

bool StudyCompiler::looks_at_changing_columns(const rules::Program& program) const {
  for (const rules::Input& input : program.inputs()) {
    if (input == rules::Input{study_.record_entity, study_.welfare_column}) return true;
    for (const Outcome& outcome : study_.outcomes)
      if (study_.inputs[outcome.input] == input) return true;
  }
  return false;
}

void StudyCompiler::compile_policies() {
  auto& scenarios = study_.scenarios;
  std::vector<std::size_t> leader;  // first scenario of each policy
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    const auto same = std::find_if(leader.begin(), leader.end(), [&](std::size_t l) {
      return scenarios[l].scenario->parameters == scenarios[s].scenario->parameters;
    });
    scenarios[s].policy = static_cast<std::size_t>(same - leader.begin());
    if (same == leader.end()) leader.push_back(s);
  }
  for (std::size_t policy = 0; policy < leader.size(); ++policy) {
    Compiler none(programs_.scope, diagnostics_);
    for (std::size_t s = 0; s < scenarios.size(); ++s)
      if (scenarios[s].policy == policy) compile_scenario(s, none, none);
    if (diagnostics_.has_errors()) continue;
    study_.policies.push_back(bind(none.finish(), World::none, static_cast<int>(leader[policy]),
                                   scenarios[leader[policy]].scenario->parameters));
  }
}

void StudyCompiler::compile_scenario(std::size_t s, Compiler& none, Compiler&) {
  CompiledScenario& compiled = study_.scenarios[s];
  const Scenario& scenario = *compiled.scenario;
  for (const Programme& programme : scenario.programmes) {
    CompiledProgramme p = compile_programme(programme, none, none);
    const auto condition = conditions_.find(&programme);
    p.condition = condition == conditions_.end() ? Output{} : condition->second;  // looks at the data, not the none-world
    compile_scalars(p, scenario.parameters);
    compile_shifts(p, scenario.parameters);
    compiled.programmes.push_back(std::move(p));
  }
  compiled.synergies = compile_synergies(scenario.synergies, compiled.programmes, none);
  order_exclusions(compiled);
  couple_programmes(compiled);
  link_joint_costs(compiled.programmes);
  compile_levy(compiled, none);
  compile_choice(s, none);
  link_observed(compiled);
  const auto passed = [&](const std::string& source) {
    const auto it = scenario.pass_through.find(source);
    return it == scenario.pass_through.end() ? 0.0 : it->second;
  };
  for (const Outcome& outcome : study_.outcomes) compiled.pass_through.push_back(pass_of(outcome, scenario));
  compiled.pass_cash = passed("transfers");
  compiled.pass_in_kind = passed("in_kind");
  if (!scenario.against.empty()) compiled.against = study_.model.find_scenario(scenario.against);
}

void StudyCompiler::link_observed(CompiledScenario& scenario) {
  for (CompiledProgramme& programme : scenario.programmes)
    for (std::size_t o = 0; o < study_.model.observed.size(); ++o)
      if (study_.model.observed[o].name == programme.programme->name) programme.observed_index = static_cast<int>(o);
}

/// Programmes whose clients are barred from another come first, so that one walk in order decides all.
void StudyCompiler::order_exclusions(CompiledScenario& scenario) {
  auto& programmes = scenario.programmes;
  const auto position = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find_if(programmes.begin(), programmes.end(), [&](const CompiledProgramme& p) {
                                      return p.programme->name == name;
                                    }) - programmes.begin());
  };
  for (std::size_t i = 0; i < programmes.size(); ++i)
    for (const std::string& name : programmes[i].programme->exclude) {
      const std::size_t other = position(name);
      if (other == programmes.size()) continue;  // not run here: it has no clients
      if (programmes[other].programme->entity != programmes[i].programme->entity)
        mistake(programmes[i].programme->place, "programme '" + programmes[i].programme->name + "' excludes clients of '" +
                                                    name + "', which is received by the other entity");
      if (other > i)
        mistake(programmes[i].programme->place, "programme '" + programmes[i].programme->name + "' excludes clients of '" +
                                                    name + "': write '" + name + "' before it in the file");
      programmes[i].excluded_by.push_back(other);
    }
}

void StudyCompiler::compile_groups() {
  Compiler compiler(programs_.scope, diagnostics_);
  for (const Grouping& grouping : study_.model.groups) {
    const Output output = compiler.add(grouping.value, {std::nullopt, std::nullopt, {}, "groups." + grouping.name});
    if (output.index >= 0) describe_grouping(grouping, output, compiler.typed(output));
  }
  if (diagnostics_.has_errors()) return;
  study_.group_program = bind(compiler.finish(), World::scenario, study_.reference,
                              study_.scenarios[static_cast<std::size_t>(study_.reference)].scenario->parameters);
  study_.deciles = study_.model.statistics.deciles;
  study_.deciles_resolved = !study_.deciles;
}

void StudyCompiler::choose_received_groups() {
  const StatisticsModel& asked = study_.model.statistics;
  const std::size_t programmes = study_.programme_names.size();
  study_.recipients = asked.recipients && programmes > 0;
  study_.arms = programmes > 0 && asked.arms.value_or(programmes <= Study::most_in_arms);
  if (study_.arms && programmes > Study::most_in_arms)
    mistake({}, "[statistics] arms = true: " + std::to_string(programmes) + " programmes have too many arms; at most six can be told apart");
}

/// Comparisons lead to the reference, which is compared with nothing.
void StudyCompiler::check_comparisons() {
  for (std::size_t s = 0; s < study_.scenarios.size(); ++s) {
    const std::string name = "scenario '" + study_.scenarios[s].scenario->name + "'";
    int at = study_.compared_with(s);
    if (static_cast<int>(s) == study_.reference && at >= 0)
      return mistake({}, name + " is the reference, so it cannot have an `against`");
    for (std::size_t steps = 0; at >= 0; ++steps) {
      if (steps > study_.scenarios.size()) return mistake({}, name + " is compared in a circle of `against`");
      at = study_.compared_with(static_cast<std::size_t>(at));
    }
  }
}

void StudyCompiler::describe_grouping(const Grouping& grouping, Output output, const Typed& typed) {
  CompiledGrouping compiled{grouping.name, typed.entity, output, typed.labels, {}, false, true, 1};
  if (typed.type == Type::boolean) compiled.labels = {"false", "true"};
  if (typed.type == Type::number) {
    compiled.whole_numbers = true;
    compiled.labels_known = false;
  }
  for (std::size_t i = 0; i < compiled.labels.size(); ++i) compiled.values.push_back(static_cast<double>(i));
  study_.groupings.push_back(std::move(compiled));
}

}  // namespace puente
