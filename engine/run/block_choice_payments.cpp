// The part of BlockProcessor that says what programmes pay by the choice of school: in the states chosen, and to each child in
// each of its alternatives.
#include <algorithm>
#include <cmath>

#include "engine/run/process_block.hpp"

namespace puente {

/// What the observed resource of a household contains of the programme's own cash, of which its means test takes no notice.
void BlockProcessor::find_contained(std::size_t o) {
  const CompiledProgramme& p = study_.observed[o];
  std::vector<double>& contained = children_.contained[o];
  contained.assign(block_.rows.households, 0);
  if (!p.programme->cash || !p.programme->cash->in_resource) return;
  const bool recorded = p.cash_observed.index >= 0;
  const double *amount = data(recorded ? p.cash_observed : p.cash), *delivery = p.delivery.index >= 0 ? data(p.delivery) : nullptr;
  const double* holds = p.condition.index >= 0 ? data(p.condition) : nullptr;
  for (std::size_t i = 0; i < block_.rows.count(p.programme->entity); ++i) {
    const bool paid = recorded || (observed_[o].member[i] != 0 && (holds == nullptr || holds[i] != 0));
    if (paid) contained[household_of(p.programme->entity, i)] += recorded || delivery == nullptr ? amount[i] : amount[i] * delivery[i];
  }
  if (p.choice.cap.index < 0 || recorded) return;
  const double* cap = data(p.choice.cap);
  for (std::size_t h = 0; h < contained.size(); ++h) contained[h] = std::min(contained[h], cap[h]);
}

/// Whether a means test lets the household pass, with `more` than its income in the data.
bool BlockProcessor::passes(const CompiledProgramme& p, const BoundProgram& world, std::size_t h, double more) {
  if (p.choice.limit.index < 0) return true;
  const double limit = result(world, p.choice.limit)[h] * (p.choice.limit_per_person ? size()[h] : 1.0);
  const double contained = p.choice.observed < 0 ? 0.0 : children_.contained[static_cast<std::size_t>(p.choice.observed)][h];
  if (not_finite(limit) != 0) faults_.add("programme '" + p.programme->name + "': schooling.means_test.limit is missing", block_.id[h]);
  return children_.income[h] - contained + more <= limit;
}

/// Whether a condition that does not read the choice holds for a unit; of one that does, 1.
double BlockProcessor::holds_anyway(const CompiledProgramme& p, std::size_t unit) const {
  return p.choice.condition >= 0 || p.condition.index < 0 ? 1.0 : data(p.condition)[unit];
}

/// Whether the programme pays each of its members in the states that are chosen now: its condition and its means test.
const double* BlockProcessor::holds_by_choice(const CompiledProgramme& p, const BoundProgram& world, std::span<const double> member) {
  const CompiledSchooling& schooling = *study_.schooling;
  const std::size_t n = block_.rows.count(p.programme->entity);
  holds_.resize(n);
  for (std::size_t i = 0; i < n; ++i) holds_[i] = holds_anyway(p, i);
  if (p.choice.condition >= 0) {
    const bool moved = !children_.changed.empty();
    const double* holds = data(p.condition);
    if (moved && p.choice.of_siblings) {
      run(*schooling.condition_program);
      holds = result(*schooling.condition_program, schooling.conditions[static_cast<std::size_t>(p.choice.condition)].output);
    }
    std::copy_n(holds, n, holds_.begin());
    if (moved && !p.choice.of_siblings)
      for (const std::int32_t child : children_.changed) {
        const auto c = static_cast<std::size_t>(child);
        holds_[static_cast<std::size_t>(children_.person[c])] = children_.holds[static_cast<std::size_t>(p.choice.condition)][children_.chosen[c]][c];
      }
  }
  if (p.choice.limit.index < 0) return holds_.data();
  if (p.programme->entity == Entity::household) {
    for (std::size_t h = 0; h < n; ++h) holds_[h] = member[h] != 0 && passes(p, world, h, children_.earnings_change[h]) ? holds_[h] : 0.0;
    return holds_.data();
  }
  scratch_.assign(n, 0);
  for (std::size_t c = 0; c < children_.size(); ++c)
    scratch_[static_cast<std::size_t>(children_.person[c])] = children_.earnings[children_.chosen[c]][c] - children_.earnings[children_.seen[c]][c];
  for (std::size_t i = 0; i < n; ++i)
    holds_[i] = member[i] != 0 && passes(p, world, household_of(Entity::person, i), scratch_[i]) ? holds_[i] : 0.0;
  return holds_.data();
}

/// Recorded cash of who is paid as in the data; the amount of the rule for those who came to be paid.
const double* BlockProcessor::recorded_by_choice(const CompiledProgramme& p, const BoundProgram& world, const double* recorded,
                                                 std::span<const double> receives) {
  if (children_.changed.empty() || p.cash.index < 0) return recorded;
  const ProgrammeState& before = observed_[static_cast<std::size_t>(p.choice.observed)];
  const double *amount = result(world, p.cash), *delivery = p.delivery.index >= 0 ? result(world, p.delivery) : nullptr;
  recorded_.assign(recorded, recorded + receives.size());
  for (std::size_t i = 0; i < receives.size(); ++i)
    if (receives[i] != before.receives[i]) recorded_[i] = receives[i] == 0 ? 0.0 : delivery == nullptr ? amount[i] : amount[i] * delivery[i];
  return recorded_.data();
}

void BlockProcessor::require_cap(const CompiledProgramme& p, double cap, std::size_t h) {
  if (not_finite(cap) != 0) faults_.add("programme '" + p.programme->name + "': schooling.cap is missing", block_.id[h]);
}

void BlockProcessor::cap_cash(const CompiledProgramme& p, const BoundProgram& world, std::vector<double>& cash) {
  const double* cap = result(world, p.choice.cap);
  for (std::size_t h = 0; h < cash.size(); ++h) {
    if (cash[h] == 0) continue;
    require_cap(p, cap[h], h);
    cash[h] = std::min(cash[h], cap[h]);
  }
}

void BlockProcessor::add_pull(const ChoiceSide& side, ChoiceValue& value) {
  value.pulls = false;
  const auto add = [&](const double* delta, auto reached) {
    if (!value.pulls) value.pull.assign(children_.size(), 0);
    value.pulls = true;
    for (std::size_t c = 0; c < children_.size(); ++c) {
      if (!reached(children_.person[c])) continue;
      value.pull[c] += delta[children_.person[c]];
      if (not_finite(value.pull[c]) != 0) faults_.add("schooling.delta of a child that is reached is missing", children_.id[c]);
    }
  };
  for (std::size_t p = 0; p < side.programmes.size(); ++p) {
    if (side.programmes[p].choice.delta.index < 0) continue;
    const double* arrives = reach(side.programmes[p], side.world, Entity::person, side.states[p]);
    add(result(side.world, side.programmes[p].choice.delta), [=](std::int32_t i) { return arrives[i] != 0; });
  }
  for (const ChoiceInteraction& interaction : side.choice.interactions) {
    std::vector<const double*> arrives;
    for (const std::size_t p : interaction.programmes) arrives.push_back(reach(side.programmes[p], side.world, Entity::person, side.states[p]));
    add(result(side.world, interaction.delta), [&](std::int32_t i) {
      return std::all_of(arrives.begin(), arrives.end(), [i](const double* a) { return a[i] != 0; });
    });
  }
}

/// Cash and value in kind of a unit that is paid.
BlockProcessor::Due BlockProcessor::due(const CompiledProgramme& p, const BoundProgram& world) const {
  const auto column = [&](Output output) { return output.index < 0 ? nullptr : result(world, output); };
  return {column(p.cash), column(p.in_kind), column(p.delivery)};
}

/// Programmes that a child's own state alone decides upon, in all alternatives of all children.
void BlockProcessor::add_own_payments(const ChoiceSide& side, ChoiceValue& value) {
  value.pays = side.choice.in_order;
  for (auto& money : value.money) money.resize(children_.size());
  if (value.pays)
    for (auto& money : value.money) std::fill(money.begin(), money.end(), 0.0);
  for (std::size_t q = 0; q < side.programmes.size(); ++q) {
    const CompiledProgramme& p = side.programmes[q];
    if (!p.choice.pays_by_choice || p.choice.in_order) continue;
    find_worth(side, q);
    if (p.choice.limit.index >= 0) add_tested(p, side.world, value);
    else add_untested(p, value);
    value.pays = true;
  }
}

/// What a programme is worth to each child that is paid; 0 to those who are no members.
void BlockProcessor::find_worth(const ChoiceSide& side, std::size_t q) {
  const Due each = due(side.programmes[q], side.world);
  const double *member = side.states[q].member.data(), *cash = each.cash, pass = side.choice.pass_cash;
  const std::int32_t* person = children_.person.data();
  worth_.resize(children_.size());
  double* worth = worth_.data();
  if (cash != nullptr && each.in_kind == nullptr && each.delivery == nullptr)
    for (std::size_t c = 0; c < worth_.size(); ++c) worth[c] = member[person[c]] != 0 ? pass * cash[person[c]] : 0.0;
  else
    for (std::size_t c = 0; c < worth_.size(); ++c)
      worth[c] = member[person[c]] != 0 ? each.worth(static_cast<std::size_t>(person[c]), side.choice) : 0.0;
}

void BlockProcessor::add_untested(const CompiledProgramme& p, ChoiceValue& value) {
  const std::size_t n = children_.size();
  const double* worth = worth_.data();
  std::int64_t odd = 0;
  for (std::size_t j = 0; j < study_.schooling->alternatives; ++j) {
    const double* holds = p.choice.condition < 0 ? nullptr : children_.holds[static_cast<std::size_t>(p.choice.condition)][j].data();
    double* money = value.money[j].data();
    const auto add = [&](auto paid) {
      if (value.pays)
        for (std::size_t c = 0; c < n; ++c) money[c] += paid(c);
      else
        for (std::size_t c = 0; c < n; ++c) money[c] = paid(c);
    };
    if (holds == nullptr) add([=](std::size_t c) { return worth[c]; });
    else add([=](std::size_t c) { return worth[c] == 0 ? 0.0 : holds[c] * worth[c]; });
    for (std::size_t c = 0; c < n; ++c) odd |= not_finite(money[c]);
  }
  if (odd == 0) return;
  for (std::size_t j = 0; j < study_.schooling->alternatives; ++j)
    for (std::size_t c = 0; c < n; ++c)
      if (not_finite(value.money[j][c]) != 0)
        faults_.add("programme '" + p.programme->name + "': the condition or the amount of a child is missing in one of the states that it may choose", children_.id[c]);
}

/// Of a child that is a member: a missing amount would make it keep its state, or leave school, without a word.
void BlockProcessor::require_payment(const CompiledProgramme& p, double holds, double worth, std::size_t child) {
  if (std::isnan(holds)) faults_.add("programme '" + p.programme->name + "': the condition is missing", children_.id[child]);
  if (holds != 0 && not_finite(worth) != 0) faults_.add("programme '" + p.programme->name + "': the amount of a recipient is missing", children_.id[child]);
}

void BlockProcessor::add_tested(const CompiledProgramme& p, const BoundProgram& world, ChoiceValue& value) {
  for (std::size_t j = 0; j < study_.schooling->alternatives; ++j)
    for (std::size_t c = 0; c < children_.size(); ++c) {
      if (!value.pays) value.money[j][c] = 0;
      if (worth_[c] == 0) continue;
      const double holds = p.choice.condition < 0 ? holds_anyway(p, static_cast<std::size_t>(children_.person[c]))
                                                  : children_.holds[static_cast<std::size_t>(p.choice.condition)][j][c];
      const double more = children_.earnings[j][c] - children_.earnings[children_.seen[c]][c];
      require_payment(p, holds, worth_[c], c);
      if (passes(p, world, static_cast<std::size_t>(children_.household[c]), more)) value.money[j][c] += holds * worth_[c];
    }
}

/// Of what a condition on several members pays to somebody who does not choose, no child would see what it can lose.
void BlockProcessor::refuse_payments_to_others(const CompiledProgramme& p, const ProgrammeState& state) {
  if (!p.choice.of_siblings || p.programme->entity == Entity::household || children_.rounds.empty()) return;
  chooses_.assign(block_.rows.persons, 0);
  for (const std::int32_t i : children_.person) chooses_[static_cast<std::size_t>(i)] = 1;
  for (const std::int32_t oldest : children_.rounds.front()) {
    const auto h = static_cast<std::size_t>(children_.household[static_cast<std::size_t>(oldest)]);
    for (auto i = block_.rows.person_begin[h]; i < block_.rows.person_begin[h + 1]; ++i)
      if (state.member[static_cast<std::size_t>(i)] != 0 && chooses_[static_cast<std::size_t>(i)] == 0)
        faults_.add("programme '" + p.programme->name + "' pays a person who does not choose by what children choose, who would not see what they can lose. Make it a programme of the household (entity = \"household\"), or pay each child by its own choice", block_.id[h]);
  }
}

/// What of a capped programme goes to members who do not choose: it comes first.
void BlockProcessor::begin_order(const ChoiceSide& side) {
  const std::size_t households = block_.rows.households;
  in_order_.resize(side.programmes.size());
  show_data();
  children_.earnings_change.assign(households, 0);
  for (std::size_t q = 0; q < side.programmes.size(); ++q) {
    const CompiledProgramme& p = side.programmes[q];
    if (!p.choice.in_order) continue;
    refuse_payments_to_others(p, side.states[q]);
    for (auto& cash : in_order_[q].cash) cash.assign(children_.size(), 0);
    in_order_[q].spent.assign(households, 0);
    if (p.choice.cap.index < 0) continue;
    const Due each = due(p, side.world);
    const std::span<const double> member = side.states[q].member;
    const double* holds = holds_by_choice(p, side.world, member);
    for (const std::int32_t i : children_.person) holds_[static_cast<std::size_t>(i)] = 0;
    for (std::size_t i = 0; i < block_.rows.persons; ++i)
      if (member[i] != 0 && holds[i] != 0) in_order_[q].spent[static_cast<std::size_t>(block_.household_of[i])] += each.money(i);
  }
}

/// Payments that depend on siblings, to the children of a round: older ones have decided, younger ones are as in the data.
void BlockProcessor::add_payments_in_order(const ChoiceSide& side, std::span<const std::int32_t> round, ChoiceValue& value) {
  const CompiledSchooling& schooling = *study_.schooling;
  const bool of_siblings = std::any_of(side.programmes.begin(), side.programmes.end(), [](const CompiledProgramme& p) { return p.choice.of_siblings; });
  for (std::size_t j = 0; j < schooling.alternatives; ++j) {
    show(round, j);
    if (of_siblings) run(*schooling.condition_program);
    for (std::size_t q = 0; q < side.programmes.size(); ++q)
      if (side.programmes[q].choice.in_order) add_payment(side, q, j, round, value);
  }
}

void BlockProcessor::add_payment(const ChoiceSide& side, std::size_t q, std::size_t alternative, std::span<const std::int32_t> round, ChoiceValue& value) {
  const CompiledSchooling& schooling = *study_.schooling;
  const CompiledProgramme& p = side.programmes[q];
  const bool of_household = p.programme->entity == Entity::household;
  const double* member = side.states[q].member.data();
  const double* together = p.choice.of_siblings ? result(*schooling.condition_program, schooling.conditions[static_cast<std::size_t>(p.choice.condition)].output) : nullptr;
  const double* cap = p.choice.cap.index >= 0 ? result(side.world, p.choice.cap) : nullptr;
  const Due each = due(p, side.world);
  for (const std::int32_t child : round) {
    const auto c = static_cast<std::size_t>(child);
    const auto h = static_cast<std::size_t>(children_.household[c]);
    const std::size_t unit = of_household ? h : static_cast<std::size_t>(children_.person[c]);
    in_order_[q].cash[alternative][c] = 0;
    if (member[unit] == 0) continue;
    const double holds = together != nullptr         ? together[unit]
                         : p.choice.condition < 0 ? holds_anyway(p, unit)
                                                  : children_.holds[static_cast<std::size_t>(p.choice.condition)][alternative][c];
    const double more = children_.earnings[alternative][c] - children_.earnings[children_.seen[c]][c] + (of_household ? children_.earnings_change[h] : 0.0);
    require_payment(p, holds, each.worth(unit, side.choice), c);
    if (holds == 0 || !passes(p, side.world, h, more)) continue;
    const double full = each.money(unit);
    if (cap != nullptr) require_cap(p, cap[h], h);
    const double cash = cap == nullptr ? full : std::min(full, std::max(0.0, cap[h] - in_order_[q].spent[h]));
    in_order_[q].cash[alternative][c] = cash;
    value.money[alternative][c] += side.choice.pass_cash * cash + side.choice.theta * each.value(unit);
  }
}

/// The children of a round are in the states chosen now.
void BlockProcessor::settle(const ChoiceSide& side, std::span<const std::int32_t> round) {
  for (const std::int32_t child : round) {
    const auto c = static_cast<std::size_t>(child);
    const auto h = static_cast<std::size_t>(children_.household[c]);
    const std::uint8_t k = children_.chosen[c];
    show({&child, 1}, k);
    children_.earnings_change[h] += children_.earnings[k][c] - children_.earnings[children_.seen[c]][c];
    for (std::size_t q = 0; q < side.programmes.size(); ++q)
      if (side.programmes[q].choice.in_order) in_order_[q].spent[h] += in_order_[q].cash[k][c];
  }
}

}  // namespace puente
