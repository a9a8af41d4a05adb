// The records of a welfare tally kept for exact order statistics of some or all of its slots. One object a thread,
// merged afterwards.
#pragma once

#include <span>
#include <vector>

#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/record_store.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

class OrderRecords {
 public:
  /// `wanted`: which slots; empty: all. Records that count in no wanted slot are not kept.
  OrderRecords(const WelfareStatistics& asked, std::vector<bool> wanted);
  void add(const WelfareRecords& records, std::span<const GroupingEntries> groupings);
  void merge(OrderRecords&& other);
  /// Collective. Puts the statistics of the wanted slots into `found`; takes the records.
  void find(const OrderPlan& plan, Exchange& exchange, Team& team, std::vector<OrderStatistics>& found);

 private:
  bool wants(std::size_t slot) const { return wanted_.empty() || wanted_[slot]; }
  bool wants_any(const WelfareStatistics::Grouping& grouping) const;
  const std::int32_t* wanted_labels(std::size_t n, const std::int32_t* slot, std::vector<std::int32_t>& buffer) const;
  void add_by_record(const WelfareRecords& records, std::span<const GroupingEntries> groupings);
  void add_entries(std::size_t grouping, const WelfareRecords& records, const GroupingEntries& entries);

  WelfareStatistics asked_;
  std::vector<bool> wanted_;
  RecordStore records_;                  ///< everybody, labelled by the groupings that go by record
  std::vector<RecordStore> own_records_; ///< of groupings with entries of their own
  std::vector<std::vector<std::int32_t>> buffers_;
  std::vector<const std::int32_t*> label_;
  std::vector<double> y_, w_;
};

}  // namespace puente
