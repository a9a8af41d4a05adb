// The part of BlockProcessor that decides offers and pays benefits.
#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/core/random.hpp"
#include "engine/run/members.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

const double* BlockProcessor::unit_uniforms(std::uint64_t key, Entity entity) {
  auto found = std::find_if(uniforms_.begin(), uniforms_.end(), [&](const DrawnUniforms& d) { return d.key == key && d.entity == entity; });
  if (found == uniforms_.end()) found = uniforms_.insert(found, {key, entity, false, {}});
  if (found->of_this_block) return found->values.data();
  found->of_this_block = true;
  const rules::Rows& rows = block_.rows;
  found->values.resize(rows.count(entity));
  if (entity == Entity::household) {
    draw_uniforms(key, rows.households, rows.id, nullptr, 0, found->values.data());
  } else {
    person_id_.resize(rows.persons);
    for (std::size_t i = 0; i < rows.persons; ++i) person_id_[i] = rows.id[rows.household_of[i]];
    draw_uniforms(key, rows.persons, person_id_.data(), rows.line, 0, found->values.data());
  }
  return found->values.data();
}

/// Take-up is uniform < take_up, the draw the unit's own.
void BlockProcessor::take_up(const CompiledProgramme& p, const BoundProgram& world, std::vector<double>& offered) {
  if (p.take_up.index < 0) return;
  const double* probability = result(world, p.take_up);
  require_present(probability, p.programme->entity, [&] { return "programme '" + p.programme->name + "': take_up is missing"; });
  const double* uniform = unit_uniforms(p.take_up_key, p.programme->entity);
  for (std::size_t i = 0; i < offered.size(); ++i) offered[i] = uniform[i] < probability[i] ? offered[i] : 0.0;
}

void BlockProcessor::pool_and_takers(std::size_t s, std::size_t p, std::vector<double>& pool,
                                     std::vector<double>& takers) {
  find_pool(s, p, pool);
  takers = pool;
  take_up(study_.scenarios[s].programmes[p], *study_.policies[study_.scenarios[s].policy], takers);
}

void BlockProcessor::require_eligibility(std::size_t s, const CompiledProgramme& p) {
  const BoundProgram& world = *study_.policies[study_.scenarios[s].policy];
  if (!world.program->may_be_missing(p.eligible)) return;
  const double* eligible = result(world, p.eligible);
  require_present(eligible, p.programme->entity, [&] { return "programme '" + p.programme->name + "': eligibility is missing"; });
}

/// Who may be offered the programme: the eligible, but for clients of programmes that bar them, and those who have it.
void BlockProcessor::find_pool(std::size_t s, std::size_t p, std::vector<double>& pool) {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const Programme& programme = *compiled.programme;
  const double* eligible = policy(s, compiled.eligible);
  require_eligibility(s, compiled);
  pool.assign(eligible, eligible + block_.rows.count(programme.entity));
  for (const std::size_t other : compiled.excluded_by) {
    const std::span<const double> clients = state_.programmes[other].offered;
    for (std::size_t i = 0; i < pool.size(); ++i) pool[i] = clients[i] != 0 ? 0.0 : pool[i];
  }
  if (compiled.observed_index >= 0 && programme.coverage.keep_observed) {
    const double* kept = observed_[static_cast<std::size_t>(compiled.observed_index)].offered.data();
    for (std::size_t i = 0; i < pool.size(); ++i) pool[i] = kept[i] != 0 ? 1.0 : pool[i];
  }
}

void BlockProcessor::expected_cost(std::size_t s, std::size_t p, std::vector<double>& cost) {
  const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
  const Entity entity = compiled.programme->entity;
  const std::string name = "programme '" + compiled.programme->name + "': ";
  const std::size_t n = block_.rows.count(entity);
  cost.assign(n, 0);
  if (compiled.cash.index >= 0) {
    const double* cash = policy(s, compiled.cash);
    require_present(cash, entity, [&] { return name + "cash.amount is missing"; });
    const double* delivery = compiled.delivery.index >= 0 ? policy(s, compiled.delivery) : nullptr;
    for (std::size_t i = 0; i < n; ++i) cost[i] = cash[i];
    for (std::size_t i = 0; delivery != nullptr && i < n; ++i) cost[i] *= delivery[i];
  }
  if (compiled.cost_per_recipient.index >= 0) {
    const double* per_recipient = policy(s, compiled.cost_per_recipient);
    require_present(per_recipient, entity, [&] { return name + "cost.per_recipient is missing"; });
    for (std::size_t i = 0; i < n; ++i) cost[i] += per_recipient[i];
  }
  if (compiled.condition.index >= 0) {
    const double* holds = data(compiled.condition);
    for (std::size_t i = 0; i < n; ++i) cost[i] = holds[i] != 0 ? cost[i] : 0.0;
  }
  if (!compiled.programme->coverage.budget) return;
  const double* eligible = policy(s, compiled.eligible);
  for (std::size_t i = 0; i < n; ++i)
    if (cost[i] < 0 && eligible[i] != 0) faults_.add(name + "an eligible unit costs the budget less than nothing", household_id(entity, i));
}

