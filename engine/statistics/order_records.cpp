#include "engine/statistics/order_records.hpp"

#include <algorithm>
#include <utility>

#include "engine/core/keep_where.hpp"
#include "engine/statistics/selection.hpp"

namespace puente {

OrderRecords::OrderRecords(const WelfareStatistics& asked, std::vector<bool> wanted)
    : asked_(asked), wanted_(std::move(wanted)), by_record_(asked.groupings.size()), records_({asked.groupings.size(), asked.slots}), buffers_(asked.groupings.size()) {
  for (std::size_t g = 0; g < asked.groupings.size(); ++g) own_records_.emplace_back(LabelFormat(1, asked.slots));
}

/// Where some slots are not wanted, many records have none.
StoredSlots OrderRecords::slots_of(std::optional<std::size_t> grouping) const {
  StoredSlots slots{asked_.slots, !grouping && asked_.everybody && wants(0)};
  for (std::size_t g = 0; !grouping && g < by_record_.size(); ++g) {
    SlotRange& range = slots.ranges.emplace_back();
    if (!by_record_[g]) continue;
    range = asked_.groupings[g].range();
    range.partial = range.partial || !wanted_.empty();
  }
  return slots;
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

/// A grouping with entries of its own has no labels here.
void OrderRecords::add_by_record(const WelfareRecords& records, std::span<const GroupingEntries> groupings) {
  label_.clear();
  for (std::size_t g = 0; g < groupings.size(); ++g) {
    by_record_[g] = by_record_[g] || groupings[g].by_record;
    label_.push_back(wanted_labels(records.n, groupings[g].by_record ? groupings[g].slot : nullptr, buffers_[g]));
  }
  if (asked_.everybody && wants(0)) return keep(records_, records.n, records.y, records.w, label_);
  w_.assign(records.w, records.w + records.n);
  for (std::size_t i = 0; i < records.n; ++i) {
    const bool counts = std::any_of(label_.begin(), label_.end(), [i](const std::int32_t* label) { return label[i] >= 0; });
    w_[i] = counts ? w_[i] : 0.0;
  }
  keep(records_, records.n, records.y, w_.data(), label_);
}

void OrderRecords::add(const WelfareRecords& records, std::span<const GroupingEntries> groupings) {
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
  keep(own_records_[grouping], entries.m, y_.data(), w_.data(), std::span(&slot, 1));
}

/// Of n records those of the part at hand, or what they would take.
void OrderRecords::keep(RecordStore& store, std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> label) {
  if (bytes_ != nullptr) return bytes_->add(n, y, w, KeyBytes::of_record(store.labels()));
  if (!part_) return store.add(n, y, w, label);
  const KeyPart part = *part_;
  keep_where(n, [=](std::size_t i) { return part.holds(ordered_bits(y[i])) & (w[i] > 0); }, in_part_);
  const auto gather = [this](const auto* from, auto& to) {
    to.resize(in_part_.size());
    for (std::size_t j = 0; j < to.size(); ++j) to[j] = from[in_part_[j]];
    return to.data();
  };
  part_label_.resize(std::max(part_label_.size(), label.size()));
  part_labels_.clear();
  for (std::size_t c = 0; c < label.size(); ++c) part_labels_.push_back(gather(label[c], part_label_[c]));
  store.add(in_part_.size(), gather(y, part_y_), gather(w, part_w_), part_labels_);
}

void OrderRecords::merge(OrderRecords&& other) {
  records_.merge(std::move(other.records_));
  for (std::size_t g = 0; g < by_record_.size(); ++g) by_record_[g] = by_record_[g] || other.by_record_[g];
  for (std::size_t g = 0; g < own_records_.size(); ++g) own_records_[g].merge(std::move(other.own_records_[g]));
}

/// The store of everybody, or of a grouping, which is empty from here on.
RecordStore OrderRecords::take(std::optional<std::size_t> grouping) {
  RecordStore& store = grouping ? own_records_[*grouping] : records_;
  const LabelFormat labels = store.labels();
  return std::exchange(store, RecordStore(labels));
}

void OrderRecords::end_part(const OrderPlan& plan, std::span<const Wide> total_weight, Exchange& exchange, Team& team) {
  for (std::size_t k = 0; k <= own_records_.size(); ++k) {
    const auto grouping = k == 0 ? std::nullopt : std::optional(k - 1);
    if (in_parts_.size() == k) in_parts_.emplace_back(slots_of(grouping), plan, total_weight);
    in_parts_[k].add(take(grouping), exchange, team);
  }
}

void OrderRecords::put(const std::vector<OrderStatistics>& from, std::size_t first, std::size_t count, std::vector<OrderStatistics>& found) const {
  for (std::size_t s = first; s < first + count; ++s)
    if (wants(s)) found[s] = from[s];
}

void OrderRecords::find(const OrderPlan& plan, Exchange& exchange, Team& team, std::vector<OrderStatistics>& found) {
  const bool in_parts = !in_parts_.empty();
  put(in_parts ? in_parts_[0].finish(exchange) : exact_order(take({}), slots_of({}), plan, exchange, team), 0, asked_.slots, found);
  for (std::size_t g = 0; g < asked_.groupings.size(); ++g) {
    std::int64_t any[] = {(in_parts ? in_parts_[g + 1].any() : own_records_[g].size() > 0) ? 1 : 0};
    exchange.sum(any);
    if (any[0] == 0) continue;
    put(in_parts ? in_parts_[g + 1].finish(exchange) : exact_order(take(g), slots_of(g), plan, exchange, team), asked_.groupings[g].first,
        asked_.groupings[g].count, found);
  }
}

}  // namespace puente
