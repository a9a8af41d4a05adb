// The part of StudyCompiler that compiles programmes: eligibility, benefits, synergies.
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
  compile_choice_of(programme, p, world);
  p.take_up_key = purpose_key(study_.model.seed, "programme." + programme.name + ".take_up");
  p.draw_key = purpose_key(study_.model.seed, "programme." + programme.name + ".coverage");
  return p;
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
  if (programme.joint_cost)
    p.cost_joint = world.add(programme.joint_cost->per_recipient, {entity, Type::number, money(), at + "cost.joint.per_recipient"});
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
  note_reads(program, parameters);
  const std::int32_t begin[] = {0, 0};
  const std::int64_t id[] = {0};
  rules::Workspace workspace;
  program.run({1, 0, begin, nullptr, id, nullptr}, {{}, parameters, {}, 0, 0}, workspace);
  return program.result(output, workspace)[0];
}

}  // namespace puente
