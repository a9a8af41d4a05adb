// The part of BlockProcessor that moves outcomes and money.
#include <algorithm>

#include "engine/run/members.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

/// Where a programme arrives among the units of an outcome: a household gets a person programme when any member does;
/// a household programme reaches all its members, or those that `members` names.
const double* BlockProcessor::reach(const CompiledProgramme& p, const BoundProgram& world, Entity outcome,
                                    ProgrammeState& state) {
  const Entity entity = p.programme->entity;
  if (entity == outcome) return state.member.data();
  if (outcome == Entity::household) {
    any_of_members(block_.rows, state.member.data(), state.reach_household);
    return state.reach_household.data();
  }
  to_members(block_.rows, state.member.data(), state.reach_person);
  if (p.members.index >= 0) {
    const double* named = result(world, p.members);
    for (std::size_t i = 0; i < block_.rows.persons; ++i)
      state.reach_person[i] = named[i] != 0 ? state.reach_person[i] : 0.0;
  }
  return state.reach_person.data();
}

void BlockProcessor::compose(const std::vector<CompiledProgramme>& programmes,
                             const std::vector<CompiledSynergy>& synergies, const BoundProgram& world,
                             std::vector<ProgrammeState>& states, std::vector<Composition>& composition) {
  for (std::size_t k = 0; k < composition.size(); ++k) composition[k].reset(block_.rows.count(study_.outcomes[k].entity));
  for (std::size_t p = 0; p < programmes.size(); ++p)
    for (const CompiledEffect& effect : programmes[p].effects) {
      const Outcome& outcome = study_.outcomes[effect.outcome];
      const std::size_t n = block_.rows.count(outcome.entity);
      const double* arrives = reach(programmes[p], world, outcome.entity, states[p]);
      const double* size = result(world, effect.size);
      Composition& c = composition[effect.outcome];
      switch (effect.effect->kind) {
        case EffectKind::relative: add_relative(c, arrives, size, effect.costs.index >= 0, n); break;
        case EffectKind::absolute: add_absolute(c, arrives, size, n); break;
        case EffectKind::points: add_points(c, arrives, size, n); break;
        case EffectKind::odds: add_odds(c, arrives, size, n); break;
        default: expect(false, "an effect kind that the reader accepts is not simulated");
      }
    }
  for (const CompiledSynergy& synergy : synergies)
    add_synergy(synergy, programmes, world, states, composition[synergy.outcome]);
}

/// What programmes do together beyond what they do apart, where all of them arrive. multiplicative: a further factor;
/// additive: an amount after the product; joint: one factor that replaces the product of theirs.
void BlockProcessor::add_synergy(const CompiledSynergy& synergy, const std::vector<CompiledProgramme>& programmes,
                                 const BoundProgram& world, std::vector<ProgrammeState>& states, Composition& c) {
  const Outcome& outcome = study_.outcomes[synergy.outcome];
  const std::size_t n = block_.rows.count(outcome.entity);
  std::vector<double> together(n, 1), size(n);
  const double* asked = result(world, synergy.size);
  std::copy(asked, asked + n, size.begin());
  for (const std::size_t p : synergy.programmes) {
    const double* arrives = reach(programmes[p], world, outcome.entity, states[p]);
    for (std::size_t i = 0; i < n; ++i) together[i] = arrives[i] != 0 ? together[i] : 0.0;
  }
  if (synergy.synergy->definition == Synergy::Definition::additive) return add_after(c, together.data(), size.data(), n);
  if (synergy.synergy->definition == Synergy::Definition::joint) {
    for (const std::size_t p : synergy.programmes)
      for (const CompiledEffect& effect : programmes[p].effects) {
        if (effect.outcome != synergy.outcome || effect.effect->kind != EffectKind::relative) continue;
        const double* own = result(world, effect.size);
        for (std::size_t i = 0; i < n; ++i) size[i] = (1 + size[i]) / (1 + own[i]) - 1;
      }
  }
  add_relative(c, together.data(), size.data(), false, n);
}

const double* BlockProcessor::costs_of(std::size_t outcome, const std::vector<CompiledProgramme>& programmes,
                                       const BoundProgram& world) const {
  for (const CompiledProgramme& p : programmes)
    for (const CompiledEffect& effect : p.effects)
      if (effect.outcome == outcome && effect.costs.index >= 0) return result(world, effect.costs);
  return nullptr;
}

/// Conditions under `now`, by each unit's latent uniform given the class seen in the data.
void BlockProcessor::classes(std::size_t k, const std::vector<CompiledProgramme>& programmes, const BoundProgram& world,
                             const Composition& now, std::vector<double>& condition) {
  const Outcome& outcome = study_.outcomes[k];
  const double* base = nullptr;
  for (const CompiledProgramme& p : programmes)
    for (const CompiledEffect& effect : p.effects)
      if (effect.outcome == k && effect.base.index >= 0) base = result(world, effect.base);
  const std::vector<double>& seen = block_.inputs[outcome.input];
  require_present(seen.data(), outcome.entity, "outcome '" + outcome.name + "' is missing");
  require_present(base, outcome.entity, "the base probability of outcome '" + outcome.name + "' is missing");
  unit_uniforms(outcome.draw_key, outcome.entity, uniform_);
  condition.resize(seen.size());
  const std::size_t outside = apply_class(seen.data(), base, uniform_.data(), observed_composition_[k], now, seen.size(),
                                          condition.data());
  if (outside > 0)
    faults_.add("the probability of outcome '" + outcome.name + "' would leave [0, 1]: its base leaves too little room for the effect",
                household_id(outcome.entity, 0), static_cast<std::int64_t>(outside));
}

