#include "engine/run/household_amounts.hpp"

#include <cmath>

namespace puente {

CountedWeights::CountedWeights(const BlockProcessor& processor)
    : processor_(processor), of_persons_(processor.study().record_entity == Entity::person),
      where_(!of_persons_ && processor.study().where.index >= 0 ? processor.data(processor.study().where) : nullptr) {}

AmountTerms::AmountTerms(const Study& study) {
  const StatisticsModel& asked = study.model.statistics;
  programmes = asked.wants("programmes") && !study.programme_names.empty();
  outcomes = asked.wants("outcomes") && !study.outcome_means.empty();
  choice = study.schooling.has_value() && asked.wants("attendance");
  first_outcome_ = programmes ? of_programmes * study.programme_names.size() : 0;
  first_choice_ = first_outcome_ + (outcomes ? 2 * study.outcome_means.size() : 0);
  count_ = first_choice_ + (choice ? choice_cells + 1 : 0);
}

void HouseholdAmounts::put(const BlockProcessor& processor, std::size_t household, std::size_t term, std::int32_t slot, double amount) {
  if (slot < 0 || amount == 0) return;
  double* row = rows_.add();
  row[0] = static_cast<double>(processor.block().first_household + static_cast<std::int64_t>(household));
  row[1] = static_cast<double>(term);
  row[2] = slot;
  row[3] = amount;
}

/// A household in a grouping of persons is shared among its members.
void HouseholdAmounts::spread_households(const BlockProcessor& processor, const BlockSlots& slots, std::size_t term, std::span<const double> amount) {
  const rules::Rows& rows = processor.rows();
  for (std::size_t h = 0; h < amount.size(); ++h) {
    if (amount[h] == 0) continue;
    put(processor, h, term, 0, amount[h]);
    const auto begin = static_cast<std::size_t>(rows.person_begin[h]), end = static_cast<std::size_t>(rows.person_begin[h + 1]);
    for (const SlotColumn& column : slots.fixed()) {
      if (column.entity == Entity::household) put(processor, h, term, column.slot[h], amount[h]);
      else
        for (std::size_t i = begin; i < end; ++i) put(processor, h, term, column.slot[i], amount[h] / static_cast<double>(end - begin));
    }
  }
}

void HouseholdAmounts::add_person(const BlockProcessor& processor, const BlockSlots& slots, std::size_t term, std::size_t person, double amount) {
  const auto h = static_cast<std::size_t>(processor.rows().household_of[person]);
  put(processor, h, term, 0, amount);
  for (const SlotColumn& column : slots.fixed()) put(processor, h, term, column.person(processor.rows(), person), amount);
}

void HouseholdAmounts::add(const BlockProcessor& processor, const BlockSlots& slots) {
  if (terms_.programmes) add_programmes(processor, slots);
  if (terms_.outcomes) add_outcomes(processor, slots);
  if (terms_.choice) add_choice(processor, slots);
}

void HouseholdAmounts::add_programmes(const BlockProcessor& processor, const BlockSlots& slots) {
  const auto& programmes = study_->scenarios[s_].programmes;
  const auto money = [&](const std::vector<double>& of_households, std::size_t term) {
    const TermColumns terms = programme_.money(processor, of_households);
    spread_households(processor, slots, term, {terms.at(0), terms.n});
  };
  for (std::size_t p = 0; p < programmes.size(); ++p) {
    const Programme& programme = *programmes[p].programme;
    const TermColumns units = programme_.units(processor, s_, p);
    for (std::size_t k = 0; k < units.used; ++k) {
      const std::size_t term = terms_.unit(programmes[p].number, static_cast<UnitTerm>(k));
      if (programme.entity == Entity::household) spread_households(processor, slots, term, {units.at(k), units.n});
      else
        for (std::size_t j = 0; j < units.n; ++j) add_person(processor, slots, term, static_cast<std::size_t>(programme_.persons()[j]), units.at(k)[j]);
    }
    const ProgrammeState& state = processor.state().programmes[p];
    if (programme.cash) money(state.cash, terms_.cash(programmes[p].number));
    if (programme.in_kind) money(state.in_kind, terms_.in_kind(programmes[p].number));
  }
}

void HouseholdAmounts::add_outcomes(const BlockProcessor& processor, const BlockSlots& slots) {
  const CountedWeights weight(processor);
  for (std::size_t k = 0; k < study_->outcome_means.size(); ++k) {
    const Study::Measure& measure = study_->outcome_means[k];
    const bool of_persons = measure.entity == Entity::person;
    const double* x = processor.result(*study_->measures, measure.output);
    const std::size_t n = processor.rows().count(measure.entity);
    for (const OutcomeTerm what : {OutcomeTerm::weight, OutcomeTerm::sum}) {
      amount_.assign(n, 0.0);
      for (std::size_t i = 0; i < n; ++i) {
        const double w = of_persons ? weight.person(i) : weight.household(i);
        if (w > 0 && !std::isnan(x[i])) amount_[i] = what == OutcomeTerm::weight ? w : w * x[i];
      }
      const std::size_t term = terms_.outcome(k, what);
      if (!of_persons) spread_households(processor, slots, term, amount_);
      else
        for (std::size_t i = 0; i < n; ++i) add_person(processor, slots, term, i, amount_[i]);
    }
  }
}

void HouseholdAmounts::add_choice(const BlockProcessor& processor, const BlockSlots& slots) {
  const BlockChildren& children = processor.children();
  const CountedWeights weight(processor);
  for (std::size_t c = 0; c < children.size(); ++c) {
    const auto person = static_cast<std::size_t>(children.person[c]);
    const double w = weight.person(person);
    add_person(processor, slots, terms_.children(children.seen[c], children.chosen[c]), person, w);
    add_person(processor, slots, terms_.earnings(), person, w * (children.earnings[children.chosen[c]][c] - children.earnings[children.seen[c]][c]));
  }
}

std::vector<std::vector<AmountRows>> HouseholdAmounts::by_slot(const SampleFrame& frame) const {
  std::vector<std::vector<AmountRows>> all(terms_.count(), std::vector<AmountRows>(study_->fixed_slots()));
  for (const std::size_t i : rows_.by_household()) {
    const double* row = rows_[i];
    AmountRows& rows = all[static_cast<std::size_t>(row[1])][static_cast<std::size_t>(row[2])];
    const auto household = static_cast<std::int32_t>(frame.at(static_cast<std::int64_t>(row[0])));
    if (rows.household.empty() || rows.household.back() != household) {
      rows.household.push_back(household);
      rows.amount.push_back(0);
    }
    rows.amount.back() += row[3];
  }
  return all;
}

}  // namespace puente
