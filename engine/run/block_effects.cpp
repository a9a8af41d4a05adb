// The part of BlockProcessor that moves outcomes and money.
#include <algorithm>

#include "engine/programmes/ownership.hpp"
#include "engine/programmes/transitions.hpp"
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
  for_each_effect(programmes, world, states, [&](const CompiledEffect& effect, auto arrives) {
    if (!drawn_[effect.outcome].stays) add_effect(effect, world, arrives(), composition[effect.outcome]);
  });
  for (const CompiledSynergy& synergy : synergies)
    add_synergy(synergy, programmes, world, states, composition[synergy.outcome]);
}

/// Calls what(effect, arrives); arrives() says where among the units of its outcome.
template <class Do>
void BlockProcessor::for_each_effect(const std::vector<CompiledProgramme>& programmes, const BoundProgram& world, std::vector<ProgrammeState>& states, Do what) {
  for (std::size_t p = 0; p < programmes.size(); ++p)
    for (const CompiledEffect& effect : programmes[p].effects)
      what(effect, [&] { return reach(programmes[p], world, study_.outcomes[effect.outcome].entity, states[p]); });
}

/// Which outcomes are as they were last drawn: the same effects reach the same units. With a synergy they are always drawn.
void BlockProcessor::find_drawn(const CompiledScenario& scenario, const BoundProgram& world) {
  for (DrawnOutcome& drawn : drawn_) {
    drawn.stays = false;
    drawn.effects.begin();
  }
  if (!study_.tallies_share || study_.scenarios.size() == 1) return;
  const auto column = [&](Output output) { return output.index < 0 ? nullptr : result(world, output); };
  for_each_effect(scenario.programmes, world, state_.programmes, [&](const CompiledEffect& effect, auto arrives) {
    const Outcome& outcome = study_.outcomes[effect.outcome];
    if (!outcome.is_drawn()) return;
    drawn_[effect.outcome].effects.see(effect, {arrives(), column(effect.size), column(effect.level), column(effect.relative)}, block_.rows.count(outcome.entity));
  });
  for (DrawnOutcome& drawn : drawn_) drawn.stays = drawn.effects.same();
  for (const CompiledSynergy& synergy : scenario.synergies) {
    drawn_[synergy.outcome].stays = false;
    drawn_[synergy.outcome].effects.forget();
  }
}

