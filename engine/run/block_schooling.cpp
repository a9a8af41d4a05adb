// The part of BlockProcessor that lets children choose between school and work: who they are and what they would do at the
// policy seen in the data, found once a block; then, in each scenario, what differs from it.
#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
#include "engine/run/members.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

namespace {

constexpr auto out_of_school = static_cast<std::uint8_t>(SchoolState::out);

void clear(BlockChildren& children) {
  for (auto* column : {&children.person, &children.household, &children.changed}) column->clear();
  children.id.clear();
  children.line.clear();
  children.seen.clear();
}

}  // namespace

const double* BlockProcessor::column_by_choice(std::size_t outcome) const {
  return outcome == study_.schooling->attends_outcome ? children_.attends.data() : children_.works.data();
}

/// Whether a person chooses and everything is known of its state; what is not becomes a fault.
bool BlockProcessor::is_sound_child(std::size_t person) {
  const CompiledSchooling& schooling = *study_.schooling;
  const std::int64_t id = household_id(Entity::person, person);
  const double is_child = data(schooling.children)[person], attends = data(schooling.attends)[person];
  if (std::isnan(is_child)) faults_.add("schooling.children is missing for a person", id);
  if (is_child != 1) return false;
  if (std::isnan(attends)) {
    faults_.add("a child is in no state: the column of schooling.attends is missing. Give it a value under [missing], or take the child out of schooling.children", id);
    return false;
  }
  if (schooling.alternatives == 3 && attends != 0 && std::isnan(data(schooling.works)[person])) {
    faults_.add("a child is in no state: it attends, and the column of schooling.works is missing (often it is asked from some age on). Narrow schooling.children, or take a model of two states", id);
    return false;
  }
  return true;
}

void BlockProcessor::gather_children() {
  const CompiledSchooling& schooling = *study_.schooling;
  const rules::Rows& rows = block_.rows;
  clear(children_);
  for (auto& round : children_.rounds) round.clear();
  const double *attends = data(schooling.attends), *works = schooling.works.index >= 0 ? data(schooling.works) : nullptr;
  const double* age = schooling.age.index >= 0 ? data(schooling.age) : nullptr;
  std::vector<std::int32_t>& siblings = siblings_;
  for (std::size_t h = 0; h < rows.households; ++h) {
    if (drops(h)) continue;
    siblings.clear();
    for (auto i = rows.person_begin[h]; i < rows.person_begin[h + 1]; ++i)
      if (is_sound_child(static_cast<std::size_t>(i))) siblings.push_back(i);
    if (age != nullptr) std::stable_sort(siblings.begin(), siblings.end(), [&](std::int32_t a, std::int32_t b) { return age[a] > age[b]; });
    children_.rounds.resize(std::max(children_.rounds.size(), siblings.size()));
    for (std::size_t r = 0; r < siblings.size(); ++r) {
      const std::int32_t i = siblings[r];
      children_.rounds[r].push_back(static_cast<std::int32_t>(children_.person.size()));
      children_.person.push_back(i);
      children_.household.push_back(static_cast<std::int32_t>(h));
      children_.id.push_back(rows.id[h]);
      children_.line.push_back(rows.line[i]);
      const bool only = works != nullptr && attends[i] != 0 && works[i] == 0;
      children_.seen.push_back(static_cast<std::uint8_t>(attends[i] == 0 ? SchoolState::out : only ? SchoolState::school_only : SchoolState::school_and_work));
    }
  }
  children_.chosen = children_.seen;
  children_.earnings_change.assign(rows.households, 0);
  if (schooling.household_income.index >= 0) {
    children_.income.assign(data(schooling.household_income), data(schooling.household_income) + rows.households);
  } else {
    resource_of_households(children_.income);
  }
  children_.contained.resize(study_.observed.size());
  find_wages();
  find_child_earnings();
  find_conditions_of_children();
}

