#include "engine/run/block_slots.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/keep_where.hpp"

namespace puente {

namespace {

/// Whether each value of the grouping is the one before and one.
bool counts_up(const CompiledGrouping& grouping) {
  return !grouping.whole_numbers || grouping.values.empty() || grouping.values.back() - grouping.values.front() == static_cast<double>(grouping.values.size() - 1);
}

}  // namespace

BlockSlots::BlockSlots(const Study& study) : study_(study) {
  const auto add = [this](Entity entity, bool for_all, std::string name, std::size_t first, std::size_t labels) {
    columns_.push_back({entity, for_all, std::move(name), {static_cast<std::int32_t>(first), static_cast<std::int32_t>(labels), !for_all}, {}, {}, {}});
  };
  for (const CompiledGrouping& grouping : study.groupings) add(grouping.entity, true, grouping.name, grouping.first_slot, grouping.labels.size());
  if (study.deciles) add(study.record_entity, true, "decile", study.decile_first_slot(), 10);
  fixed_ = columns_.size();
  for (std::size_t p = 0; study.recipients && p < study.programme_names.size(); ++p)
    add(study.programme_entities[p], false, "recipient." + study.programme_names[p], study.recipient_slot(p), 1);
  if (study.arms) add(Entity::household, false, "arm", study.arm_slot(0), std::size_t{1} << study.programme_names.size());
}

const std::vector<std::int32_t>& SlotColumn::persons(const rules::Rows& rows) const {
  if (entity == Entity::person) return slot;
  if (!of_persons.empty()) return of_persons;
  of_persons.resize(rows.persons);
  for (std::size_t i = 0; i < rows.persons; ++i) of_persons[i] = slot[static_cast<std::size_t>(rows.household_of[i])];
  return of_persons;
}

void BlockSlots::find_fixed(BlockProcessor& processor) {
  if (!study_.groupings.empty()) processor.run(*study_.group_program);
  for (std::size_t g = 0; g < study_.groupings.size(); ++g) find_group(processor, g);
  if (study_.deciles) find_deciles(processor);
  for (std::size_t c = 0; c < fixed_; ++c) columns_[c].of_persons.clear();
}

void BlockSlots::find_group(BlockProcessor& processor, std::size_t g) {
  const CompiledGrouping& grouping = study_.groupings[g];
  const double* value = processor.result(*study_.group_program, grouping.output);
  std::vector<std::int32_t>& slot = columns_[g].slot;
  slot.resize(processor.rows().count(grouping.entity));
  const auto first = static_cast<std::int32_t>(grouping.first_slot);
  const std::vector<double>& values = grouping.values;
  if (counts_up(grouping)) {
    const double from = values.empty() ? 0.0 : values.front();
    for (std::size_t i = 0; i < slot.size(); ++i) slot[i] = value[i] == value[i] ? first + static_cast<std::int32_t>(value[i] - from) : -1;
    return;
  }
  const auto label = [&](double x) { return static_cast<std::int32_t>(std::lower_bound(values.begin(), values.end(), x) - values.begin()); };
  for (std::size_t i = 0; i < slot.size(); ++i) slot[i] = std::isnan(value[i]) ? -1 : first + label(value[i]);
}

void BlockSlots::find_deciles(BlockProcessor& processor) {
  const std::vector<double>& y = processor.state().welfare;
  const std::vector<double>& limit = study_.decile_limit;
  std::vector<std::int32_t>& slot = columns_[study_.groupings.size()].slot;
  slot.assign(y.size(), static_cast<std::int32_t>(study_.decile_first_slot()));
  for (const double border : limit)
    for (std::size_t i = 0; i < slot.size(); ++i) slot[i] += y[i] > border ? 1 : 0;
}

void BlockSlots::find_received(const BlockProcessor& processor, std::size_t s) {
  if (study_.recipients) find_recipients(processor, s);
  if (study_.arms) find_arms(processor, s);
  for (std::size_t c = fixed_; c < columns_.size(); ++c) columns_[c].of_persons.clear();
}

/// Holders stay where they are those of the scenario before.
void BlockSlots::find_recipients(const BlockProcessor& processor, std::size_t s) {
  const auto& programmes = study_.scenarios[s].programmes;
  for (std::size_t number = 0; number < study_.programme_names.size(); ++number) {
    SlotColumn& column = columns_[fixed_ + number];
    received_.assign(processor.rows().count(column.entity), -1);
    const auto slot = static_cast<std::int32_t>(study_.recipient_slot(number));
    for (std::size_t p = 0; p < programmes.size(); ++p) {
      const std::span<const double> receives = processor.state().programmes[p].receives;
      for (std::size_t i = 0; programmes[p].number == number && i < receives.size(); ++i) received_[i] = receives[i] != 0 ? slot : -1;
    }
    if (received_ == column.slot) continue;
    column.slot.swap(received_);
    if (column.entity == Entity::person) keep_where(column.slot.size(), [&](std::size_t i) { return column.slot[i] >= 0; }, column.holders);
  }
}

void BlockSlots::find_arms(const BlockProcessor& processor, std::size_t s) {
  const rules::Rows& rows = processor.rows();
  const auto& programmes = study_.scenarios[s].programmes;
  std::vector<std::int32_t>& arm = columns_.back().slot;
  arm.assign(rows.households, static_cast<std::int32_t>(study_.arm_slot(0)));
  for (std::size_t p = 0; p < programmes.size(); ++p) {
    const std::span<const double> receives = processor.state().programmes[p].receives;
    received_.assign(rows.households, 0);
    const bool of_persons = programmes[p].programme->entity == Entity::person;
    for (std::size_t i = 0; i < receives.size(); ++i)
      received_[of_persons ? static_cast<std::size_t>(rows.household_of[i]) : i] |= receives[i] != 0 ? 1 : 0;
    for (std::size_t h = 0; h < arm.size(); ++h) arm[h] += received_[h] << programmes[p].number;
  }
}

std::span<const GroupingEntries> SlotEntries::of(std::span<const SlotColumn> columns, std::span<const double> w,
                                                 std::span<const double> share, BlockProcessor& processor, Check check) {
  buffers_.resize(std::max(buffers_.size(), columns.size()));
  entries_.resize(columns.size());
  const bool of_households = processor.study().record_entity == Entity::household;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const bool members = of_households && columns[c].entity == Entity::person;
    const Check labels = columns[c].for_all ? check : Check::nothing;
    entries_[c] = members ? by_member(columns[c], w, share, processor, labels, buffers_[c]) : by_record(columns[c], w, processor, labels);
  }
  return entries_;
}