void BlockProcessor::add_effect(const CompiledEffect& effect, const BoundProgram& world, const double* arrives, Composition& c) {
  const std::size_t n = c.factor.size();
  const auto column = [&](Output output) { return output.index < 0 ? nullptr : result(world, output); };
  const double* size = column(effect.size);
  switch (effect.effect->kind) {
    case EffectKind::relative:
      if (!c.touched && effect.costs.index < 0 && !study_.outcomes[effect.outcome].owned) return begin_relative(c, arrives, size);
      return add_relative(c, arrives, size, effect.costs.index >= 0, n);
    case EffectKind::absolute: return add_absolute(c, arrives, size, n);
    case EffectKind::points: return add_points(c, arrives, size, n);
    case EffectKind::odds: return add_odds(c, arrives, size, n);
    case EffectKind::relative_share: return add_shift(c, arrives, effect.shift.log_odds, n);
    case EffectKind::transition: return add_transition(c, arrives, effect.effect->matrix, n);
    case EffectKind::two_part: break;
  }
  if (effect.effect->ownership_in_odds) add_odds(c, arrives, size, n);
  else add_points(c, arrives, size, n);
  add_ownership(c, arrives, column(effect.level), column(effect.relative), n);
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
  const bool additive = synergy.synergy->definition == Synergy::Definition::additive;
  if (additive && outcome.kind == Outcome::Kind::condition) return add_points(c, together.data(), size.data(), n);
  if (additive) return add_after(c, together.data(), size.data(), n);
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

/// Outcomes drawn from a distribution, under `now`, by each unit's latent uniform given what is seen of it in the data.
void BlockProcessor::redraw(std::size_t k, const Composition& now, std::vector<double>& level) {
  const Outcome& outcome = study_.outcomes[k];
  const Composition& observed = observed_composition_[k];
  level.resize(block_.inputs[outcome.input].size());
  switch (outcome.kind) {
    case Outcome::Kind::level: return ownership(outcome, observed, now, level);
    case Outcome::Kind::condition: return condition(outcome, observed, now, level);
    case Outcome::Kind::category: return transition(outcome, observed, now, level);
  }
}

const double* BlockProcessor::base_of(const Outcome& outcome) {
  require_present(block_.inputs[outcome.input].data(), outcome.entity, [&] { return "outcome '" + outcome.name + "' is missing"; });
  const double* base = data(outcome.base);
  require_present(base, outcome.entity, [&] { return "the base probability of outcome '" + outcome.name + "' is missing"; });
  return base;
}

void BlockProcessor::count_faults(const Outcome& outcome, const Culprits& units, const std::string& what) {
  for (const std::size_t i : units) faults_.add(what, household_id(outcome.entity, i));
}

void BlockProcessor::condition(const Outcome& outcome, const Composition& observed, const Composition& now,
                               std::vector<double>& level) {
  const double* base = base_of(outcome);
  const Culprits outside = apply_class(block_.inputs[outcome.input].data(), base, unit_uniforms(outcome.draw_key, outcome.entity), observed, now,
                                          level.size(), level.data());
  count_faults(outcome, outside, "the probability of outcome '" + outcome.name + "' would leave [0, 1]: its base leaves too little room for the effect");
}

void BlockProcessor::ownership(const Outcome& outcome, const Composition& observed, const Composition& now,
                               std::vector<double>& level) {
  const double* base = base_of(outcome);
  const OwnershipFaults faults = apply_ownership(block_.inputs[outcome.input].data(), base, unit_uniforms(outcome.draw_key, outcome.entity), observed, now,
                                                 level.size(), level.data());
  const std::string name = "outcome '" + outcome.name + "'";
  count_faults(outcome, faults.outside, "the probability of owning of " + name + " would leave [0, 1]: its base leaves too little room for the effect");
  count_faults(outcome, faults.negative, name + " has a two-part effect and is below 0: what is owned cannot be negative");
  count_faults(outcome, faults.unknown, "taking out what was observed would make owners of " + name + " again, of whom the data hold no level: an observed two-part effect cannot lower ownership");
  require_present(level.data(), outcome.entity, [&] { return name + " or its effect is missing"; });
}

void BlockProcessor::transition(const Outcome& outcome, const Composition& observed, const Composition& now,
                                std::vector<double>& level) {
  std::vector<const double*> base;
  for (const Output share : outcome.base_shares) base.push_back(data(share));
  const TransitionFaults faults = apply_transitions(block_.inputs[outcome.input].data(), base, unit_uniforms(outcome.draw_key, outcome.entity),
                                                    outcome.labels.size(), observed, now, level.size(), level.data());
  const std::string name = "outcome '" + outcome.name + "'";
  count_faults(outcome, faults.missing, name + " is missing where a transition arrives");
  count_faults(outcome, faults.bad_base, "the base shares of " + name + " are negative, missing or do not sum to 1");
  count_faults(outcome, faults.impossible, "the matrices that were observed and their base leave no probability for the class seen of " + name);
}

void BlockProcessor::outcomes(std::size_t s) {
  const CompiledScenario& scenario = study_.scenarios[s];
  const BoundProgram& world = *study_.policies[scenario.policy];
  for (std::size_t k = 0; k < study_.outcomes.size(); ++k) {
    const Outcome& outcome = study_.outcomes[k];
    const BlockColumn& seen = block_.inputs[outcome.input];
    const Composition& before = observed_composition_[k];
    if (drawn_[k].stays) {
      state_.level[k] = state_.own_level[k].data();
      continue;
    }
    if (!state_.composition[k].touched) {
      state_.level[k] = before.touched ? none_level_[k] : seen.data();
      continue;
    }
    std::vector<double>& level = state_.own_level[k];
    level.resize(seen.size());
    state_.level[k] = level.data();
    if (outcome.is_drawn()) {
      redraw(k, state_.composition[k], level);
      continue;
    }
    const bool finite = apply_level(seen.data(), none_level_[k], before, state_.composition[k],
                                    costs_of(k, scenario.programmes, world), seen.size(), level.data());
    if (!finite) report_absent(level.data(), outcome.entity, "outcome '" + outcome.name + "' or its effect is missing");
  }
}

/// The change of the sources of money against the data, each as far as it passes through.
void BlockProcessor::sources(std::size_t s) {
  const CompiledScenario& scenario = study_.scenarios[s];
  const rules::Rows& rows = block_.rows;
  std::vector<MoneyChange>& changes = state_.changes;
  changes.clear();
  own_changes_ = 0;
  for (std::size_t k = 0; k < study_.outcomes.size(); ++k) {
    const double pass = scenario.pass_through[k];
    if (pass == 0) continue;
    const Outcome& outcome = study_.outcomes[k];
    const BlockColumn& seen = block_.inputs[outcome.input];
    if (state_.level[k] == seen.data()) continue;
    if (outcome.entity == Entity::household) {
      changes.push_back({state_.level[k], seen.data(), pass});
      continue;
    }
    scratch_.resize(rows.persons);
    for (std::size_t i = 0; i < rows.persons; ++i) scratch_[i] = state_.level[k][i] - seen[i];
    std::vector<double>& of_households = own_change();
    sum_to_households(rows, scratch_.data(), of_households);
    changes.push_back({of_households.data(), nullptr, pass});
  }
}

/// The change of cash and counted in-kind value.
void BlockProcessor::transfers(std::size_t s) {
  const CompiledScenario& scenario = study_.scenarios[s];
  std::vector<bool> runs(study_.observed.size(), false);
  for (std::size_t p = 0; p < scenario.programmes.size(); ++p) {
    const CompiledProgramme& compiled = scenario.programmes[p];
    const ProgrammeState* before = nullptr;
    if (compiled.observed_index >= 0) {
      runs[static_cast<std::size_t>(compiled.observed_index)] = true;
      before = &observed_[static_cast<std::size_t>(compiled.observed_index)];
    }
    pay(compiled, &state_.programmes[p], before, scenario);
  }
  for (std::size_t o = 0; o < runs.size(); ++o)
    if (!runs[o]) pay(study_.observed[o], nullptr, &observed_[o], scenario);
}

/// A column of this scenario's own among the changes.
std::vector<double>& BlockProcessor::own_change() {
  if (own_changes_ == change_columns_.size()) change_columns_.emplace_back();
  return change_columns_[own_changes_++];
}

/// Cash and counted in-kind value of one programme now, less what of it the observed resource contains.
void BlockProcessor::pay(const CompiledProgramme& p, const ProgrammeState* now, const ProgrammeState* before,
                         const CompiledScenario& scenario) {
  const auto change = [&](std::vector<double> ProgrammeState::*money, bool in_resource, double pass) {
    const bool contained = before != nullptr && in_resource;
    if (now != nullptr || contained)
      state_.changes.push_back({now == nullptr ? nullptr : (now->*money).data(), contained ? (before->*money).data() : nullptr, pass});
  };
  const Programme& programme = *p.programme;
  if (programme.cash) change(&ProgrammeState::cash, programme.cash->in_resource, scenario.pass_cash);
  if (programme.in_kind && p.valued_at.index >= 0)
    change(&ProgrammeState::counted, programme.in_kind->in_resource, scenario.pass_in_kind);
}

void BlockProcessor::shares_reached(int s, std::size_t p, const CompiledEffect& effect, std::vector<double>& share,
                                    std::vector<double>& w) {
  const Outcome& outcome = study_.outcomes[effect.outcome];
  const bool was_observed = s < 0;
  const CompiledProgramme& programme = was_observed ? study_.observed[p] : study_.scenarios[static_cast<std::size_t>(s)].programmes[p];
  const BoundProgram& world = was_observed ? *study_.data : *study_.policies[study_.scenarios[static_cast<std::size_t>(s)].policy];
  const double* arrives = reach(programme, world, outcome.entity, was_observed ? observed_[p] : state_.programmes[p]);
  const Composition& observed = observed_composition_[effect.outcome];
  const double* base = base_of(outcome);
  for (std::size_t i = 0; i < block_.rows.count(outcome.entity); ++i) {
    const std::size_t h = household_of(outcome.entity, i);
    const double factor = was_observed || state_.weight_factor.empty() ? 1.0 : state_.weight_factor[h];
    const double weight = counted_weight(h) * factor;
    if (arrives[i] == 0 || weight == 0) continue;
    share.push_back(share_without(base[i], observed, i));
    w.push_back(weight);
  }
}

}  // namespace puente
