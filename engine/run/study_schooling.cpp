// The part of StudyCompiler that compiles the choice between school and work.
#include <algorithm>

#include "engine/core/random.hpp"
#include "engine/rules/functions.hpp"
#include "engine/rules/lexer.hpp"
#include "engine/run/study_compiler.hpp"

namespace puente {

using rules::Compiler;
using rules::Text;
using rules::Type;
using rules::Wanted;

namespace {

double passed(const std::map<std::string, double>& pass_through, const char* source) {
  const auto it = pass_through.find(source);
  return it == pass_through.end() ? 0.0 : it->second;
}

}  // namespace

void StudyCompiler::refuse_effects_on(const std::string& column) {
  const auto refuse = [&](const std::string& outcome, const Place& place) {
    if (outcome == column) mistake(place, "'" + column + "' is an outcome here, which the choice of [schooling] decides: what a programme does to the choice is delta of its [programmes.X.schooling]");
  };
  const auto refuse_all = [&](const std::vector<Programme>& programmes) {
    for (const Programme& programme : programmes)
      for (const Effect& effect : programme.effects) refuse(effect.outcome, effect.place);
  };
  refuse_all(study_.model.observed);
  for (const Scenario& scenario : study_.model.scenarios) {
    refuse_all(scenario.programmes);
    for (const Synergy& synergy : scenario.synergies) refuse(synergy.outcome, synergy.place);
  }
}

/// The columns that the choice changes are outcomes of its own.
void StudyCompiler::find_chosen_columns() {
  if (!study_.model.schooling || !study_.model.schooling->model) return;  // a model that could not be read has been told of
  const SchoolingChoice& choice = *study_.model.schooling;
  study_.schooling.emplace();
  study_.schooling->alternatives = choice.model->alternatives.size();
  const auto find = [&](const Text& text, const char* key) -> int {
    const int column = study_.schema.find(Entity::person, text.text);
    const bool condition = column >= 0 && study_.schema.person[static_cast<std::size_t>(column)].type == ColumnType::boolean;
    if (!condition) {
      std::vector<std::string> names;
      for (const ColumnInfo& info : study_.schema.person)
        if (info.type == ColumnType::boolean) names.push_back(info.name);
      const std::string near = nearest(text.text, names);
      tell(text.error(0, std::string("schooling.") + key + " names a column of persons that is true or false, which the choice changes; '" + text.text + "' is none" +
                             (near.empty() ? "" : "; did you mean '" + near + "'?")));
      return -1;
    }
    if (outcome_index(text.text) < study_.outcomes.size()) {
      refuse_effects_on(text.text);
      return -1;
    }
    Outcome outcome;
    outcome.name = text.text;
    outcome.entity = Entity::person;
    outcome.input = input_slot({Entity::person, column});
    outcome.kind = Outcome::Kind::condition;
    outcome.chosen = true;
    study_.outcomes.push_back(std::move(outcome));
    return static_cast<int>(study_.outcomes.size()) - 1;
  };
  study_.schooling->attends_outcome = static_cast<std::size_t>(std::max(0, find(choice.attends, "attends")));
  if (choice.works) study_.schooling->works_outcome = find(*choice.works, "works");
}

bool StudyCompiler::reads_choice(const rules::Program& program) const {
  return std::any_of(study_.outcomes.begin(), study_.outcomes.end(), [&](const Outcome& outcome) {
    const auto& inputs = program.inputs();
    return outcome.chosen && std::find(inputs.begin(), inputs.end(), study_.inputs[outcome.input]) != inputs.end();
  });
}

bool StudyCompiler::reads_choice(const Text& text, const Wanted& wanted) {
  if (!study_.schooling) return false;
  Diagnostics scratch;
  Compiler alone(programs_.scope, scratch);
  if (alone.add(text, wanted).index < 0 || scratch.has_errors()) return false;
  const rules::Program program = alone.finish();
  const auto of_population = [&](const rules::Global& global) { return reads_choice(*global.argument); };
  return reads_choice(program) || std::any_of(program.globals().begin(), program.globals().end(), of_population);
}

/// What is settled before the choice may not look at it.
void StudyCompiler::refuse_choice(const std::optional<Text>& text, const std::string& what) {
  if (!text || !reads_choice(*text, {std::nullopt, std::nullopt, {}, what})) return;
  tell(text->error(0, what + " looks at what the choice of [schooling] decides, but it is settled before the choice: what is paid to those who attend belongs into `condition`"));
}

void StudyCompiler::refuse_choice(const Programme& programme) {
  if (!study_.schooling) return;
  const std::string at = "programmes." + programme.name + ".";
  refuse_choice(programme.eligible, at + "eligible");
  if (programme.observed && reads_choice(*programme.observed, {std::nullopt, std::nullopt, {}, at + "observed"}))
    tell(programme.observed->error(0, at + "observed says who is offered the programme, whether or not they attend; this looks at who attends, as receipts do. Without an offer in the data, assume one: where any child of the school or village receives it"));
  refuse_choice(programme.take_up, at + "take_up");
  refuse_choice(programme.delivery, at + "delivery");
  refuse_choice(programme.members, at + "members");
  for (const auto& [benefit, key] : {std::pair{&programme.cash, "cash."}, {&programme.in_kind, "in_kind."}}) {
    if (!*benefit) continue;
    refuse_choice((*benefit)->amount, at + key + "amount");
    refuse_choice((*benefit)->valued_at, at + key + "valued_at");
  }
  refuse_choice(programme.cost_per_recipient, at + "cost.per_recipient");
  for (const auto& [text, key] : {std::pair{&programme.coverage.by, "by"}, {&programme.coverage.within, "within"}, {&programme.coverage.unit_of_draw, "unit_of_draw"}})
    refuse_choice(*text, at + "coverage." + key);
  if (programme.coverage.reserve) refuse_choice(programme.coverage.reserve->group, at + "coverage.quota.group");
  for (const Effect& effect : programme.effects) refuse_choice(effect.size, at + "effects(" + effect.outcome + ").size");
  if (!programme.schooling) return;
  refuse_choice(programme.schooling->delta, at + "schooling.delta");
  refuse_choice(programme.schooling->cap, at + "schooling.cap");
  if (programme.schooling->means_test) refuse_choice(programme.schooling->means_test->limit, at + "schooling.means_test.limit");
}

/// Whether an expression looks at members of a household, by itself or through a variable.
bool StudyCompiler::looks_at_members(const Text& text, std::size_t depth) const {
  for (const rules::Lexeme& lexeme : rules::cut(text.text)) {
    if (lexeme.token != rules::Token::name && lexeme.token != rules::Token::quoted_name) continue;
    const rules::FunctionInfo* function = rules::find_function(lexeme.text);
    if (function != nullptr && function->family == rules::Family::members) return true;
    for (const rules::Variable& variable : programs_.scope.variables)
      if (variable.name == lexeme.text && depth < programs_.scope.variables.size() && looks_at_members(variable.expression, depth + 1)) return true;
  }
  return false;
}

/// The number of a condition that reads the choice; -1 for all others.
int StudyCompiler::choice_condition(const Programme& programme) {
  if (!programme.condition || !condition_compiler_) return -1;
  const Text& text = *programme.condition;
  const Wanted wanted{programme.entity, Type::boolean, {}, "programmes." + programme.name + ".condition"};
  if (!reads_choice(text, wanted)) return -1;
  auto& all = study_.schooling->conditions;
  for (std::size_t c = 0; c < all.size(); ++c)
    if (all[c].text == text.text && all[c].entity == programme.entity) return static_cast<int>(c);
  ChoiceCondition condition{text.text, programme.entity, programme.entity == Entity::household || looks_at_members(text, 0), {}};
  condition.output = condition_compiler_->add(text, wanted);
  all.push_back(std::move(condition));
  return static_cast<int>(all.size()) - 1;
}

/// What programme p does to the choice, in the world that `world` compiles.
void StudyCompiler::compile_choice_of(const Programme& programme, CompiledProgramme& p, Compiler& world) {
  if (!study_.schooling) return;
  refuse_choice(programme);
  const std::string at = "programmes." + programme.name + ".schooling.";
  ChoiceOfProgramme& choice = p.choice;
  for (std::size_t o = 0; o < study_.model.observed.size(); ++o)
    if (study_.model.observed[o].name == programme.name) choice.observed = static_cast<int>(o);
  choice.condition = choice_condition(programme);
  choice.of_siblings = choice.condition >= 0 && study_.schooling->conditions[static_cast<std::size_t>(choice.condition)].of_siblings;
  if (programme.schooling) {
    const SchoolingOfProgramme& says = *programme.schooling;
    choice.delta = add(world, says.delta, {Entity::person, Type::number, Unit::one(), at + "delta"});
    choice.cap = add(world, says.cap, {Entity::household, Type::number, money(), at + "cap"});
    if (says.means_test) {
      choice.limit = world.add(says.means_test->limit, {Entity::household, Type::number, money(), at + "means_test.limit"});
      choice.limit_per_person = says.means_test->per_person;
    }
    if (says.cap && (programme.entity == Entity::household || !programme.cash))
      mistake(says.place, at + "cap is the most that a household gets of the cash of a programme that persons receive, which '" + programme.name + "' does not pay");
  }
  choice.pays_by_choice = choice.condition >= 0 || choice.limit.index >= 0 || choice.cap.index >= 0;
  choice.in_order = choice.pays_by_choice && (programme.entity == Entity::household || choice.of_siblings || choice.cap.index >= 0);
}

void StudyCompiler::compile_interactions(const SchoolingChoice& choice, const std::vector<CompiledProgramme>& programmes, Compiler& world,
                                         ChoiceWorld& compiled) {
  for (const SchoolingInteraction& interaction : choice.interactions) {
    ChoiceInteraction one;
    for (const std::string& name : interaction.programmes)
      for (std::size_t p = 0; p < programmes.size(); ++p)
        if (programmes[p].programme->name == name) one.programmes.push_back(p);
    if (one.programmes.size() != interaction.programmes.size()) continue;  // not all of them run here
    refuse_choice(interaction.delta, "schooling.interactions.delta");
    one.delta = world.add(interaction.delta, {Entity::person, Type::number, Unit::one(), "schooling.interactions.delta"});
    compiled.interactions.push_back(std::move(one));
  }
  compiled.in_order = std::any_of(programmes.begin(), programmes.end(), [](const CompiledProgramme& p) { return p.choice.in_order; });
}

/// Everything that the data say of children. Covariates stand in the model's file, where their mistakes are told.
void StudyCompiler::compile_children(Compiler& data) {
  if (!study_.schooling) return;
  const SchoolingChoice& choice = *study_.model.schooling;
  CompiledSchooling& schooling = *study_.schooling;
  const SchoolingModel& model = *choice.model;
  condition_compiler_.emplace(programs_.scope, diagnostics_);
  take_models();
  warn_of_loose_alpha(model);
  if (model.three_states() != choice.works.has_value())
    mistake(choice.place, model.three_states() ? "the model has three alternatives: write `works`, the column that says whether a child works"
                                               : "the model has two alternatives: leave out `works`, which the choice would not change");
  const auto person = [](Type type, const Unit& unit, const std::string& what) { return Wanted{Entity::person, type, unit, what}; };
  schooling.children = data.add(choice.children, person(Type::boolean, {}, "schooling.children"));
  refuse_choice(choice.children, "schooling.children");
  const auto column = [&](std::size_t outcome) { return Text::standalone(study_.outcomes[outcome].name, "person.`" + study_.outcomes[outcome].name + "`"); };
  if (study_.outcomes.empty()) return;
  schooling.attends = data.add(column(schooling.attends_outcome), person(Type::boolean, {}, "schooling.attends"));
  if (schooling.works_outcome >= 0) schooling.works = data.add(column(static_cast<std::size_t>(schooling.works_outcome)), person(Type::boolean, {}, "schooling.works"));
  if (study_.model.statistics.age || study_.schema.find(Entity::person, "age") >= 0)
    schooling.age = data.add(study_.model.statistics.age.value_or(Text::standalone("age", "person.age")), person(Type::number, {}, "age"));
  schooling.earnings = add(data, choice.earnings, person(Type::number, money(), "schooling.earnings"));
  schooling.household_income = add(data, choice.income, {Entity::household, Type::number, money(), "schooling.income"});
  schooling.wage_given = add(data, choice.wage, person(Type::number, money(), "schooling.wage"));
  refuse_choice(choice.wage, "schooling.wage");
  const auto covariates = [&](const std::vector<Covariate>& from, std::vector<Output>& to) {
    for (const Covariate& covariate : from) {
      to.push_back(data.add(covariate.value, {Entity::person, std::nullopt, {}, "covariate '" + covariate.name + "' of the schooling model"}));
      if (to.back().index >= 0 && data.typed(to.back()).type == Type::category)
        tell(covariate.value.error(0, "covariate '" + covariate.name + "' of the schooling model is a category: compare it with a label"));
      refuse_choice(covariate.value, "covariate '" + covariate.name + "' of the schooling model");
    }
  };
  covariates(model.covariates, schooling.covariates);
  if (model.earnings && !choice.wage) covariates(model.earnings->covariates, schooling.earnings_covariates);
  compile_alignment(choice, data);
  schooling.has_earnings = choice.earnings.has_value();
  if (!model.wage.empty() && !choice.wage && !model.earnings)
    mistake(choice.place, "the utilities of the model look at what a child can earn: write `wage`, or take a model with [earnings]");
  if (choice.earnings && !choice.wage && !model.earnings)
    tell({Diagnostic::Severity::warning, choice.place, "nothing says what a child can earn that does not work now: one that begins to work gains nothing. Write `wage`, or take a model with [earnings]", ""});
  const std::uint64_t seed = study_.model.seed;
  schooling.draw_keys = {purpose_key(seed, "schooling.maximum"), purpose_key(seed, "schooling.second"), purpose_key(seed, "schooling.third")};
  schooling.taste_key = purpose_key(seed, "schooling.taste");
  schooling.wage_key = purpose_key(seed, "schooling.wage");
  schooling.works_key = purpose_key(seed, "schooling.works");
}

void StudyCompiler::compile_alignment(const SchoolingChoice& choice, Compiler& data) {
  if (!choice.align) return;
  ConstantAlignment& alignment = study_.schooling->alignment;
  refuse_choice(choice.align, "schooling.align");
  alignment.cell = data.add(*choice.align, {Entity::person, std::nullopt, {}, "schooling.align"});
  if (alignment.cell.index < 0) return;
  const rules::Typed& typed = data.typed(alignment.cell);
  alignment.whole_numbers = typed.type == Type::number;
  if (typed.type == Type::category) alignment.labels = typed.labels;
  if (typed.type == Type::boolean) alignment.labels = {"false", "true"};
  for (DrawnModel& model : study_.schooling->models) {
    model.shift.resize(alignment.labels.size());
    model.aligned = false;
  }
}

/// The data's own world of the choice; its programmes are compiled.
void StudyCompiler::compile_observed_choice(Compiler& data) {
  if (!study_.schooling) return;
  const SchoolingChoice& choice = *study_.model.schooling;
  ChoiceWorld& world = study_.schooling->observed;
  world.theta = scalar(choice.theta, "schooling.theta", Unit::one(), 1, study_.base_parameters);
  world.pass_cash = passed(study_.model.pass_through, "transfers");
  compile_interactions(choice, study_.observed, data, world);
}

void StudyCompiler::compile_choice(std::size_t s, Compiler& none) {
  if (!study_.schooling) return;
  CompiledScenario& compiled = study_.scenarios[s];
  const Scenario& scenario = *compiled.scenario;
  const SchoolingChoice& choice = scenario.schooling ? *scenario.schooling : *study_.model.schooling;
  compiled.choice.theta = scalar(choice.theta, "schooling.theta", Unit::one(), 1, scenario.parameters);
  const std::vector<DrawnModel>& models = study_.schooling->models;
  const auto drawn = coefficients_of(scenario.parameters);
  std::fill(study_.reads[s].end() - static_cast<std::ptrdiff_t>(drawn.size()), study_.reads[s].end(), true);
  while (compiled.choice.model + 1 < models.size() && !std::ranges::equal(models[compiled.choice.model].coefficients, drawn)) ++compiled.choice.model;
  compiled.choice.pass_cash = passed(scenario.pass_through, "transfers");
  compiled.choice.pass_earnings = passed(scenario.pass_through, "child_earnings");
  if (choice.earnings && scenario.pass_through.count("child_earnings") == 0)
    mistake(study_.model.schooling->place, "children who go to school earn less: write welfare.pass_through.child_earnings, 1 if all of what they earn reaches welfare, 0 if none of it shall");
  compile_interactions(choice, compiled.programmes, none, compiled.choice);
}

/// Conditions that read the choice, and the wages of scenarios: both look at columns that the simulation changes.
void StudyCompiler::bind_choice() {
  if (!study_.schooling || diagnostics_.has_errors()) return;
  CompiledSchooling& schooling = *study_.schooling;
  schooling.in_order = schooling.observed.in_order || std::any_of(study_.scenarios.begin(), study_.scenarios.end(), [](const CompiledScenario& s) { return s.choice.in_order; });
  if (schooling.in_order && schooling.age.index < 0)
    return mistake(study_.model.schooling->place, "a cap, a condition on several members or a benefit of the household makes siblings decide one after the other, the oldest first, but there is no column `age`: write statistics.age");
  if (!schooling.conditions.empty()) {
    rules::Program program = condition_compiler_->finish();
    if (!program.globals().empty())
      return mistake(study_.model.schooling->place, "a condition that reads the choice of [schooling] looks at the whole population: '" + program.globals().front().text + "' changes with everybody's choice. Conditions look at the person and its household");
    schooling.condition_program = bind(std::move(program), World::choice, -1, study_.base_parameters);
  }
  if (!study_.model.schooling->wage) return;
  for (CompiledScenario& scenario : study_.scenarios) {
    Compiler compiler(programs_.scope, diagnostics_);
    scenario.choice.wage_output = compiler.add(*study_.model.schooling->wage, {Entity::person, Type::number, money(), "schooling.wage"});
    rules::Program program = compiler.finish();
    if (!program.globals().empty()) return mistake(study_.model.schooling->place, "schooling.wage looks at the whole population: '" + program.globals().front().text + "'; make it a column");
    scenario.choice.wage_moves = looks_at_changing_columns(program) || scenario.scenario->parameters != study_.base_parameters;
    if (scenario.choice.wage_moves)
      scenario.choice.wage = bind(std::move(program), World::scenario, static_cast<int>(&scenario - study_.scenarios.data()), scenario.scenario->parameters);
  }
}

}  // namespace puente
