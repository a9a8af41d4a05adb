// The part of BlockProcessor that lets children choose between school and work: what they would do at the policy seen in the
// data, found once a block; then, in each scenario, what differs from it.
#include <algorithm>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

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
  const DrawnModel& drawn = drawn_model();
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
    std::vector<double>& v = children_.utility[j];
    v.assign(n, 0);
    if (j > 0) add_covariates(drawn.model.covariates, schooling.covariates, j - 1, v);
    for (std::size_t c = 0; c < n; ++c)
      v[c] += drawn.income[j] * money[c] + drawn.wage[j] * children_.wage[c] + drawn.alpha[j] * (seen.pays ? seen.money[j][c] : 0.0) + (j > 0 && seen.pulls ? seen.pull[c] : 0.0);
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
  const auto& shift = drawn_model().shift;
  for (std::size_t j = 1; j < study_.schooling->alternatives; ++j)
    for (std::size_t c = 0; c < children_.size(); ++c) children_.utility[j][c] += shift[alignment.cell_of(cell[children_.person[c]])][j];
}

/// What siblings share, given what all of them are seen to do.
void BlockProcessor::add_taste() {
  const CompiledSchooling& schooling = *study_.schooling;
  const std::optional<SharedTaste>& shared = drawn_model().taste;
  if (!shared) return;
  const double* uniform = unit_uniforms(schooling.taste_key, Entity::household);
  std::vector<double> advantage;
  std::vector<std::uint8_t> attends;
  for (std::size_t first = 0, last = 0; first < children_.size(); first = last) {
    advantage.clear();
    attends.clear();
    for (last = first; last < children_.size() && children_.household[last] == children_.household[first]; ++last) {
      const double one = children_.utility[1][last] - children_.utility[0][last];
      const double other = schooling.alternatives == 3 ? children_.utility[2][last] - children_.utility[0][last] : one;
      const double most = std::max(one, other);
      advantage.push_back(schooling.alternatives == 3 ? most + log(exp(one - most) + exp(other - most)) : one);
      attends.push_back(CompiledSchooling::is_at_school(children_.seen[last]) ? 1 : 0);
    }
    const double taste = shared->draw(advantage, attends, uniform[static_cast<std::size_t>(children_.household[first])]);
    for (std::size_t c = first; c < last; ++c)
      for (std::size_t j = 1; j < schooling.alternatives; ++j) children_.utility[j][c] += taste;
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
      v[j] = children_.utility[j][c];
      u[j] = draws_[j][c];
    }
    const LatentDraw draw = draw_latent(std::span(v.data(), alternatives), children_.seen[c], u);
    for (std::size_t j = 0; j < alternatives; ++j) children_.gap[j][c] = draw.gap[j];
  }
}

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
    const double alpha = drawn_model().alpha[j], *m = now.money[j].data(), *before = seen.money[j].data();
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
    if (wage_now == nullptr) continue;
    for (std::size_t c = first; c < last; ++c) {
      change[c] += drawn_model().wage[j] * (wage_now[children_.person[c]] - children_.wage[c]);
      if (not_finite(change[c]) != 0) faults_.add("schooling.wage of a child is missing in the scenario", children_.id[c]);
    }
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