void BlockProcessor::outcomes(std::size_t s) {
  const CompiledScenario& scenario = study_.scenarios[s];
  const BoundProgram& world = *study_.policies[scenario.policy];
  for (std::size_t k = 0; k < study_.outcomes.size(); ++k) {
    const Outcome& outcome = study_.outcomes[k];
    const std::vector<double>& seen = block_.inputs[outcome.input];
    std::vector<double>& level = state_.level[k];
    level.resize(seen.size());
    Composition& before = observed_composition_[k];
    if (study_.observed.empty()) before.reset(seen.size());
    if (!state_.composition[k].touched) {
      level = before.touched ? none_level_[k] : seen;
      continue;
    }
    if (outcome.classes > 0) {
      classes(k, scenario.programmes, world, state_.composition[k], level);
      continue;
    }
    apply_level(seen.data(), none_level_[k].data(), before, state_.composition[k], costs_of(k, scenario.programmes, world),
                seen.size(), level.data());
    require_present(level.data(), outcome.entity, "outcome '" + outcome.name + "' or its effect is missing");
  }
}

/// change += pass × (now − before); an absent side is nothing. One loop a case: asked inside the loop, GCC makes the
/// question a masked load from address zero, which takes processors some hundred cycles.
void BlockProcessor::add_change(const double* now, const double* before, double pass) {
  double* change = state_.change.data();
  const std::size_t n = block_.rows.households;
  if (now != nullptr && before != nullptr)
    for (std::size_t h = 0; h < n; ++h) change[h] += pass * (now[h] - before[h]);
  else if (now != nullptr)
    for (std::size_t h = 0; h < n; ++h) change[h] += pass * now[h];
  else if (before != nullptr)
    for (std::size_t h = 0; h < n; ++h) change[h] -= pass * before[h];
}

/// The change of money against the data: sources, cash and counted in-kind value, each as far as it passes through.
void BlockProcessor::money(std::size_t s) {
  const CompiledScenario& scenario = study_.scenarios[s];
  const rules::Rows& rows = block_.rows;
  state_.change.assign(rows.households, 0);
  for (std::size_t k = 0; k < study_.outcomes.size(); ++k) {
    if (scenario.pass_through[k] == 0) continue;
    const Outcome& outcome = study_.outcomes[k];
    const std::vector<double>& seen = block_.inputs[outcome.input];
    if (outcome.entity == Entity::household) {
      add_change(state_.level[k].data(), seen.data(), scenario.pass_through[k]);
      continue;
    }
    scratch_.resize(rows.persons);
    for (std::size_t i = 0; i < rows.persons; ++i) scratch_[i] = state_.level[k][i] - seen[i];
    sum_to_households(rows, scratch_.data(), of_households_);
    add_change(of_households_.data(), nullptr, scenario.pass_through[k]);
  }
  std::vector<bool> runs(study_.observed.size(), false);
  for (std::size_t p = 0; p < scenario.programmes.size(); ++p) {
    const CompiledProgramme& compiled = scenario.programmes[p];
    const ProgrammeState& state = state_.programmes[p];
    const ProgrammeState* before = nullptr;
    if (compiled.observed_index >= 0) {
      runs[static_cast<std::size_t>(compiled.observed_index)] = true;
      before = &observed_[static_cast<std::size_t>(compiled.observed_index)];
    }
    pay(compiled, &state, before, scenario);
  }
  for (std::size_t o = 0; o < runs.size(); ++o)
    if (!runs[o]) pay(study_.observed[o], nullptr, &observed_[o], scenario);
}

/// Cash and counted in-kind value of one programme now, less what of it the observed resource contains.
void BlockProcessor::pay(const CompiledProgramme& p, const ProgrammeState* now, const ProgrammeState* before,
                         const CompiledScenario& scenario) {
  const Programme& programme = *p.programme;
  if (programme.cash) {
    const bool contained = before != nullptr && programme.cash->in_resource;
    if (now != nullptr || contained)
      add_change(now == nullptr ? nullptr : now->cash.data(), contained ? before->cash.data() : nullptr, scenario.pass_cash);
  }
  if (!programme.in_kind || p.valued_at.index < 0) return;
  const bool contained = before != nullptr && programme.in_kind->in_resource;
  if (now != nullptr || contained)
    add_change(now == nullptr ? nullptr : now->counted.data(), contained ? before->counted.data() : nullptr, scenario.pass_in_kind);
}

}  // namespace puente