/// Σ coefficient × covariate of every child; one that is missing is a fault.
void BlockProcessor::add_covariates(const std::vector<Covariate>& covariates, const std::vector<Output>& outputs, std::size_t coefficient,
                                    std::vector<double>& sum) {
  for (std::size_t z = 0; z < covariates.size(); ++z) {
    const double* x = data(outputs[z]);
    const double by = covariates[z].coefficients[coefficient];
    for (std::size_t c = 0; c < children_.size(); ++c) sum[c] += by * x[children_.person[c]];
    if (coefficient > 0) continue;
    for (std::size_t c = 0; c < children_.size(); ++c)
      if (not_finite(x[children_.person[c]]) != 0) faults_.add("covariate '" + covariates[z].name + "' of a child is missing", children_.id[c]);
  }
}

/// What a child can earn if it does not attend: as given, or the fitted value of the model.
void BlockProcessor::find_wages() {
  const CompiledSchooling& schooling = *study_.schooling;
  const SchoolingModel& model = *study_.model.schooling->model;
  std::vector<double>& wage = children_.wage;
  wage.assign(children_.size(), 0);
  if (schooling.wage_given.index >= 0) {
    const double* given = data(schooling.wage_given);
    for (std::size_t c = 0; c < wage.size(); ++c) {
      wage[c] = given[children_.person[c]];
      if (not_finite(wage[c]) != 0) faults_.add("schooling.wage of a child is missing", children_.id[c]);
    }
  } else if (model.earnings) {
    add_covariates(model.earnings->covariates, schooling.earnings_covariates, 0, wage);
    for (double& w : wage) w = exp(w) * schooling.wage_unit;
  }
}

/// What a child earns in each alternative. A child that works goes on for M of it beside school; one that does not work now
/// gains the fitted wage with a residual of its own, if it works at all. Of two states, D is what is left at school.
void BlockProcessor::find_child_earnings() {
  const CompiledSchooling& schooling = *study_.schooling;
  const SchoolingModel& model = *study_.model.schooling->model;
  const std::size_t n = children_.size();
  std::vector<double>& draw = scratch_;
  draw.resize(n);
  draw_uniforms(schooling.works_key, n, children_.id.data(), children_.line.data(), 0, draw.data());
  children_.works_when_out.resize(n);
  for (std::size_t c = 0; c < n; ++c) children_.works_when_out[c] = draw[c] < model.working_when_out ? 1 : 0;
  for (auto& earnings : children_.earnings) earnings.assign(n, 0);
  if (!schooling.has_earnings) return;
  const double sigma = schooling.wage_given.index < 0 && model.earnings ? model.earnings->sigma : 0;
  draw_uniforms(schooling.wage_key, n, children_.id.data(), children_.line.data(), 0, draw.data());
  const double* seen = data(schooling.earnings);
  const bool three = schooling.alternatives == 3;
  const double beside = three ? model.structure.m : model.structure.d;  // of what is earned out of school
  for (std::size_t c = 0; c < n; ++c) {
    const double e = seen[children_.person[c]];
    if (!(e >= 0) || not_finite(e) != 0) faults_.add("schooling.earnings of a child is missing or negative: one that earns nothing has 0, as with coalesce(…, 0)", children_.id[c]);
    const double gain = sigma > 0 ? children_.wage[c] * exp(sigma * inverse_normal_cdf(draw[c])) : children_.wage[c];
    const std::uint8_t k = children_.seen[c];
    const bool earns = e > 0 && k != static_cast<std::uint8_t>(SchoolState::school_only);
    const double alone = k == out_of_school ? (earns ? e : gain) : earns && beside > 0 ? e / beside : gain;
    const bool worked = earns || (three && k == static_cast<std::uint8_t>(SchoolState::school_and_work));
    children_.earnings[0][c] = worked || children_.works_when_out[c] != 0 ? alone : 0;
    children_.earnings[1][c] = beside * (three || worked ? alone : 0);
    children_.earnings[k][c] = e;
    if (worked) children_.works_when_out[c] = 1;
  }
}

/// Shows conditions that read the choice these children in an alternative; the others as they are shown.
void BlockProcessor::show(std::span<const std::int32_t> some, std::size_t alternative) {
  const CompiledSchooling& schooling = *study_.schooling;
  const double* works = schooling.works.index >= 0 ? data(schooling.works) : nullptr;
  const double* attends = data(schooling.attends);
  for (const std::int32_t c : some) {
    const std::int32_t i = children_.person[static_cast<std::size_t>(c)];
    const bool kept = alternative == children_.seen[static_cast<std::size_t>(c)];
    children_.attends[i] = kept ? attends[i] : CompiledSchooling::is_at_school(alternative) ? 1.0 : 0.0;
    if (works != nullptr) children_.works[i] = kept ? works[i] : works_in(static_cast<std::size_t>(c), alternative);
  }
}

