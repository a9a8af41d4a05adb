#include "engine/statistics/welfare_tally.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/statistics/exact_order.hpp"
#include "engine/statistics/limb_table.hpp"
#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/record_store.hpp"
#include "engine/statistics/welfare_terms.hpp"

namespace puente {

namespace {

bool by_record(const GroupingEntries& entries) { return entries.record == nullptr && entries.w == nullptr; }

/// Entries of a grouping as records of their own, a run at a time.
struct GatheredRun {
  explicit GatheredRun(std::size_t lines)
      : y(WelfareBlock::capacity), w(WelfareBlock::capacity), z(lines * WelfareBlock::capacity) {
    for (std::size_t l = 0; l < lines; ++l) line.push_back(z.data() + l * WelfareBlock::capacity);
  }
  WelfareRecords gather(const WelfareRecords& from, const GroupingEntries& entries, std::size_t first, std::size_t n);

  std::vector<double> y, w, z;
  std::vector<const double*> line;
};

WelfareRecords GatheredRun::gather(const WelfareRecords& from, const GroupingEntries& entries, std::size_t first,
                                   std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t j = first + i;
    const std::size_t record = entries.record == nullptr ? j : static_cast<std::size_t>(entries.record[j]);
    y[i] = from.y[record];
    w[i] = entries.w == nullptr ? from.w[record] : entries.w[j];
    for (std::size_t l = 0; l < line.size(); ++l) z[l * WelfareBlock::capacity + i] = from.line[l][record];
  }
  return {n, y.data(), w.data(), line};
}

}  // namespace

struct WelfareTally::Impl {
  explicit Impl(const WelfareStatistics& statistics)
      : asked(statistics), terms(asked), plan(asked.quantiles), sums(asked.slots, terms.count()), block(terms.count()),
        run(asked.lines), records(asked.groupings.size()) {
    for (std::size_t g = 0; g < asked.groupings.size(); ++g) own_records.emplace_back(1);
  }

  bool keeps_records() const { return asked.order_statistics; }
  void add_records(const WelfareRecords& from, std::span<const std::int32_t* const> columns);
  void keep_records(const WelfareRecords& from, std::span<const GroupingEntries> groupings);
  void add_entries(std::size_t grouping, const WelfareRecords& from, const GroupingEntries& entries);
  std::vector<OrderStatistics> order(Exchange& exchange, Team& team);
  bool weights_fit() const;

  WelfareStatistics asked;
  WelfareTerms terms;
  OrderPlan plan;
  LimbTable sums;
  WelfareBlock block;
  GatheredRun run;
  RecordStore records;                  ///< everybody, labelled by the groupings that go by record
  std::vector<RecordStore> own_records; ///< of groupings with entries of their own
};

/// Everybody, and the groupings that go by record (`columns`).
void WelfareTally::Impl::add_records(const WelfareRecords& from, std::span<const std::int32_t* const> columns) {
  for (std::size_t first = 0; first < from.n; first += WelfareBlock::capacity) {
    block.n = std::min(WelfareBlock::capacity, from.n - first);
    terms.evaluate(from, first, block);
    sums.add_to_first(block);
    sums.add_by_slot(block, columns, first);
  }
}

void WelfareTally::Impl::add_entries(std::size_t grouping, const WelfareRecords& from, const GroupingEntries& entries) {
  for (std::size_t first = 0; first < entries.m; first += WelfareBlock::capacity) {
    block.n = std::min(WelfareBlock::capacity, entries.m - first);
    const WelfareRecords gathered = run.gather(from, entries, first, block.n);
    const std::int32_t* slot = entries.slot + first;
    terms.evaluate(gathered, 0, block);
    sums.add_by_slot(block, std::span(&slot, 1), 0);
    if (keeps_records()) own_records[grouping].add(block.n, gathered.y, gathered.w, std::span(&slot, 1));
  }
}

/// A grouping with entries of its own has no labels here.
void WelfareTally::Impl::keep_records(const WelfareRecords& from, std::span<const GroupingEntries> groupings) {
  static const std::vector<std::int32_t> nowhere(1 << 16, -1);
  for (std::size_t first = 0; first < from.n; first += nowhere.size()) {
    std::vector<const std::int32_t*> label;
    for (const GroupingEntries& entries : groupings)
      label.push_back(by_record(entries) ? entries.slot + first : nowhere.data());
    records.add(std::min(nowhere.size(), from.n - first), from.y + first, from.w + first, label);
  }
}

bool WelfareTally::Impl::weights_fit() const {
  for (std::size_t s = 0; s < asked.slots; ++s)
    if (!(sums.totals(s)[WelfareTerms::weight].value() < 0x1p46)) return false;
  return true;
}

std::vector<OrderStatistics> WelfareTally::Impl::order(Exchange& exchange, Team& team) {
  std::vector<OrderStatistics> found(asked.slots, OrderStatistics::missing(plan.size()));
  if (!asked.order_statistics || !weights_fit()) return found;
  found = exact_order(std::move(records), {asked.slots, true}, plan, exchange, team);
  for (std::size_t g = 0; g < asked.groupings.size(); ++g) {
    std::vector<std::int64_t> any{own_records[g].size() > 0};
    exchange.sum(any);
    if (any[0] == 0) continue;
    const auto own = exact_order(std::move(own_records[g]), {asked.slots, false}, plan, exchange, team);
    const WelfareStatistics::Grouping& slots = asked.groupings[g];
    std::copy_n(own.begin() + slots.first, slots.count, found.begin() + slots.first);
  }
  return found;
}

WelfareTally::WelfareTally(const WelfareStatistics& asked) : impl_(std::make_unique<Impl>(asked)) {}
WelfareTally::~WelfareTally() = default;
WelfareTally::WelfareTally(WelfareTally&&) noexcept = default;
WelfareTally& WelfareTally::operator=(WelfareTally&&) noexcept = default;

void WelfareTally::add(const WelfareRecords& records, std::span<const GroupingEntries> groupings) {
  expect(groupings.size() == impl_->asked.groupings.size(), "entries for every grouping of the tally");
  std::vector<const std::int32_t*> columns;
  for (const GroupingEntries& entries : groupings)
    if (by_record(entries)) columns.push_back(entries.slot);
  impl_->add_records(records, columns);
  if (impl_->keeps_records()) impl_->keep_records(records, groupings);
  for (std::size_t g = 0; g < groupings.size(); ++g)
    if (!by_record(groupings[g])) impl_->add_entries(g, records, groupings[g]);
}

void WelfareTally::merge(WelfareTally&& other) {
  impl_->sums.merge(other.impl_->sums);
  impl_->records.merge(std::move(other.impl_->records));
  for (std::size_t g = 0; g < impl_->own_records.size(); ++g)
    impl_->own_records[g].merge(std::move(other.impl_->own_records[g]));
}

std::vector<WelfareResult> WelfareTally::finish(Exchange& exchange, Team& team) {
  impl_->sums.reduce(exchange);
  const std::vector<OrderStatistics> order = impl_->order(exchange, team);
  std::vector<WelfareResult> results;
  for (std::size_t s = 0; s < impl_->asked.slots; ++s) {
    results.push_back(impl_->terms.finish(impl_->sums.totals(s), impl_->sums.records(s)));
    impl_->plan.write(order[s], results.back());
  }
  return results;
}

}  // namespace puente
