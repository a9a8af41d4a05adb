#include "engine/statistics/order_records.hpp"

#include <algorithm>

#include "engine/statistics/exact_order.hpp"

namespace puente {

OrderRecords::OrderRecords(const WelfareStatistics& asked, std::vector<bool> wanted)
    : asked_(asked), wanted_(std::move(wanted)), records_(asked.groupings.size()), buffers_(asked.groupings.size()) {
  for (std::size_t g = 0; g < asked.groupings.size(); ++g) own_records_.emplace_back(1);
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
  for (std::size_t g = 0; g < groupings.size(); ++g)
    label_.push_back(wanted_labels(records.n, groupings[g].by_record ? groupings[g].slot : nullptr, buffers_[g]));
  if (asked_.everybody && wants(0)) return records_.add(records.n, records.y, records.w, label_);
  w_.assign(records.w, records.w + records.n);
  for (std::size_t i = 0; i < records.n; ++i) {
    const bool counts = std::any_of(label_.begin(), label_.end(), [i](const std::int32_t* label) { return label[i] >= 0; });
    w_[i] = counts ? w_[i] : 0.0;
  }
  records_.add(records.n, records.y, w_.data(), label_);
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
  own_records_[grouping].add(entries.m, y_.data(), w_.data(), std::span(&slot, 1));
}

void OrderRecords::merge(OrderRecords&& other) {
  records_.merge(std::move(other.records_));
  for (std::size_t g = 0; g < own_records_.size(); ++g) own_records_[g].merge(std::move(other.own_records_[g]));
}

void OrderRecords::find(const OrderPlan& plan, Exchange& exchange, Team& team, std::vector<OrderStatistics>& found) {
  const auto put = [&](const std::vector<OrderStatistics>& from, std::size_t first, std::size_t count) {
    for (std::size_t s = first; s < first + count; ++s)
      if (wants(s)) found[s] = from[s];
  };
  const bool everybody = asked_.everybody && wants(0);
  put(exact_order(std::move(records_), {asked_.slots, everybody}, plan, exchange, team), 0, asked_.slots);
  for (std::size_t g = 0; g < asked_.groupings.size(); ++g) {
    std::int64_t any[] = {own_records_[g].size() > 0 ? 1 : 0};
    exchange.sum(any);
    if (any[0] == 0) continue;
    put(exact_order(std::move(own_records_[g]), {asked_.slots, false}, plan, exchange, team), asked_.groupings[g].first,
        asked_.groupings[g].count);
  }
}

}  // namespace puente
