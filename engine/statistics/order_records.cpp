#include "engine/statistics/order_records.hpp"

#include <algorithm>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/core/keep_where.hpp"
#include "engine/statistics/selection.hpp"

namespace puente {

OrderRecords::OrderRecords(const WelfareStatistics& asked, std::vector<bool> wanted)
    : asked_(asked), wanted_(std::move(wanted)), buffers_(asked.groupings.size()) {
  std::vector<SlotRange> ranges;
  for (std::size_t g = 0; g < asked.groupings.size(); ++g)
    if (asked.groupings[g].by_record && wants_any(asked.groupings[g])) {
      by_record_.push_back(g);
      ranges.push_back(asked.groupings[g].range());
    }
  stores_.emplace_back(StoredSlots(asked.slots, asked.everybody && wants(0), ranges));
  for (const WelfareStatistics::Grouping& grouping : asked.groupings) stores_.emplace_back(StoredSlots(asked.slots, false, {grouping.range()}));
}

bool OrderRecords::wants_any(const WelfareStatistics::Grouping& grouping) const {
  for (std::size_t s = grouping.first; s < grouping.first + grouping.count; ++s)
    if (wants(s)) return true;
  return false;
}

/// Slots of rows, -1 where a slot is not wanted.
const std::int32_t* OrderRecords::wanted_labels(std::size_t n, const std::int32_t* slot, std::vector<std::int32_t>& buffer) const {
  if (wanted_.empty() && slot != nullptr) return slot;
  buffer.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    buffer[i] = slot != nullptr && slot[i] >= 0 && wants(static_cast<std::size_t>(slot[i])) ? slot[i] : -1;
  return buffer.data();
}

/// A grouping with entries of its own has no slots here.
void OrderRecords::add_by_record(const WelfareRecords& records, std::span<const GroupingEntries> groupings) {
  slot_.clear();
  for (const std::size_t g : by_record_) slot_.push_back(wanted_labels(records.n, groupings[g].by_record ? groupings[g].slot : nullptr, buffers_[g]));
  if (stores_[0].slots.everybody()) return keep(stores_[0], records.n, records.y, records.w, slot_);
  w_.assign(records.w, records.w + records.n);
  for (std::size_t i = 0; i < records.n; ++i) {
    const bool counts = std::any_of(slot_.begin(), slot_.end(), [i](const std::int32_t* slot) { return slot[i] >= 0; });
    w_[i] = counts ? w_[i] : 0.0;
  }
  keep(stores_[0], records.n, records.y, w_.data(), slot_);
}

void OrderRecords::add(const WelfareRecords& records, std::span<const GroupingEntries> groupings) {
  for (std::size_t g = 0; g < groupings.size(); ++g) expect(asked_.groupings[g].by_record || !groupings[g].by_record, "a grouping goes by record always or never");
  add_by_record(records, groupings);
  for (std::size_t g = 0; g < groupings.size(); ++g)
    if (!groupings[g].by_record && wants_any(asked_.groupings[g])) add_entries(g, records, groupings[g]);
}

void OrderRecords::add_entries(std::size_t grouping, const WelfareRecords& records, const GroupingEntries& entries) {
  y_.resize(entries.m);
  w_.resize(entries.m);
  const std::int32_t* slot = wanted_labels(entries.m, entries.slot, buffers_[grouping]);
  for (std::size_t j = 0; j < entries.m; ++j) {
    y_[j] = records.y[static_cast<std::size_t>(entries.record[j])];
    w_[j] = slot[j] < 0 ? 0.0 : entries.w[j];
  }
  keep(stores_[grouping + 1], entries.m, y_.data(), w_.data(), std::span(&slot, 1));
}

/// Of n records those of the part at hand, or what they would take.
void OrderRecords::keep(Store& store, std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> slot) {
  if (bytes_ != nullptr) return bytes_->add(n, y, w, KeyBytes::of_record(store.records.labels()));
  store.slots.find_cells(n, slot, cells_);
  const auto add = [&](std::size_t count, const double* of_y, const double* of_w, const std::vector<std::vector<std::int32_t>>& cells) {
    cell_.clear();
    for (std::size_t c = 0; c < store.records.labels().count; ++c) cell_.push_back(cells[c].data());
    store.records.add(count, of_y, of_w, cell_);
  };
  if (!part_) return add(n, y, w, cells_);
  const KeyPart part = *part_;
  keep_where(n, [=](std::size_t i) { return part.holds(ordered_bits(y[i])) & (w[i] > 0); }, in_part_);
  const auto gather = [this](const auto* from, auto& to) {
    to.resize(in_part_.size());
    for (std::size_t j = 0; j < to.size(); ++j) to[j] = from[in_part_[j]];
    return to.data();
  };
  part_cells_.resize(std::max(part_cells_.size(), cells_.size()));
  for (std::size_t c = 0; c < cells_.size(); ++c) gather(cells_[c].data(), part_cells_[c]);
  add(in_part_.size(), gather(y, part_y_), gather(w, part_w_), part_cells_);
}

void OrderRecords::merge(OrderRecords&& other) {
  for (std::size_t k = 0; k < stores_.size(); ++k) stores_[k].records.merge(std::move(other.stores_[k].records));
}

/// The records of a store, which is empty from here on.
RecordStore OrderRecords::take(Store& store) { return std::exchange(store.records, RecordStore(store.slots.labels())); }

/// Collective: of all ranks.
std::vector<std::int64_t> OrderRecords::records_of_stores(Exchange& exchange) const {
  std::vector<std::int64_t> records;
  for (const Store& store : stores_) records.push_back(static_cast<std::int64_t>(store.records.size()));
  exchange.sum(records);
  return records;
}

void OrderRecords::end_part(const OrderPlan& plan, std::span<const Wide> total_weight, Exchange& exchange, Team& team) {
  const std::vector<std::int64_t> records = records_of_stores(exchange);
  in_parts_.resize(stores_.size());
  for (std::size_t k = 0; k < stores_.size(); ++k) {
    if (k > 0 && records[k] == 0) continue;
    if (!in_parts_[k]) in_parts_[k].emplace(stores_[k].slots, plan, total_weight);
    in_parts_[k]->add(take(stores_[k]), exchange, team);
  }
}

void OrderRecords::put(const std::vector<OrderStatistics>& from, std::size_t first, std::size_t count, std::vector<OrderStatistics>& found) const {
  for (std::size_t s = first; s < first + count; ++s)
    if (wants(s)) found[s] = from[s];
}

void OrderRecords::find(const OrderPlan& plan, Exchange& exchange, Team& team, std::vector<OrderStatistics>& found) {
  const std::vector<std::int64_t> records = records_of_stores(exchange);
  for (std::size_t k = 0; k < stores_.size(); ++k) {
    const bool in_parts = k < in_parts_.size() && in_parts_[k];
    if (k > 0 && !in_parts && records[k] == 0) continue;
    const std::vector<OrderStatistics> order = in_parts ? in_parts_[k]->finish(exchange) : exact_order(take(stores_[k]), stores_[k].slots, plan, exchange, team);
    if (k == 0) put(order, 0, asked_.slots, found);
    else put(order, asked_.groupings[k - 1].first, asked_.groupings[k - 1].count, found);
  }
}

}  // namespace puente
