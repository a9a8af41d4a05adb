#include "engine/run/programme_tally.hpp"

namespace puente {

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
    sums_.push_back({FollowingSums(study.slots(), terms_of<UnitTerm>()), FollowingSums(programme.cash ? study.slots() : 0, 1),
                     FollowingSums(programme.in_kind ? study.slots() : 0, 1)});
  }
}

/// Of a programme by its number in the study; null where the scenario has none.
ProgrammeTally::Sums* ProgrammeTally::sums_of(std::size_t programme) {
  const auto& programmes = study_.scenarios[s_].programmes;
  for (std::size_t p = 0; p < sums_.size(); ++p)
    if (programmes[p].number == programme) return &sums_[p];
  return nullptr;
}

void ProgrammeTally::add(const BlockProcessor& processor, const BlockSlots& slots, std::size_t layer, ProgrammeTally* leader, bool keep) {
  const auto& programmes = study_.scenarios[s_].programmes;
  for (std::size_t p = 0; p < sums_.size(); ++p) {
    Sums* led = leader == nullptr ? nullptr : leader->sums_of(programmes[p].number);
    const auto add_units = [&](FollowingSums Sums::*table, Entity entity, const TermColumns& terms, std::span<const std::int32_t> persons) {
      (sums_[p].*table).add(unit_sums_, {processor.rows(), entity, terms, persons, slots}, layer, led == nullptr ? nullptr : &(led->*table), keep);
    };
    const Programme& programme = *programmes[p].programme;
    const ProgrammeState& state = processor.state().programmes[p];
    const TermColumns units = terms_.units(processor, s_, p);
    add_units(&Sums::units, programme.entity, units, terms_.persons());
    if (programme.cash) add_units(&Sums::cash, Entity::household, terms_.money(processor, state.cash), {});
    if (programme.in_kind) add_units(&Sums::in_kind, Entity::household, terms_.money(processor, state.in_kind), {});
  }
}

void ProgrammeTally::stop(const BlockProcessor& processor, const BlockSlots& slots, const ReceivedBlock& received, std::size_t layer) {
  for (Sums& sums : sums_)
    for (const auto table : tables) (sums.*table).stop(unit_sums_, processor.rows(), slots.fixed(), received, layer);
}

void ProgrammeTally::complete() {
  for (Sums& sums : sums_)
    for (const auto table : tables) (sums.*table).complete();
}

void ProgrammeTally::merge(ProgrammeTally& other) {
  for (std::size_t p = 0; p < sums_.size(); ++p)
    for (const auto table : tables) (sums_[p].*table).table().merge((other.sums_[p].*table).table());
}

void ProgrammeTally::reduce(Exchange& exchange) {
  for (Sums& sums : sums_)
    for (const auto table : tables)
      if ((sums.*table).table().slots() > 0) (sums.*table).table().reduce(exchange);
}

std::vector<ProgrammeSums> ProgrammeTally::take() {
  std::vector<ProgrammeSums> taken;
  for (Sums& sums : sums_) taken.push_back({std::move(sums.units.table()), std::move(sums.cash.table()), std::move(sums.in_kind.table())});
  return taken;
}

}  // namespace puente