GroupingEntries SlotEntries::by_record(const SlotColumn& column, std::span<const double> w, BlockProcessor& processor, Check check) {
  const bool of_persons = processor.study().record_entity == Entity::person;
  const std::vector<std::int32_t>& slot = of_persons ? column.persons(processor.rows()) : column.slot;
  bool labelled = true;
  for (std::size_t i = 0; check == Check::labels && i < w.size(); ++i) labelled &= (slot[i] >= 0) | (w[i] == 0);
  for (std::size_t i = 0; !labelled && i < w.size(); ++i)
    if (slot[i] < 0 && w[i] != 0)
      processor.faults().add("group '" + column.name + "' is missing", processor.household_id(processor.study().record_entity, i));
  return {w.size(), true, slot.data(), nullptr, nullptr};
}

/// A person counts with its household's weight; where households are counted, a household is shared by its members.
GroupingEntries SlotEntries::by_member(const SlotColumn& column, std::span<const double> w, std::span<const double> share,
                                       BlockProcessor& processor, Check check, Buffer& buffer) {
  const rules::Rows& rows = processor.rows();
  const bool persons = processor.study().model.statistics.count == CountedAs::persons;
  buffer.slot.clear();
  buffer.record.clear();
  buffer.w.clear();
  column.each_holder([&](std::size_t i) {
    const auto h = static_cast<std::size_t>(rows.household_of[i]);
    if (w[h] == 0) return;
    buffer.slot.push_back(column.slot[i]);
    buffer.record.push_back(rows.household_of[i]);
    const double members = static_cast<double>(rows.person_begin[h + 1] - rows.person_begin[h]);
    buffer.w.push_back(persons ? processor.household_weight()[h] * processor.weight_factor(h) * (share.empty() ? 1.0 : share[h]) : w[h] / members);
  });
  for (std::size_t i = 0; check == Check::labels && i < rows.persons; ++i)
    if (const auto h = static_cast<std::size_t>(rows.household_of[i]); column.slot[i] < 0 && w[h] != 0)
      processor.faults().add("group '" + column.name + "' is missing", rows.id[h]);
  return {buffer.slot.size(), false, buffer.slot.data(), buffer.record.data(), buffer.w.data()};
}

