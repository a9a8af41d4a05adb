// The records of a welfare tally kept for exact order statistics of some or all of its slots: all at once, or where memory does not
// hold them, those of one range of keys after another, each in a walk of its own. One object a thread, merged afterwards.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/statistics/exact_order.hpp"
#include "engine/statistics/key_bytes.hpp"
#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/record_store.hpp"
#include "engine/statistics/stored_slots.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

class OrderRecords {
 public:
  /// `wanted`: which slots; empty: all. Records that count in no wanted slot are not kept.
  OrderRecords(const WelfareStatistics& asked, std::vector<bool> wanted);
  void add(const WelfareRecords& records, std::span<const GroupingEntries> groupings);
  void merge(OrderRecords&& other);
  /// From here on records are not kept but counted; null: no longer.
  void count_in(KeyBytes* bytes) { bytes_ = bytes; }
  /// From here on only records of these keys are kept, which are above those of every part before.
  void begin_part(const KeyPart& part) {
    bytes_ = nullptr;
    part_ = part;
  }
  /// Collective. Takes the records of a part, one of several. `total_weight` of each slot, in 2^-80, over all parts.
  void end_part(const OrderPlan& plan, std::span<const Wide> total_weight, Exchange& exchange, Team& team);
  /// Collective. Puts the statistics of the wanted slots into `found`; takes the records that are left.
  void find(const OrderPlan& plan, Exchange& exchange, Team& team, std::vector<OrderStatistics>& found);

 private:
  bool wants(std::size_t slot) const { return wanted_.empty() || wanted_[slot]; }
  bool wants_any(const WelfareStatistics::Grouping& grouping) const;
  const std::int32_t* wanted_labels(std::size_t n, const std::int32_t* slot, std::vector<std::int32_t>& buffer) const;
  void add_by_record(const WelfareRecords& records, std::span<const GroupingEntries> groupings);
  /// Records kept, and their slots.
  struct Store {
    explicit Store(StoredSlots of_records) : slots(std::move(of_records)), records(slots.labels()) {}
    StoredSlots slots;
    RecordStore records;
  };
  void keep(Store& store, std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> slot);
  static RecordStore take(Store& store);
  std::vector<std::int64_t> records_of_stores(Exchange& exchange) const;
  void put(const std::vector<OrderStatistics>& from, std::size_t first, std::size_t count, std::vector<OrderStatistics>& found) const;
  void add_entries(std::size_t grouping, const WelfareRecords& records, const GroupingEntries& entries);

  WelfareStatistics asked_;
  std::vector<bool> wanted_;
  std::vector<std::size_t> by_record_;  ///< groupings of wanted slots that go by record
  std::vector<Store> stores_;           ///< everybody, labelled by those; then one a grouping, of entries of its own
  std::vector<std::vector<std::int32_t>> buffers_, cells_;
  std::vector<const std::int32_t*> slot_, cell_;
  std::vector<double> y_, w_;
  // Where records come in parts
  KeyBytes* bytes_ = nullptr;
  std::optional<KeyPart> part_;
  std::vector<std::optional<ExactOrder>> in_parts_;  ///< [store], empty where no rank had a record; everybody's is there
  std::vector<std::int32_t> in_part_;    ///< records
  std::vector<std::vector<std::int32_t>> part_cells_;
  std::vector<double> part_y_, part_w_;
};

}  // namespace puente