double BlockProcessor::works_in(std::size_t child, std::size_t alternative) const {
  if (alternative == out_of_school) return children_.works_when_out[child] != 0 ? 1.0 : 0.0;
  return alternative == static_cast<std::size_t>(SchoolState::school_and_work) ? 1.0 : 0.0;
}

void BlockProcessor::show_data() {
  const CompiledSchooling& schooling = *study_.schooling;
  const std::size_t n = block_.rows.persons;
  children_.attends.assign(data(schooling.attends), data(schooling.attends) + n);
  if (schooling.works.index >= 0) children_.works.assign(data(schooling.works), data(schooling.works) + n);
}

/// Conditions of the child alone, in each alternative.
void BlockProcessor::find_conditions_of_children() {
  const CompiledSchooling& schooling = *study_.schooling;
  if (schooling.condition_program == nullptr) return;
  children_.holds.resize(schooling.conditions.size());
  children_.everybody.resize(children_.size());
  for (std::size_t c = 0; c < children_.size(); ++c) children_.everybody[c] = static_cast<std::int32_t>(c);
  show_data();
  for (std::size_t j = 0; j < schooling.alternatives; ++j) {
    show(children_.everybody, j);
    run(*schooling.condition_program);
    for (std::size_t q = 0; q < schooling.conditions.size(); ++q) {
      if (schooling.conditions[q].of_siblings) continue;
      const double* holds = result(*schooling.condition_program, schooling.conditions[q].output);
      std::vector<double>& of_children = children_.holds[q][j];
      of_children.resize(children_.size());
      for (std::size_t c = 0; c < children_.size(); ++c) of_children[c] = holds[children_.person[c]];
    }
  }
  show_data();
}

