// The part of StudyCompiler that compiles programmes: eligibility, coverage, benefits, effects, synergies.
#include <algorithm>
#include <cmath>

#include "engine/core/random.hpp"
#include "engine/run/study_compiler.hpp"

namespace puente {

using rules::Compiler;
using rules::Type;
using rules::Wanted;

CompiledProgramme StudyCompiler::compile_programme(const Programme& programme, Compiler& world, Compiler& data) {
  CompiledProgramme p;
  const std::string at = "programmes." + programme.name + ".";
  p.programme = &programme;
  const auto& names = study_.programme_names;
  p.number = static_cast<std::size_t>(std::find(names.begin(), names.end(), programme.name) - names.begin());
  const Entity entity = programme.entity;
  p.eligible = world.add(programme.eligible, {entity, Type::boolean, {}, at + "eligible"});
  p.take_up = add(world, programme.take_up, {entity, Type::number, Unit::one(), at + "take_up"});
  p.delivery = add(world, programme.delivery, {entity, Type::number, Unit::one(), at + "delivery"});
  p.members = add(world, programme.members, {Entity::person, Type::boolean, {}, at + "members"});
  if (&world == &data) {
    p.condition = add(data, programme.condition, {entity, Type::boolean, {}, at + "condition"});
    p.observed = add(data, programme.observed, {entity, Type::boolean, {}, at + "observed"});
  }
  compile_coverage(programme, p, world);
  compile_benefits(programme, p, world);
  compile_effects(programme, p, world);
  p.take_up_key = purpose_key(study_.model.seed, "programme." + programme.name + ".take_up");
  p.draw_key = purpose_key(study_.model.seed, "programme." + programme.name + ".coverage");
  return p;
}

void StudyCompiler::compile_coverage(const Programme& programme, CompiledProgramme& p, Compiler& world) {
  const Coverage& coverage = programme.coverage;
  const std::string at = "programmes." + programme.name + ".coverage.";
  p.cut_needed = coverage.mode == CoverageMode::share || coverage.mode == CoverageMode::ranked;
  p.cut_resolved = !p.cut_needed;
  if (coverage.mode == CoverageMode::observed && !programme.observed)
    mistake(coverage.place, "programme '" + programme.name + "' has coverage 'observed' but no `observed` that says who is offered it in the data");
  if (!p.cut_needed) return;
  if (coverage.mode == CoverageMode::share && !coverage.share)
    mistake(coverage.place, at + "share is missing: mode 'share' needs it");
  if (coverage.mode == CoverageMode::ranked && (!coverage.by || coverage.quota.has_value() == coverage.budget.has_value()))
    mistake(coverage.place, at + "mode 'ranked' needs `by` and either `quota` or `budget`");
  p.by = add(world, coverage.by, {programme.entity, Type::number, {}, at + "by"});
  p.within = add(world, coverage.within, {programme.entity, std::nullopt, {}, at + "within"});
  p.unit_of_draw = add(world, coverage.unit_of_draw, {programme.entity, std::nullopt, {}, at + "unit_of_draw"});
  if (p.within.index < 0) return;
  const rules::Typed& typed = world.typed(p.within);
  if (typed.type == Type::number)
    mistake(coverage.place, at + "within must be a category or a condition: give the column labels, or compare it");
  p.within_labels = typed.type == Type::category ? typed.labels.size() : 2;
}

void StudyCompiler::compile_benefits(const Programme& programme, CompiledProgramme& p, Compiler& world) {
  const std::string at = "programmes." + programme.name + ".";
  const Entity entity = programme.entity;
  if (programme.cash) {
    p.cash = world.add(programme.cash->amount, {entity, Type::number, money(), at + "cash.amount"});
    p.cash_observed = add(world, programme.cash->observed_amount, {entity, Type::number, money(), at + "cash.observed_amount"});
  }
  if (programme.in_kind) {
    p.in_kind = world.add(programme.in_kind->amount, {entity, Type::number, money(), at + "in_kind.amount"});
    p.valued_at = add(world, programme.in_kind->valued_at, {entity, Type::number, Unit::one(), at + "in_kind.valued_at"});
  }
  p.cost_per_recipient = add(world, programme.cost_per_recipient, {entity, Type::number, money(), at + "cost.per_recipient"});
}

void StudyCompiler::check_synergy(const Synergy& synergy, const Outcome& outcome) {
  const bool additive = synergy.definition == Synergy::Definition::additive;
  const std::string on = "the synergy on '" + outcome.name + "'";
  if (outcome.kind == Outcome::Kind::category) mistake(synergy.place, on + ": classes in order have no synergies yet");
  if (outcome.kind == Outcome::Kind::condition && !additive)
    mistake(synergy.place, on + ": a condition takes points: definition = \"additive\", with the share that comes on top");
  if (outcome.kind == Outcome::Kind::condition && additive && outcome.base.index < 0)
    mistake(synergy.place, on + " needs an effect on it with `base`, the probability in the observed world");
  if (outcome.owned && additive)
    mistake(synergy.place, on + " would give a level to those who do not own: with two-part effects it is \"multiplicative\" or \"joint\"");
}

std::vector<CompiledSynergy> StudyCompiler::compile_synergies(const std::vector<Synergy>& synergies,
                                                              const std::vector<CompiledProgramme>& programmes,
                                                              Compiler& world) {
  std::vector<CompiledSynergy> all;
  for (const Synergy& synergy : synergies) {
    CompiledSynergy compiled;
    compiled.synergy = &synergy;
    compiled.outcome = outcome_index(synergy.outcome);
    for (const std::string& name : synergy.programmes)
      for (std::size_t i = 0; i < programmes.size(); ++i)
        if (programmes[i].programme->name == name) compiled.programmes.push_back(i);
    if (compiled.outcome == study_.outcomes.size() || compiled.programmes.size() != synergy.programmes.size()) continue;
    const Outcome& outcome = study_.outcomes[compiled.outcome];
    check_synergy(synergy, outcome);
    const bool amount = synergy.definition == Synergy::Definition::additive && outcome.kind == Outcome::Kind::level;
    compiled.size = world.add(synergy.size, {outcome.entity, Type::number, amount ? outcome.unit : Unit::one(), "synergies.size"});
    all.push_back(std::move(compiled));
  }
  return all;
}

double StudyCompiler::scalar(const std::optional<rules::Text>& text, const std::string& what, const Unit& unit,
                             double absent, std::span<const double> parameters) {
  if (!text) return absent;
  const double mistaken = std::max(absent, 0.0);  // a value that makes no second mistake of the first
  Diagnostics scratch;
  Compiler compiler(programs_.scope, scratch);
  const Output output = compiler.add(*text, {Entity::household, Type::number, unit, what});
  for (const Diagnostic& d : scratch.all()) tell(d);
  if (output.index < 0 || scratch.has_errors()) return mistaken;
  const rules::Program program = compiler.finish();
  if (!program.inputs().empty() || !program.globals().empty()) {
    tell(text->error(0, what + " is one number for the country: it can use numbers and [parameters] only"));
    return mistaken;
  }
  const std::int32_t begin[] = {0, 0};
  const std::int64_t id[] = {0};
  rules::Workspace workspace;
  program.run({1, 0, begin, nullptr, id, nullptr}, {{}, parameters, {}, 0, 0}, workspace);
  return program.result(output, workspace)[0];
}

void StudyCompiler::compile_scalars(CompiledProgramme& p, std::span<const double> parameters) {
  const Programme& programme = *p.programme;
  const std::string at = "programmes." + programme.name + ".";
  const Coverage& coverage = programme.coverage;
  p.share = scalar(coverage.share, at + "coverage.share", Unit::one(), 1, parameters);
  p.quota = scalar(coverage.quota, at + "coverage.quota", Unit::one(), -1, parameters);
  p.budget = scalar(coverage.budget, at + "coverage.budget", money(), -1, parameters);
  p.cost_fixed = scalar(programme.cost_fixed, at + "cost.fixed", money(), 0, parameters);
  if (!(p.share >= 0 && p.share <= 1))
    tell(coverage.share->error(0, at + "coverage.share is " + shortest(p.share) + ": a share lies between 0 and 1"));
  if (coverage.quota && !(p.quota >= 0)) tell(coverage.quota->error(0, at + "coverage.quota is " + shortest(p.quota) + ": a quota is not negative"));
  if (coverage.budget && !(p.budget >= 0)) tell(coverage.budget->error(0, at + "coverage.budget is " + shortest(p.budget) + ": a budget is not negative"));
}

}  // namespace puente
