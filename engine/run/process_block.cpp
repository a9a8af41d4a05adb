#include "engine/run/process_block.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/random.hpp"
#include "engine/run/members.hpp"

namespace puente {

BlockProcessor::BlockProcessor(const Study& study, std::uint64_t seed)
    : study_(study), seed_(seed), workspaces_(study.bound.size()) {
  observed_.resize(study.observed.size());
  observed_composition_.resize(study.outcomes.size());
  none_level_.resize(study.outcomes.size());
  state_.composition.resize(study.outcomes.size());
  own_none_level_.resize(study.outcomes.size());
  state_.level.resize(study.outcomes.size());
  state_.own_level.resize(study.outcomes.size());
  drawn_.resize(study.outcomes.size());
  if (study.schooling) by_model_.resize(study.schooling->models.size());
}

bool BlockProcessor::sees_policy(std::size_t policy) const {
  return study_.none_world_ready() && study_.policies[policy]->ready();
}

bool BlockProcessor::sees_scenario(std::size_t s) const {
  const CompiledScenario& scenario = study_.scenarios[s];
  return sees_policy(scenario.policy) && scenario.levy.resolved && shifts_resolved(scenario.programmes) &&
         std::all_of(scenario.programmes.begin(), scenario.programmes.end(),
                     [](const CompiledProgramme& p) { return p.cut_resolved; });
}

/// First the data as surveyed and what they contain of programmes, then the none-world, then what every policy says
/// of it.
void BlockProcessor::load(const PopulationSource& source, std::int64_t first, std::int64_t last, std::int64_t next) {
  source.load(first, last, study_.inputs, block_);
  for (DrawnUniforms& drawn : uniforms_) drawn.of_this_block = false;
  for (DrawnOutcome& drawn : drawn_) {
    drawn.stays = false;
    drawn.effects.forget();
  }
  ahead_.start();
  if (last < next) source.announce(last, next, study_.inputs, ahead_);
  apply_missing_rules();
  run(*study_.basics);
  sees_data_ = study_.data->ready();
  if (!sees_data_) return;
  run(*study_.data);
  weigh_records();
  if (study_.schooling) gather_children();
  for (std::size_t o = 0; o < study_.observed.size(); ++o) observe(o);
  if (!study_.observed.empty())
    compose(study_.observed, study_.observed_synergies, *study_.data, observed_, observed_composition_);
  if (study_.schooling) for_each_model([this] { find_utilities(); });
  if (!study_.none_world_ready()) return;
  none_world();
  if (study_.schooling) for_each_model([this] { draw_residuals(); });
  for (std::size_t policy = 0; policy < study_.policies.size(); ++policy)
    if (sees_policy(policy)) run(*study_.policies[policy]);
}

/// What a scenario does: effects on outcomes, then the choice of school and what is paid by it, then money, then welfare.
/// Offers and benefits were decided in the none-world; a condition looks at the observed state, but for what was chosen.
void BlockProcessor::simulate(std::size_t s, std::size_t layer) {
  const CompiledScenario& scenario = study_.scenarios[s];
  const BoundProgram& world = *study_.policies[scenario.policy];
  if (study_.schooling) use_model(scenario.choice.model);
  choose_layer(s, layer);
  deliver(s, false);
  ahead_.advance();
  find_drawn(scenario, world);
  compose(scenario.programmes, scenario.synergies, world, state_.programmes, state_.composition);
  ahead_.advance();
  outcomes(s);
  ahead_.advance();
  sources(s);
  if (study_.schooling) {
    choose(s);
    deliver(s, true);
  }
  transfers(s);
  levy(s);
  ahead_.advance();
  welfare();
  weigh_layer();
}

/// Benefits of the programmes whose payments depend on the choice of school, or of the others.
void BlockProcessor::deliver(std::size_t s, bool by_choice) {
  const CompiledScenario& scenario = study_.scenarios[s];
  for (std::size_t p = 0; p < scenario.programmes.size(); ++p) {
    const CompiledProgramme& programme = scenario.programmes[p];
    if (programme.choice.pays_by_choice != by_choice) continue;
    const double* recorded = nullptr;
    if (programme.programme->coverage.mode == CoverageMode::observed && programme.observed_index >= 0) {
      const Output cash = study_.observed[static_cast<std::size_t>(programme.observed_index)].cash_observed;
      if (cash.index >= 0) recorded = data(cash);
    }
    deliver(programme, *study_.policies[scenario.policy], recorded, state_.programmes[p]);
  }
}

void BlockProcessor::run(const BoundProgram& bound) {
  ahead_.advance();
  pointers_.clear();
  for (const std::size_t slot : bound.input_slot) pointers_.push_back(column(slot, bound.world));
  bound.program->run(block_.rows, {pointers_, bound.parameters, bound.values, seed_, 0}, workspaces_[bound.workspace]);
}

const double* BlockProcessor::column(std::size_t slot, World world) const {
  if (slot == Study::welfare_slot) return state_.welfare.data();
  const int outcome = study_.outcome_of_input[slot];
  if (outcome >= 0 && world == World::none) return none_level_[static_cast<std::size_t>(outcome)];
  if (outcome >= 0 && world == World::choice && study_.outcomes[static_cast<std::size_t>(outcome)].chosen) return column_by_choice(static_cast<std::size_t>(outcome));
  if (outcome >= 0 && world == World::scenario) return state_.level[static_cast<std::size_t>(outcome)];
  return block_.inputs[slot].data();
}

const double* BlockProcessor::result(const BoundProgram& bound, Output output) const {
  return bound.program->result(output, workspaces_[bound.workspace]);
}

std::int64_t BlockProcessor::household_id(Entity entity, std::size_t unit) const {
  return block_.id[entity == Entity::household ? unit : static_cast<std::size_t>(block_.household_of[unit])];
}

void BlockProcessor::report_absent(const double* values, Entity entity, const std::string& what) {
  for (std::size_t i = 0; i < block_.rows.count(entity); ++i)
    if (!std::isfinite(values[i])) faults_.add(what, household_id(entity, i));
}

/// A value under `[missing]` stands in for missing ones; `drop_household` makes the household count for nothing;
/// `drop_person` leaves the person's record out, as a filter of the import would.
void BlockProcessor::apply_missing_rules() {
  dropped_.clear();
  drop_persons();
  for (const MissingRule& rule : study_.missing) {
    if (rule.what == MissingChoice::What::drop_person) continue;
    double* values = block_.inputs[rule.input].change();
    const std::size_t n = block_.inputs[rule.input].size();
    if (rule.what == MissingChoice::What::value) {
      for (std::size_t i = 0; i < n; ++i) values[i] = std::isnan(values[i]) ? rule.value : values[i];
      continue;
    }
    dropped_.resize(block_.rows.households, 0);
    const Entity entity = study_.inputs[rule.input].entity;
    for (std::size_t i = 0; i < n; ++i) {
      if (!std::isnan(values[i])) continue;
      dropped_[entity == Entity::household ? i : static_cast<std::size_t>(block_.household_of[i])] = 1;
      values[i] = 0;
    }
  }
}

void BlockProcessor::drop_persons() {
  dropped_persons_ = 0;
  std::vector<bool> drops;
  for (const MissingRule& rule : study_.missing) {
    if (rule.what != MissingChoice::What::drop_person) continue;
    drops.resize(block_.rows.persons, false);
    const BlockColumn& values = block_.inputs[rule.input];
    for (std::size_t i = 0; i < values.size(); ++i) drops[i] = drops[i] || std::isnan(values[i]);
  }
  if (std::find(drops.begin(), drops.end(), true) != drops.end()) dropped_persons_ = remove_persons(block_, study_.inputs, drops);
}

/// What the data contain of a programme: who is offered it and what they were paid.
void BlockProcessor::observe(std::size_t o) {
  const CompiledProgramme& p = study_.observed[o];
  const Entity entity = p.programme->entity;
  const std::string name = "programme '" + p.programme->name + "': ";
  require_present(data(p.eligible), entity, [&] { return name + "eligibility is missing"; });
  require_present(data(p.observed), entity, [&] { return name + "`observed` is missing"; });
  ProgrammeState& state = observed_[o];
  const double* eligible = data(p.eligible);
  const double* seen = data(p.observed);
  std::vector<double>& offered = state.own_offered;
  offered.resize(block_.rows.count(entity));
  for (std::size_t i = 0; i < offered.size(); ++i) offered[i] = eligible[i] * seen[i];
  take_up(p, *study_.data, offered);
  state.member = state.offered = offered;
  if (study_.schooling) find_contained(o);
  deliver(p, *study_.data, p.cash_observed.index >= 0 ? data(p.cash_observed) : nullptr, state);
}

/// The data with the effects of every observed programme taken out.
void BlockProcessor::none_world() {
  for (std::size_t k = 0; k < study_.outcomes.size(); ++k) {
    const Outcome& outcome = study_.outcomes[k];
    const BlockColumn& seen = block_.inputs[outcome.input];
    none_level_[k] = seen.data();
    if (study_.observed.empty()) observed_composition_[k].reset(seen.size());
    if (study_.observed.empty() || !observed_composition_[k].touched) continue;
    std::vector<double>& level = own_none_level_[k];
    level.resize(seen.size());
    none_level_[k] = level.data();
    if (outcome.is_drawn()) {
      Composition nothing;
      nothing.reset(seen.size());
      redraw(k, nothing, level);
      continue;
    }
    remove_observed(seen.data(), observed_composition_[k], costs_of(k, study_.observed, *study_.data), seen.size(),
                    level.data());
    require_present(level.data(), outcome.entity, [&] { return "taking out what was observed leaves no level of '" + outcome.name + "' (an effect of -100 %)"; });
  }
}

/// Adds the first changes up until no more than `most` are left.
void BlockProcessor::add_up_changes(std::size_t most) {
  std::vector<MoneyChange>& changes = state_.changes;
  while (changes.size() > most) {
    std::vector<double>& sum = own_change();
    sum.resize(block_.rows.households);
    const MoneyChange second = changes.size() > 1 ? changes[1] : MoneyChange{};
    with_changes(changes[0], second, [&, out = sum.data()](auto change) {
      for (std::size_t h = 0; h < sum.size(); ++h) out[h] = change(h);
    });
    changes.erase(changes.begin(), changes.begin() + (changes.size() > 1 ? 2 : 1));
    changes.insert(changes.begin(), {sum.data(), nullptr, 1});
  }
}

/// Simulated welfare = observed resource + what changed, over the scale; where nothing changed it is the observed one.
void BlockProcessor::welfare() {
  const double* resource = data(study_.resource);
  const double* scale = data(study_.scale);
  const rules::Rows& rows = block_.rows;
  auto& welfare = state_.welfare;
  welfare.resize(rows.count(study_.record_entity));
  double* out = welfare.data();
  const bool of_persons = study_.record_entity == Entity::person, per_person = study_.resource_per_person;
  const std::size_t households = rows.households;
  bool odd = false;
  add_up_changes(of_persons ? 1 : 2);  // a household's sum of two would be taken again for each member
  state_.changes.resize(2);
  with_changes(state_.changes[0], state_.changes[1], [&odd, of_persons, per_person, households, &rows, resource, scale, out](auto change) {
    std::int64_t not_all_finite = 0;
    const auto set = [&](std::size_t i, double y) {
      out[i] = y;
      not_all_finite |= not_finite(y);
    };
    const auto changed = [&](std::size_t i, std::size_t h) {
      const double money = change(h);
      set(i, money == 0 ? resource[i] : resource[i] + money / scale[h]);
    };
    if (of_persons)
      for (std::size_t i = 0; i < rows.persons; ++i) changed(i, static_cast<std::size_t>(rows.household_of[i]));
    else if (per_person)
      for (std::size_t h = 0; h < households; ++h) changed(h, h);
    else
      for (std::size_t h = 0; h < households; ++h) set(h, (resource[h] + change(h)) / scale[h]);
    odd = not_all_finite != 0;
  });
  if (!odd) return;
  for (std::size_t i = 0; i < welfare.size(); ++i)
    if (not_finite(welfare[i]) != 0)
      faults_.add(not_finite(resource[i]) != 0 ? "the welfare resource is missing or infinite"
                                               : "welfare is missing or infinite (is the scale zero or missing: a household without persons?)",
                  household_id(study_.record_entity, i));
}

/// Lines of parameters alone, the same for all records, stand there from the block before, if it had as many of them.
void BlockProcessor::run_lines(const BoundProgram& bound, std::span<const Output> lines) {
  const bool stay = bound.program->globals().empty() && std::all_of(lines.begin(), lines.end(), [&](Output line) {
    return line.index < 0 || bound.program->same_for_all(line);
  });
  const std::size_t rows = block_.rows.count(study_.record_entity);
  line_rows_.resize(workspaces_.size(), 0);
  if (stay && rows <= line_rows_[bound.workspace]) return;
  run(bound);
  line_rows_[bound.workspace] = rows;
}

void BlockProcessor::lines(std::size_t s, std::vector<const double*>& values) {
  const Study::LineProgram& own = study_.line_programs[static_cast<std::size_t>(study_.scenarios[s].lines)];
  const Study::LineProgram& fixed = study_.fixed_lines;
  for (const Study::LineProgram* lines : {&own, &fixed})
    if (lines->program != nullptr) run_lines(*lines->program, lines->outputs);
  for (std::size_t z = 0; z < own.outputs.size(); ++z)
    values.push_back(own.outputs[z].index >= 0 ? result(*own.program, own.outputs[z]) : result(*fixed.program, fixed.outputs[z]));
}

/// Weights of the records: the survey's, the members a household counts for, and who is left out.
void BlockProcessor::weigh_records() {
  const rules::Rows& rows = block_.rows;
  const bool of_persons = study_.record_entity == Entity::person;
  const std::size_t n = rows.count(study_.record_entity);
  base_weight_.resize(n);
  double* out = base_weight_.data();
  const double* weight = data(study_.weight);
  const double* size = this->size();
  const CountedAs count = study_.model.statistics.count;
  std::int64_t wrong = 0, light = 0;
  const auto set = [&](std::size_t i, double counted) {
    out[i] = counted;
    wrong |= not_finite(weight[i]);
    light |= counted > 0 ? 0 : 1;
  };
  if (count == CountedAs::persons && !of_persons)
    for (std::size_t i = 0; i < n; ++i) set(i, weight[i] * size[i]);
  else if (count == CountedAs::households && of_persons)
    for (std::size_t i = 0; i < n; ++i) set(i, first_member(rows, i) ? weight[i] : 0.0);
  else
    for (std::size_t i = 0; i < n; ++i) set(i, weight[i]);
  if (wrong != 0 || light != 0) report_weights();
  if (study_.where.index >= 0) {
    const double* counts = data(study_.where);
    require_present(counts, study_.record_entity, [] { return "`where` is missing"; });
    for (std::size_t i = 0; i < n; ++i) out[i] = counts[i] != 0 ? out[i] : 0.0;
  }
  for (std::size_t i = 0; !dropped_.empty() && i < n; ++i)
    out[i] *= 1 - dropped_[of_persons ? static_cast<std::size_t>(rows.household_of[i]) : i];
  const bool may_be_zero = light != 0 || study_.where.index >= 0 || !dropped_.empty();
  weightless_ = may_be_zero ? std::count(base_weight_.begin(), base_weight_.end(), 0.0) : 0;
}

void BlockProcessor::report_weights() {
  const double* weight = data(study_.weight);
  const Entity entity = study_.record_entity;
  report_absent(weight, entity, "the weight is missing or infinite");
  for (std::size_t i = 0; i < block_.rows.count(entity); ++i)
    if (weight[i] < 0) faults_.add("the weight is negative", household_id(entity, i));
}

void BlockProcessor::weigh_as(const WeightLayers& layers, std::size_t layer) {
  state_.weight_factor.clear();
  if (!layers.empty()) state_.weight_factor.assign(block_.rows.households, layer == 0 ? 1.0 : 0.0);
  for (const auto& [household, borders] : layers.borders()) state_.weight_factor[household] = layers.part(household, layer).size();
  weigh_layer();
}

/// The part of them that the layer at hand holds.
void BlockProcessor::weigh_layer() {
  layer_weight_.clear();
  if (state_.weight_factor.empty()) return;
  const bool of_persons = study_.record_entity == Entity::person;
  layer_weight_ = base_weight_;
  for (std::size_t i = 0; i < layer_weight_.size(); ++i)
    layer_weight_[i] *= state_.weight_factor[of_persons ? static_cast<std::size_t>(block_.household_of[i]) : i];
}

}  // namespace puente