/// What the observed resource of a household contains of the programme's own cash, of which its means test takes no notice.
void BlockProcessor::find_contained(std::size_t o) {
  const CompiledProgramme& p = study_.observed[o];
  std::vector<double>& contained = children_.contained[o];
  contained.assign(block_.rows.households, 0);
  if (p.choice.limit.index < 0 || !p.programme->cash || !p.programme->cash->in_resource) return;
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

/// Whether the programme pays each of its units in the states that are chosen now: its condition and its means test.
const double* BlockProcessor::holds_by_choice(const CompiledProgramme& p, const BoundProgram& world) {
  const CompiledSchooling& schooling = *study_.schooling;
  const std::size_t n = block_.rows.count(p.programme->entity);
  holds_.assign(n, 1);
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
    for (std::size_t h = 0; h < n; ++h) holds_[h] = passes(p, world, h, children_.earnings_change[h]) ? holds_[h] : 0.0;
    return holds_.data();
  }
  scratch_.assign(n, 0);
  for (std::size_t c = 0; c < children_.size(); ++c)
    scratch_[static_cast<std::size_t>(children_.person[c])] = children_.earnings[children_.chosen[c]][c] - children_.earnings[children_.seen[c]][c];
  for (std::size_t i = 0; i < n; ++i) holds_[i] = passes(p, world, household_of(Entity::person, i), scratch_[i]) ? holds_[i] : 0.0;
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

void BlockProcessor::cap_cash(const CompiledProgramme& p, const BoundProgram& world, std::vector<double>& cash) {
  const double* cap = result(world, p.choice.cap);
  require_present(cap, Entity::household, [&] { return "programme '" + p.programme->name + "': schooling.cap is missing"; });
  for (std::size_t h = 0; h < cash.size(); ++h) cash[h] = std::min(cash[h], cap[h]);
}

// What programmes are worth to a child ------------------------------------------------------------------------------

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

void BlockProcessor::add_tested(const CompiledProgramme& p, const BoundProgram& world, ChoiceValue& value) {
  for (std::size_t j = 0; j < study_.schooling->alternatives; ++j)
    for (std::size_t c = 0; c < children_.size(); ++c) {
      if (!value.pays) value.money[j][c] = 0;
      if (worth_[c] == 0) continue;
      const double holds = p.choice.condition < 0 ? 1.0 : children_.holds[static_cast<std::size_t>(p.choice.condition)][j][c];
      const double more = children_.earnings[j][c] - children_.earnings[children_.seen[c]][c];
      if (std::isnan(holds)) faults_.add("programme '" + p.programme->name + "': the condition is missing", children_.id[c]);
      if (passes(p, world, static_cast<std::size_t>(children_.household[c]), more)) value.money[j][c] += holds * worth_[c];
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
    for (auto& cash : in_order_[q].cash) cash.assign(children_.size(), 0);
    in_order_[q].spent.assign(households, 0);
    if (p.choice.cap.index < 0) continue;
    const Due each = due(p, side.world);
    const double *holds = holds_by_choice(p, side.world), *member = side.states[q].member.data();
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
    const double holds = together != nullptr ? together[unit] : p.choice.condition < 0 ? 1.0 : children_.holds[static_cast<std::size_t>(p.choice.condition)][alternative][c];
    const double more = children_.earnings[alternative][c] - children_.earnings[children_.seen[c]][c] + (of_household ? children_.earnings_change[h] : 0.0);
    if (std::isnan(holds)) faults_.add("programme '" + p.programme->name + "': the condition is missing", children_.id[c]);
    if (holds == 0 || !passes(p, side.world, h, more)) continue;
    const double full = each.money(unit);
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

// The choice seen in the data ---------------------------------------------------------------------------------------

/// What of a child's household's money in the data depends on its choice.
void BlockProcessor::take_out_payments(std::vector<double>& money) {
  for (std::size_t o = 0; o < study_.observed.size(); ++o) {
    const CompiledProgramme& p = study_.observed[o];
    if (!p.choice.pays_by_choice) continue;
    const bool of_household = p.programme->entity == Entity::household, cash = p.programme->cash && p.programme->cash->in_resource;
    const bool in_kind = p.programme->in_kind && p.programme->in_kind->in_resource && p.valued_at.index >= 0;
    const double* recorded = p.cash_observed.index >= 0 ? data(p.cash_observed) : nullptr;
    const Due each = due(p, *study_.data);
    const double* receives = observed_[o].receives.data();
    for (std::size_t c = 0; c < children_.size(); ++c) {
      const auto h = static_cast<std::size_t>(children_.household[c]);
      const std::size_t unit = of_household ? h : static_cast<std::size_t>(children_.person[c]);
      if (cash && recorded != nullptr) money[c] -= recorded[unit];
      else if (cash && of_household) money[c] -= observed_[o].cash[h];
      else if (cash && p.choice.in_order) money[c] -= in_order_[o].cash[children_.seen[c]][c];
      else if (cash && receives[unit] != 0) money[c] -= each.money(unit);
      if (in_kind && receives[unit] != 0) money[c] -= each.value(unit) * data(p.valued_at)[unit];
    }
  }
}

/// What is observed of programmes that the choice does not touch and that the data's money does not contain.
void BlockProcessor::add_uncontained(std::vector<double>& household) {
  household.assign(block_.rows.households, 0);
  for (std::size_t o = 0; o < study_.observed.size(); ++o) {
    const CompiledProgramme& p = study_.observed[o];
    if (p.choice.pays_by_choice) continue;
    const ChoiceWorld& choice = study_.schooling->observed;
    const bool cash = p.programme->cash && !p.programme->cash->in_resource, in_kind = p.programme->in_kind && !p.programme->in_kind->in_resource;
    for (std::size_t h = 0; cash && h < household.size(); ++h) household[h] += choice.pass_cash * observed_[o].cash[h];
    for (std::size_t h = 0; in_kind && h < household.size(); ++h) household[h] += choice.theta * observed_[o].in_kind[h];
  }
}

/// Utilities at the policy seen, with the model's constants.
void BlockProcessor::find_utilities() {
  const CompiledSchooling& schooling = *study_.schooling;
  const SchoolingModel& model = *study_.model.schooling->model;
  const std::size_t n = children_.size();
  const ChoiceSide side{study_.observed, observed_, *study_.data, schooling.observed};
  add_pull(side, children_.observed);
  add_own_payments(side, children_.observed);
  if (schooling.observed.in_order) {
    begin_order(side);
    for (const auto& round : children_.rounds) {
      add_payments_in_order(side, round, children_.observed);
      settle(side, round);
    }
  }
  std::vector<double> uncontained;
  add_uncontained(uncontained);
  std::vector<double>& money = scratch_;
  money.resize(n);
  for (std::size_t c = 0; c < n; ++c) {
    const auto h = static_cast<std::size_t>(children_.household[c]);
    if (not_finite(children_.income[h]) != 0) faults_.add("the income of a child's household is missing", children_.id[c]);
    money[c] = children_.income[h] - children_.earnings[children_.seen[c]][c] + uncontained[h];
  }
  take_out_payments(money);
  const ChoiceValue& seen = children_.observed;
  for (std::size_t j = 0; j < schooling.alternatives; ++j) {
    std::vector<double>& v = utility_[j];
    v.assign(n, 0);
    if (j > 0) add_covariates(model.covariates, schooling.covariates, j - 1, v);
    for (std::size_t c = 0; c < n; ++c)
      v[c] += schooling.income[j] * money[c] + schooling.wage[j] * children_.wage[c] + schooling.alpha[j] * (seen.pays ? seen.money[j][c] : 0.0) + (j > 0 && seen.pulls ? seen.pull[c] : 0.0);
  }
}

/// What must be true of each child for it to have chosen what it did.
void BlockProcessor::draw_residuals() {
  for (auto& gap : children_.gap) gap.assign(children_.size(), 0);
  if (!faults_.empty()) return;
  align_constants();
  add_taste();
  draw_gaps();
}

void BlockProcessor::align_constants() {
  const ConstantAlignment& alignment = study_.schooling->alignment;
  if (alignment.cell.index < 0) return;
  const double* cell = data(alignment.cell);
  for (std::size_t j = 1; j < study_.schooling->alternatives; ++j)
    for (std::size_t c = 0; c < children_.size(); ++c) utility_[j][c] += alignment.shift[static_cast<std::size_t>(cell[children_.person[c]])][j];
}

/// What siblings share, given what all of them are seen to do.
void BlockProcessor::add_taste() {
  const CompiledSchooling& schooling = *study_.schooling;
  if (!taste_) return;
  unit_uniforms(schooling.taste_key, Entity::household, uniform_);
  std::vector<double> advantage;
  std::vector<std::uint8_t> attends;
  for (std::size_t first = 0, last = 0; first < children_.size(); first = last) {
    advantage.clear();
    attends.clear();
    for (last = first; last < children_.size() && children_.household[last] == children_.household[first]; ++last) {
      const double one = utility_[1][last] - utility_[0][last];
      const double other = schooling.alternatives == 3 ? utility_[2][last] - utility_[0][last] : one;
      const double most = std::max(one, other);
      advantage.push_back(schooling.alternatives == 3 ? most + log(exp(one - most) + exp(other - most)) : one);
      attends.push_back(CompiledSchooling::is_at_school(children_.seen[last]) ? 1 : 0);
    }
    const double taste = taste_->draw(advantage, attends, uniform_[static_cast<std::size_t>(children_.household[first])]);
    for (std::size_t c = first; c < last; ++c)
      for (std::size_t j = 1; j < schooling.alternatives; ++j) utility_[j][c] += taste;
  }
}

void BlockProcessor::draw_gaps() {
  const CompiledSchooling& schooling = *study_.schooling;
  const std::size_t n = children_.size(), alternatives = schooling.alternatives;
  for (std::size_t d = 0; d < alternatives; ++d) {
    draws_[d].resize(n);
    draw_uniforms(schooling.draw_keys[d], n, children_.id.data(), children_.line.data(), 0, draws_[d].data());
  }
  for (std::size_t c = 0; c < n; ++c) {
    std::array<double, most_alternatives> v{}, u{};
    for (std::size_t j = 0; j < alternatives; ++j) {
      v[j] = utility_[j][c];
      u[j] = draws_[j][c];
    }
    const LatentDraw draw = draw_latent(std::span(v.data(), alternatives), children_.seen[c], u);
    for (std::size_t j = 0; j < alternatives; ++j) children_.gap[j][c] = draw.gap[j];
  }
}

// The choice in a scenario ------------------------------------------------------------------------------------------

/// What changed of the household's money that does not depend on the choice, as the utilities see it.
void BlockProcessor::find_income_change(std::size_t s) {
  const CompiledScenario& scenario = study_.scenarios[s];
  std::vector<double>& change = children_.income_change;
  change.assign(block_.rows.households, 0);
  for (const MoneyChange& source : state_.changes)
    with_change(source, [&](auto of) {
      for (std::size_t h = 0; h < change.size(); ++h) change[h] += of(h);
    });
  const ChoiceWorld &now = scenario.choice, &seen = study_.schooling->observed;
  const auto add = [&](const double* a, double times_a, const double* b, double times_b) {
    for (std::size_t h = 0; h < change.size(); ++h) change[h] += (a == nullptr ? 0.0 : times_a * a[h]) - (b == nullptr ? 0.0 : times_b * b[h]);
  };
  const auto add_programme = [&](const ProgrammeState* is, const ProgrammeState* was, const Programme& programme) {
    if (programme.cash) add(is == nullptr ? nullptr : is->cash.data(), now.pass_cash, was == nullptr ? nullptr : was->cash.data(), seen.pass_cash);
    if (programme.in_kind) add(is == nullptr ? nullptr : is->in_kind.data(), now.theta, was == nullptr ? nullptr : was->in_kind.data(), seen.theta);
  };
  std::vector<bool> told(study_.observed.size(), false);
  for (std::size_t p = 0; p < scenario.programmes.size(); ++p) {
    const CompiledProgramme& compiled = scenario.programmes[p];
    if (compiled.choice.pays_by_choice) continue;
    const int o = compiled.observed_index;
    const bool before = o >= 0 && !study_.observed[static_cast<std::size_t>(o)].choice.pays_by_choice;
    if (before) told[static_cast<std::size_t>(o)] = true;
    add_programme(&state_.programmes[p], before ? &observed_[static_cast<std::size_t>(o)] : nullptr, *compiled.programme);
  }
  for (std::size_t o = 0; o < told.size(); ++o)
    if (!told[o] && !study_.observed[o].choice.pays_by_choice) add_programme(nullptr, &observed_[o], *study_.observed[o].programme);
}

/// Change of the utilities of children [first, last) against the policy seen. What is the same as there comes to 0 exactly.
void BlockProcessor::find_utility_changes(std::size_t first, std::size_t last, const double* wage_now) {
  const CompiledSchooling& schooling = *study_.schooling;
  const ChoiceValue &now = children_.now, &seen = children_.observed;
  const double* income = children_.income_of_child.data();
  for (std::size_t j = 0; j < schooling.alternatives; ++j) {
    const double alpha = schooling.alpha[j], *m = now.money[j].data(), *before = seen.money[j].data();
    double* change = children_.change[j].data();
    if (now.pays && seen.pays)
      for (std::size_t c = first; c < last; ++c) change[c] = alpha * ((m[c] - before[c]) + income[c]);
    else if (now.pays)
      for (std::size_t c = first; c < last; ++c) change[c] = alpha * (m[c] + income[c]);
    else if (seen.pays)
      for (std::size_t c = first; c < last; ++c) change[c] = alpha * (income[c] - before[c]);
    else
      for (std::size_t c = first; c < last; ++c) change[c] = alpha * income[c];
    if (j == 0) continue;
    const double *pull = now.pull.data(), *pulled = seen.pull.data();
    if (now.pulls && seen.pulls)
      for (std::size_t c = first; c < last; ++c) change[c] += pull[c] - pulled[c];
    else if (now.pulls)
      for (std::size_t c = first; c < last; ++c) change[c] += pull[c];
    else if (seen.pulls)
      for (std::size_t c = first; c < last; ++c) change[c] -= pulled[c];
    if (wage_now != nullptr)
      for (std::size_t c = first; c < last; ++c) change[c] += schooling.wage[j] * (wage_now[children_.person[c]] - children_.wage[c]);
  }
}

/// Where all children decide at once, nothing they see depends on the others.
void BlockProcessor::choose(std::size_t s) {
  const CompiledSchooling& schooling = *study_.schooling;
  const CompiledScenario& scenario = study_.scenarios[s];
  const std::size_t n = children_.size();
  const ChoiceSide side{scenario.programmes, state_.programmes, *study_.policies[scenario.policy], scenario.choice};
  children_.changed.clear();
  children_.chosen = children_.seen;
  find_income_change(s);
  children_.income_of_child.resize(n);
  for (std::size_t c = 0; c < n; ++c) children_.income_of_child[c] = children_.income_change[static_cast<std::size_t>(children_.household[c])];
  if (scenario.choice.wage != nullptr) run(*scenario.choice.wage);
  const double* wage = scenario.choice.wage == nullptr ? nullptr : result(*scenario.choice.wage, scenario.choice.wage_output);
  add_pull(side, children_.now);
  add_own_payments(side, children_.now);
  for (auto& change : children_.change) change.resize(n);
  const auto decide = [&](std::size_t first, std::size_t count) {
    AlternativeColumns gap{}, change{};
    for (std::size_t j = 0; j < schooling.alternatives; ++j) {
      gap[j] = children_.gap[j].data() + first;
      change[j] = children_.change[j].data() + first;
    }
    puente::choose(gap, change, std::span(children_.seen).subspan(first, count), schooling.alternatives, children_.chosen.data() + first);
  };
  if (!scenario.choice.in_order) {
    find_utility_changes(0, n, wage);
    decide(0, n);
  } else {
    begin_order(side);
    for (const auto& round : children_.rounds) {
      add_payments_in_order(side, round, children_.now);
      for (const std::int32_t child : round) {
        const auto c = static_cast<std::size_t>(child);
        find_utility_changes(c, c + 1, wage);
        decide(c, 1);
      }
      settle(side, round);
    }
  }
  find_changed();
  move_children(scenario);
}

/// Without a branch, which nobody could foretell.
void BlockProcessor::find_changed() {
  const std::size_t n = children_.size();
  const std::uint8_t *chosen = children_.chosen.data(), *seen = children_.seen.data();
  children_.changed.resize(n);
  std::int32_t* changed = children_.changed.data();
  std::size_t count = 0;
  for (std::size_t c = 0; c < n; ++c) {
    changed[count] = static_cast<std::int32_t>(c);
    count += chosen[c] != seen[c] ? 1 : 0;
  }
  children_.changed.resize(count);
}

/// Attendance, work and earnings of the children who are not in the state seen.
void BlockProcessor::move_children(const CompiledScenario& scenario) {
  const CompiledSchooling& schooling = *study_.schooling;
  children_.earnings_change.assign(block_.rows.households, 0);
  if (children_.changed.empty()) return;
  const auto own = [&](std::size_t k) {
    std::vector<double>& level = state_.own_level[k];
    const BlockColumn& seen = block_.inputs[study_.outcomes[k].input];
    level.assign(seen.begin(), seen.end());
    state_.level[k] = level.data();
    return level.data();
  };
  double* attends = own(schooling.attends_outcome);
  double* works = schooling.works_outcome < 0 ? nullptr : own(static_cast<std::size_t>(schooling.works_outcome));
  for (const std::int32_t child : children_.changed) {
    const auto c = static_cast<std::size_t>(child);
    const std::int32_t i = children_.person[c];
    attends[i] = CompiledSchooling::is_at_school(children_.chosen[c]) ? 1.0 : 0.0;
    if (works != nullptr) works[i] = works_in(c, children_.chosen[c]);
    children_.earnings_change[static_cast<std::size_t>(children_.household[c])] += children_.earnings[children_.chosen[c]][c] - children_.earnings[children_.seen[c]][c];
  }
  const bool asked = schooling.condition_program != nullptr &&
                     std::any_of(scenario.programmes.begin(), scenario.programmes.end(), [](const CompiledProgramme& p) { return p.choice.of_siblings; });
  if (asked) {
    show_data();
    for (const std::int32_t c : children_.changed) show({&c, 1}, children_.chosen[static_cast<std::size_t>(c)]);
  }
  if (schooling.has_earnings && scenario.choice.pass_earnings != 0) 
    state_.changes.push_back({children_.earnings_change.data(), nullptr, scenario.choice.pass_earnings});
}

}  // namespace puente
