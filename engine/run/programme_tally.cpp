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

double* ProgrammeTally::terms(std::size_t count, std::size_t rows) {
  if (terms_.size() < count * rows) terms_.resize(count * rows);
  return terms_.data();
}

void ProgrammeTally::add(const BlockProcessor& processor, const BlockSlots& slots) {
  for (std::size_t p = 0; p < sums_.size(); ++p) {
    const Programme& programme = *study_.scenarios[s_].programmes[p].programme;
    const ProgrammeState& state = processor.state().programmes[p];
    add_units(processor, slots, p);
    if (programme.cash) add_money(processor, slots, state.cash, sums_[p].cash);
    if (programme.in_kind) add_money(processor, slots, state.in_kind, sums_[p].in_kind);
  }
}

/// Units with their own costs. Of persons, only those whom the programme concerns.
void ProgrammeTally::add_units(const BlockProcessor& processor, const BlockSlots& slots, std::size_t p) {
  const CompiledProgramme& compiled = study_.scenarios[s_].programmes[p];
  const ProgrammeState& state = processor.state().programmes[p];
  const rules::Rows& rows = processor.rows();
  const bool of_persons = compiled.programme->entity == Entity::person;
  const double* eligible = processor.policy(s_, compiled.eligible);
  const Weights weight(processor);
  delivery_.look(processor, static_cast<int>(s_), p);
  concerned_.clear();
  for (std::size_t i = 0; of_persons && i < rows.persons; ++i)
    if ((eligible[i] != 0) | (state.receives[i] != 0)) concerned_.push_back(static_cast<std::int32_t>(i));
  const std::size_t units = of_persons ? concerned_.size() : rows.households;
  const auto used = static_cast<std::size_t>(delivery_.nothing() ? UnitTerm::delivery : UnitTerm::count);
  double* out = terms(used, units);
  const TermColumns all = TermColumns::all(units, used, units, out);
  const auto fill = [&](std::size_t row, std::size_t unit, std::size_t h) {
    const double w = weight[h];
    out[row] = eligible[unit] != 0 ? w : 0.0;
    out[units + row] = state.receives[unit] * w;
    if (!delivery_.nothing()) out[2 * units + row] = state.receives[unit] != 0 ? delivery_.of(unit, h) * w : 0.0;
  };
  if (of_persons) {
    for (std::size_t j = 0; j < units; ++j) {
      const auto i = static_cast<std::size_t>(concerned_[j]);
      fill(j, i, static_cast<std::size_t>(rows.household_of[i]));
    }
    unit_sums_.add_persons(sums_[p].units, all, concerned_, slots.all(), Everybody::counts);
  } else {
    for (std::size_t h = 0; h < units; ++h) fill(h, h, h);
    unit_sums_.add(sums_[p].units, rows, Entity::household, all, slots.all(), Everybody::counts);
  }
}

void ProgrammeTally::add_money(const BlockProcessor& processor, const BlockSlots& slots, const std::vector<double>& money, LimbTable& table) {
  const Weights weight(processor);
  const std::size_t n = money.size();
  double* out = terms(1, n);
  for (std::size_t h = 0; h < n; ++h) out[h] = money[h] * weight[h];
  unit_sums_.add(table, processor.rows(), Entity::household, TermColumns::all(n, 1, n, out), slots.all(), Everybody::counts);
}

void ProgrammeTally::merge(ProgrammeTally& other) {
  for (std::size_t p = 0; p < sums_.size(); ++p) sums_[p].merge(other.sums_[p]);
}

void ProgrammeTally::reduce(Exchange& exchange) {
  for (ProgrammeSums& sums : sums_) sums.reduce(exchange);
}

}  // namespace puente