/// Finds the households at the margin of a cut, each with the distinct fractions its units are served for. The split is
/// the household's own, so that it does not depend on who else is in the block.
std::size_t BlockProcessor::begin_scenario(std::size_t s) {
  weight_layers_.clear();
  for (std::size_t p = 0; p < study_.scenarios[s].programmes.size(); ++p) {
    offer(s, p);
    const CompiledProgramme& compiled = study_.scenarios[s].programmes[p];
    if (!compiled.cut_needed) continue;
    const std::span<const double> offered = state_.programmes[p].offered;
    for (std::size_t i = 0; i < offered.size(); ++i)
      if (offered[i] > 0 && offered[i] < 1) weight_layers_.add(household_of(compiled.programme->entity, i), offered[i]);
  }
  return weight_layers_.layers();
}

/// A record at the margin is served for a fraction f of its weight. Layer 0 is everyone at full weight but for the
/// households at a margin, which stand in it with the part that every one of their programmes serves; each further
/// layer holds only those households, with the weight between two successive fractions.
void BlockProcessor::choose_layer(std::size_t s, std::size_t layer) {
  const std::size_t programmes = study_.scenarios[s].programmes.size();
  for (std::size_t p = 0; p < programmes; ++p) state_.programmes[p].member = state_.programmes[p].offered;
  state_.weight_factor.clear();
  layer_ = layer;
  if (weight_layers_.empty()) return;
  for (std::size_t p = 0; p < programmes; ++p) {
    state_.programmes[p].own_member.assign(state_.programmes[p].offered.begin(), state_.programmes[p].offered.end());
    state_.programmes[p].member = state_.programmes[p].own_member;
  }
  state_.weight_factor.assign(block_.rows.households, layer == 0 ? 1.0 : 0.0);
  for (const auto& [household, borders] : weight_layers_.borders()) {
    const WeightPart part = weight_layers_.part(household, layer);
    state_.weight_factor[household] = part.size();
    for (std::size_t p = 0; p < programmes; ++p)
      serve_above(household, part.from, study_.scenarios[s].programmes[p].programme->entity, state_.programmes[p]);
  }
}

/// In the layer above `border`, the household's units that are served for more than it are members.
void BlockProcessor::serve_above(std::size_t household, double border, Entity entity, ProgrammeState& state) {
  const auto first = entity == Entity::household ? household : static_cast<std::size_t>(block_.rows.person_begin[household]);
  const auto last = entity == Entity::household ? household + 1 : static_cast<std::size_t>(block_.rows.person_begin[household + 1]);
  for (std::size_t i = first; i < last; ++i) state.own_member[i] = state.offered[i] > border ? 1.0 : 0.0;
}

/// Money of households: amounts of the receiving units, as far as delivery reaches. `receives` null: amounts as recorded.
void BlockProcessor::benefit(const CompiledProgramme& p, const double* amount, const double* receives,
                             const double* delivery, std::vector<double>& household) {
  const Entity entity = p.programme->entity;
  const std::size_t n = block_.rows.count(entity);
  std::vector<double>& unit = entity == Entity::household ? household : scratch_;
  unit.resize(n);
  double* due = unit.data();
  std::int64_t odd = 0;
  const auto set = [&](std::size_t i, double x) {
    due[i] = x;
    odd |= not_finite(x);
  };
  if (receives == nullptr)
    for (std::size_t i = 0; i < n; ++i) set(i, amount[i]);
  else if (delivery == nullptr)
    for (std::size_t i = 0; i < n; ++i) set(i, receives[i] == 0 ? 0.0 : amount[i]);
  else
    for (std::size_t i = 0; i < n; ++i) set(i, receives[i] == 0 ? 0.0 : amount[i] * delivery[i]);
  if (odd != 0) report_absent(due, entity, "programme '" + p.programme->name + "': the amount of a recipient is missing");
  if (entity == Entity::person) sum_to_households(block_.rows, due, household);
}

void BlockProcessor::deliver(const CompiledProgramme& p, const BoundProgram& world, const double* recorded_cash,
                             ProgrammeState& state) {
  state.receives = state.member;
  if (p.condition.index >= 0 || p.choice.pays_by_choice) {
    const double* holds = p.choice.pays_by_choice ? holds_by_choice(p, world, state.member) : data(p.condition);
    state.own_receives.resize(state.member.size());
    for (std::size_t i = 0; i < state.member.size(); ++i)
      state.own_receives[i] = state.member[i] == 0 ? 0.0 : holds[i];
    state.receives = state.own_receives;
    require_present(state.receives.data(), p.programme->entity, [&] { return "programme '" + p.programme->name + "': the condition is missing"; });
  }
  const double* delivery = p.delivery.index >= 0 ? result(world, p.delivery) : nullptr;
  if (recorded_cash != nullptr && p.choice.pays_by_choice) recorded_cash = recorded_by_choice(p, world, recorded_cash, state.receives);
  if (recorded_cash != nullptr) benefit(p, recorded_cash, nullptr, nullptr, state.cash);
  else if (p.cash.index >= 0) benefit(p, result(world, p.cash), state.receives.data(), delivery, state.cash);
  if (recorded_cash == nullptr && p.choice.cap.index >= 0) cap_cash(p, world, state.cash);
  if (p.in_kind.index < 0) return;
  benefit(p, result(world, p.in_kind), state.receives.data(), delivery, state.in_kind);
  if (p.valued_at.index < 0) return;
  const double* valued_at = result(world, p.valued_at);
  valued_.resize(state.receives.size());
  std::copy_n(valued_at, valued_.size(), valued_.begin());
  for (std::size_t i = 0; delivery != nullptr && i < valued_.size(); ++i) valued_[i] *= delivery[i];
  benefit(p, result(world, p.in_kind), state.receives.data(), valued_.data(), state.counted);
}

}  // namespace puente