void UnitSums::add(LimbTable& table, const rules::Rows& rows, Entity entity, const TermColumns& terms,
                   std::span<const SlotColumn> columns, Everybody who, Sign sign) {
  if (entity == Entity::household)
    for (const SlotColumn& column : columns)
      if (column.entity == Entity::person) add_by_member(table, rows, terms, column, sign);
  const bool many = columns.size() >= columns_to_look;
  if (many) find_units(terms);
  if (many && 2 * units_.size() < terms.n) return add_units(table, rows, entity, gather_units(terms), units_, columns, who, sign);
  direct_.clear();
  for (const SlotColumn& column : columns)
    if (entity == Entity::person || column.entity == Entity::household)
      direct_.push_back({(entity == Entity::person ? column.persons(rows) : column.slot).data(), column.range});
  for (std::size_t first = 0; first < terms.n; first += chunk) {
    const TermColumns part = terms.part(first, std::min(chunk, terms.n - first));
    if (who == Everybody::counts) table.add_to_first(part, sign);
    table.add_by_slot(part, direct_, first, sign);
  }
}

void UnitSums::add_persons(LimbTable& table, const rules::Rows& rows, const TermColumns& terms, std::span<const std::int32_t> persons,
                           std::span<const SlotColumn> columns, Everybody who, Sign sign) {
  add_units(table, rows, Entity::person, terms, persons, columns, who, sign);
}

/// Those with a term that is not zero, into units_: others add nothing.
void UnitSums::find_units(const TermColumns& terms) {
  adds_.assign(terms.n, 0);
  for (std::size_t k = 0; k < terms.used; ++k)
    for (std::size_t i = 0; i < terms.n; ++i) adds_[i] |= terms.at(k)[i] != 0 ? std::uint8_t{1} : std::uint8_t{0};
  keep_where(terms.n, [this](std::size_t i) { return adds_[i] != 0; }, units_);
}

TermColumns UnitSums::gather_units(const TermColumns& terms) {
  const std::size_t n = units_.size();
  unit_terms_.resize(terms.used * n);
  for (std::size_t k = 0; k < terms.used; ++k)
    for (std::size_t j = 0; j < n; ++j) unit_terms_[k * n + j] = terms.at(k)[units_[j]];
  return TermColumns::all(n, terms.used, n, unit_terms_.data());
}

/// Row j of the terms is units[j]'s. A household's members are somebody else's to add.
void UnitSums::add_units(LimbTable& table, const rules::Rows& rows, Entity entity, const TermColumns& terms, std::span<const std::int32_t> units,
                         std::span<const SlotColumn> columns, Everybody who, Sign sign) {
  slot_.resize(columns.size() * chunk);
  direct_.clear();
  for (const SlotColumn& column : columns)
    if (entity == Entity::person || column.entity == Entity::household) direct_.push_back({slot_.data() + direct_.size() * chunk, column.range});
  for (std::size_t first = 0; first < units.size(); first += chunk) {
    const TermColumns part = terms.part(first, std::min(chunk, units.size() - first));
    std::int32_t* slot = slot_.data();
    for (const SlotColumn& column : columns) {
      if (entity == Entity::household && column.entity == Entity::person) continue;
      for (std::size_t i = 0; i < part.n; ++i) {
        const auto unit = static_cast<std::size_t>(units[first + i]);
        slot[i] = entity == Entity::household ? column.slot[unit] : column.person(rows, unit);
      }
      slot += chunk;
    }
    if (who == Everybody::counts) table.add_to_first(part, sign);
    table.add_by_slot(part, direct_, 0, sign);
  }
}

void UnitSums::add_by_member(LimbTable& table, const rules::Rows& rows, const TermColumns& terms, const SlotColumn& column, Sign sign) {
  gathered_.resize(terms.used * chunk);
  slot_.resize(std::max(slot_.size(), chunk));
  std::size_t n = 0;
  const auto hand_over = [&] {
    const SlotLabels labels{slot_.data(), column.range};
    table.add_by_slot(TermColumns::all(n, terms.used, chunk, gathered_.data()), std::span(&labels, 1), 0, sign);
    n = 0;
  };
  column.each_holder([&](std::size_t i) {
    const auto h = static_cast<std::size_t>(rows.household_of[i]);
    const double share = 1.0 / static_cast<double>(rows.person_begin[h + 1] - rows.person_begin[h]);
    for (std::size_t k = 0; k < terms.used; ++k) gathered_[k * chunk + n] = terms.at(k)[h] * share;
    slot_[n] = column.slot[i];
    if (++n == chunk) hand_over();
  });
  if (n > 0) hand_over();
}

}  // namespace puente
