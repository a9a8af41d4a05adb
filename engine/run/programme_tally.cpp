#include "engine/run/programme_tally.hpp"

namespace puente {

using Everybody = UnitSums::Everybody;

void ProgrammeSums::merge(ProgrammeSums& other) {
  units.merge(other.units);
  cash.merge(other.cash);
  in_kind.merge(other.in_kind);
}

void ProgrammeSums::reduce(Exchange& exchange) {
  units.reduce(exchange);
  for (LimbTable* money : {&cash, &in_kind})
    if (money->slots() > 0) money->reduce(exchange);
}

double ProgrammeSums::spending(std::size_t slot) const {
  ExactSum sum;
  for (const LimbTable* money : {&cash, &in_kind})
    if (money->slots() > 0) sum.merge(money->totals(slot)[0]);
  return sum.value();
}

double ProgrammeSums::cost(std::size_t slot) const {
  ExactSum sum = units.totals(slot)[static_cast<std::size_t>(UnitTerm::delivery)];
  if (cash.slots() > 0) sum.merge(cash.totals(slot)[0]);
  return sum.value();
}

ProgrammeTally::ProgrammeTally(const Study& study, std::size_t s) : study_(study), s_(s) {
  if (!study.model.statistics.wants("programmes")) return;
  for (const CompiledProgramme& compiled : study.scenarios[s].programmes) {
    const Programme& programme = *compiled.programme;
    sums_.push_back({LimbTable(study.slots(), static_cast<std::size_t>(UnitTerm::count)), LimbTable(programme.cash ? study.slots() : 0, 1),
                     LimbTable(programme.in_kind ? study.slots() : 0, 1)});
  }
}

void ProgrammeTally::add(const BlockProcessor& processor, const BlockSlots& slots) {
  const auto add_money = [&](const std::vector<double>& money, LimbTable& table) {
    unit_sums_.add(table, processor.rows(), Entity::household, terms_.money(processor, money), slots.all(), Everybody::counts);
  };
  for (std::size_t p = 0; p < sums_.size(); ++p) {
    const Programme& programme = *study_.scenarios[s_].programmes[p].programme;
    const ProgrammeState& state = processor.state().programmes[p];
    const TermColumns units = terms_.units(processor, s_, p);
    if (programme.entity == Entity::person) unit_sums_.add_persons(sums_[p].units, processor.rows(), units, terms_.persons(), slots.all(), Everybody::counts);
    else unit_sums_.add(sums_[p].units, processor.rows(), Entity::household, units, slots.all(), Everybody::counts);
    if (programme.cash) add_money(state.cash, sums_[p].cash);
    if (programme.in_kind) add_money(state.in_kind, sums_[p].in_kind);
  }
}

void ProgrammeTally::merge(ProgrammeTally& other) {
  for (std::size_t p = 0; p < sums_.size(); ++p) sums_[p].merge(other.sums_[p]);
}

void ProgrammeTally::reduce(Exchange& exchange) {
  for (ProgrammeSums& sums : sums_) sums.reduce(exchange);
}

}  // namespace puente
