// The part of StudyCompiler that compiles effects: what fits which outcome, what the data must say of an outcome so that
// what was observed can be taken out, and the sizes that a pass resolves.
#include <algorithm>

#include "engine/programmes/transitions.hpp"
#include "engine/run/study_compiler.hpp"

namespace puente {

using rules::Compiler;
using rules::Type;
using Kind = Outcome::Kind;

namespace {

bool of_condition(EffectKind kind) {
  return kind == EffectKind::points || kind == EffectKind::odds || kind == EffectKind::relative_share;
}

template <class Add>
void for_all_effects(const StudyModel& model, Add&& add) {
  for (const Programme& programme : model.observed)
    for (const Effect& effect : programme.effects) add(programme, effect);
  for (const Scenario& scenario : model.scenarios)
    for (const Programme& programme : scenario.programmes)
      for (const Effect& effect : programme.effects) add(programme, effect);
}

}  // namespace

void StudyCompiler::check_effect(const Effect& effect, const Outcome& outcome, const Programme& programme) {
  const std::string on = "the effect on '" + outcome.name + "'";
  if (effect.kind == EffectKind::transition) return check_transition(effect, outcome, programme);
  if (!effect.size) mistake(effect.place, on + " has no size");
  if (of_condition(effect.kind) && outcome.kind != Kind::condition)
    mistake(effect.place, "effects in points, odds or of a relative share need a condition (bool), which '" + outcome.name + "' is not");
  if (!of_condition(effect.kind) && outcome.kind != Kind::level)
    mistake(effect.place, "relative, absolute and two-part effects need a level, which '" + outcome.name + "' is not: " +
                              (outcome.kind == Kind::condition ? "use points, odds or relative_share" : "use transition"));
  const bool two_part = effect.kind == EffectKind::two_part;
  if ((of_condition(effect.kind) || two_part) && !effect.base)
    mistake(effect.place, on + " needs `base`, the probability " + (two_part ? "of owning " : "") + "in the observed world, for instance 'mean_of(" +
                              outcome.name + (two_part ? " > 0" : "") + ", by = district)'");
  if (two_part && !effect.level) mistake(effect.place, on + " needs `level`, what those who come to own have");
}

void StudyCompiler::check_transition(const Effect& effect, const Outcome& outcome, const Programme& programme) {
  if (outcome.kind != Kind::category || !outcome.ordered) {
    mistake(effect.place, "a transition needs a category declared `ordered`, which '" + outcome.name + "' is not");
    return;
  }
  const std::string wrong = matrix_mistake(effect.matrix, outcome.labels);
  if (!wrong.empty()) mistake(effect.place, "the transition of '" + outcome.name + "': " + wrong);
  if (programme.observed && effect.base_shares.size() != outcome.labels.size())
    mistake(effect.place, "programme '" + programme.name + "' was observed, so that the class without it is not in the data: give `base`, the " +
                              std::to_string(outcome.labels.size()) + " shares of the classes of '" + outcome.name +
                              "' among those reached had there been no programme (of a control group, say)");
}

/// What the data say of an outcome is the same for all of its effects.
void StudyCompiler::compile_base(const Effect& effect, Outcome& outcome, const Effect*& first, Compiler& data) {
  if (!effect.base && effect.base_shares.empty()) return;
  const auto text = [](const Effect& e) {
    std::string all = e.base ? e.base->text : "";
    for (const rules::Text& share : e.base_shares) all += "," + share.text;
    return all;
  };
  if (first != nullptr) {
    if (text(*first) != text(effect))
      mistake(effect.place, "the effects on '" + outcome.name + "' have different bases: `base` describes the data, so that one outcome has one");
    return;
  }
  first = &effect;
  const std::string what = "the base of '" + outcome.name + "'";
  if (effect.base) outcome.base = data.add(*effect.base, {outcome.entity, Type::number, Unit::one(), what});
  for (const rules::Text& share : effect.base_shares)
    outcome.base_shares.push_back(data.add(share, {outcome.entity, Type::number, Unit::one(), what}));
}

void StudyCompiler::compile_bases(Compiler& data) {
  std::vector<const Effect*> first(study_.outcomes.size(), nullptr);
  for_all_effects(study_.model, [&](const Programme&, const Effect& effect) {
    const std::size_t k = outcome_index(effect.outcome);
    if (k == study_.outcomes.size()) return;
    if (effect.kind == EffectKind::two_part) study_.outcomes[k].owned = true;
    compile_base(effect, study_.outcomes[k], first[k], data);
  });
  check_together();
}

/// What cannot be told apart in the data when it comes together on one outcome.
void StudyCompiler::check_together() {
  const auto count_matrices = [this](const std::vector<Programme>& programmes) {
    std::vector<std::size_t> matrices(study_.outcomes.size(), 0);
    for (const Programme& programme : programmes)
      for (const Effect& effect : programme.effects) {
        const std::size_t k = outcome_index(effect.outcome);
        if (k < study_.outcomes.size() && effect.kind == EffectKind::transition && ++matrices[k] > 64)
          mistake(effect.place, "more than 64 transitions of '" + effect.outcome + "' in one scenario");
      }
  };
  count_matrices(study_.model.observed);
  for (const Scenario& scenario : study_.model.scenarios) count_matrices(scenario.programmes);
  for_all_effects(study_.model, [&](const Programme&, const Effect& effect) {
    const std::size_t k = outcome_index(effect.outcome);
    const bool level_apart = effect.kind == EffectKind::absolute || effect.costs;
    if (k < study_.outcomes.size() && study_.outcomes[k].owned && level_apart)
      mistake(effect.place, "'" + effect.outcome + "' has two-part effects: an absolute effect or one on = \"gross\" would give a level to those who do not own; use two_part or relative");
  });
  std::vector<const Effect*> shares(study_.outcomes.size(), nullptr);
  for (const Programme& programme : study_.model.observed)
    for (const Effect& effect : programme.effects) {
      const std::size_t k = outcome_index(effect.outcome);
      if (k == study_.outcomes.size() || effect.kind != EffectKind::relative_share) continue;
      if (shares[k] != nullptr)
        mistake(effect.place, "two observed relative changes of the share of '" + effect.outcome + "' cannot be taken out apart: write one of them in odds");
      shares[k] = &effect;
    }
}

void StudyCompiler::compile_effects(const Programme& programme, CompiledProgramme& p, Compiler& world) {
  for (const Effect& effect : programme.effects) {
    CompiledEffect compiled;
    compiled.outcome = outcome_index(effect.outcome);
    compiled.effect = &effect;
    if (compiled.outcome == study_.outcomes.size()) continue;  // reported where outcomes are numbered
    const Outcome& outcome = study_.outcomes[compiled.outcome];
    check_effect(effect, outcome, programme);
    const std::string at = "programmes." + programme.name + ".effects(" + effect.outcome + ").";
    const Unit size_unit = effect.kind == EffectKind::absolute ? outcome.unit : Unit::one();
    compiled.shift.needed = effect.kind == EffectKind::relative_share;
    compiled.shift.resolved = !compiled.shift.needed;
    if (!compiled.shift.needed) compiled.size = add(world, effect.size, {outcome.entity, Type::number, size_unit, at + "size"});
    compiled.costs = add(world, effect.costs, {outcome.entity, Type::number, outcome.unit, at + "costs"});
    compiled.level = add(world, effect.level, {outcome.entity, Type::number, outcome.unit, at + "level"});
    compiled.relative = add(world, effect.relative, {outcome.entity, Type::number, Unit::one(), at + "relative"});
    p.effects.push_back(compiled);
  }
}

void StudyCompiler::compile_shifts(CompiledProgramme& p, std::span<const double> parameters) {
  for (CompiledEffect& effect : p.effects) {
    if (!effect.shift.needed) continue;
    const std::string at = "programmes." + p.programme->name + ".effects(" + effect.effect->outcome + ").size";
    effect.shift.change = scalar(effect.effect->size, at, Unit::one(), 0, parameters);
    if (!(effect.shift.change > -1))
      mistake(effect.effect->place, at + " is " + std::to_string(effect.shift.change) + ": a relative change of a share is above -1 (-100 %)");
  }
}

}  // namespace puente
