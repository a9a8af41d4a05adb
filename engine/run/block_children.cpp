// The part of BlockProcessor that finds the children of a block: who chooses, what each is seen to do, earns and could earn.
#include "engine/run/block_children.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
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

/// The oldest first. Where they decide one after the other an age that is missing would put them in an order of nobody's.
void BlockProcessor::order_siblings(const double* age, std::int64_t household) {
  const bool all = std::none_of(siblings_.begin(), siblings_.end(), [age](std::int32_t i) { return std::isnan(age[i]); });
  if (all) return std::stable_sort(siblings_.begin(), siblings_.end(), [age](std::int32_t a, std::int32_t b) { return age[a] > age[b]; });
  if (siblings_.size() > 1 && study_.schooling->in_order)
    faults_.add("the age of a child with siblings is missing, and a programme makes them decide one after the other, the oldest first: give it a value under [missing]", household);
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
    if (age != nullptr) order_siblings(age, block_.rows.id[h]);
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
  for_each_model([this] {
    find_wages();
    find_child_earnings();
  });
  find_conditions_of_children();
}

/// Makes what belongs to a model that at hand.
void BlockProcessor::use_model(std::size_t model) {
  ChildrenByModel& at_hand = children_;
  std::swap(at_hand, by_model_[model_]);
  model_ = model;
  std::swap(at_hand, by_model_[model_]);
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
  const SchoolingModel& model = drawn_model().model;
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
    for (double& w : wage) w = exp(w) * drawn_model().wage_unit;
  }
}

/// What a child earns in each alternative. A child that works goes on for M of it beside school; one that does not work now
/// gains the fitted wage with a residual of its own, if it works at all. Of two states, D is what is left at school.
void BlockProcessor::find_child_earnings() {
  const CompiledSchooling& schooling = *study_.schooling;
  const SchoolingModel& model = drawn_model().model;
  const std::size_t n = children_.size();
  std::vector<double>& draw = scratch_;
  draw.resize(n);
  draw_uniforms(schooling.works_key, n, children_.id.data(), children_.line.data(), 0, draw.data());
  children_.works_when_out.resize(n);
  for (std::size_t c = 0; c < n; ++c) children_.works_when_out[c] = draw[c] < model.working_when_out ? 1 : 0;
  const bool three = schooling.alternatives == 3;
  for (std::size_t c = 0; three && c < n; ++c)
    if (children_.seen[c] == static_cast<std::uint8_t>(SchoolState::school_and_work)) children_.works_when_out[c] = 1;
  for (auto& earnings : children_.earnings) earnings.assign(n, 0);
  if (!schooling.has_earnings) return;
  const double sigma = schooling.wage_given.index < 0 && model.earnings ? model.earnings->sigma : 0;
  draw_uniforms(schooling.wage_key, n, children_.id.data(), children_.line.data(), 0, draw.data());
  const double* seen = data(schooling.earnings);
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

}  // namespace puente
