#include "engine/statistics/welfare_tally.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "engine/core/error.hpp"
#include "engine/core/read_ahead.hpp"
#include "engine/statistics/key_bytes.hpp"
#include "engine/statistics/limb_table.hpp"
#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/order_records.hpp"
#include "engine/statistics/welfare_sketch.hpp"
#include "engine/statistics/welfare_terms.hpp"

namespace puente {

namespace {

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
    const auto record = static_cast<std::size_t>(entries.record[first + i]);
    y[i] = from.y[record];
    w[i] = entries.w[first + i];
    for (std::size_t l = 0; l < line.size(); ++l) z[l * WelfareBlock::capacity + i] = from.line[l][record];
  }
  return {n, y.data(), w.data(), line};
}

std::size_t first_slot(const WelfareStatistics& asked) {
  std::size_t first = asked.everybody ? 0 : asked.slots;
  for (const WelfareStatistics::Grouping& grouping : asked.groupings) first = std::min(first, grouping.first);
  return first;
}

}  // namespace

struct WelfareTally::Impl {
  explicit Impl(const WelfareStatistics& statistics)
      : asked(statistics), terms(asked), plan(asked.quantiles), sums(asked.slots, terms.count(), LimbTable::Records::counted), block(terms.count()), block_before(terms.count()),
        run(asked.lines), run_before(asked.lines), line(asked.lines, -std::numeric_limits<double>::infinity()) {
    if (!asked.order_statistics) return;
    if (asked.precision == Precision::exact) records.emplace(asked, std::vector<bool>());
    else sketch.emplace(asked.slots, first_slot(asked));
  }

  /// What an addition feeds, and how.
  struct Addition {
    bool everybody;
    Sign sign = Sign::plus;
    bool whole = true;  ///< the sketch sees weights, too
  };
  void add_run(const WelfareRecords& from, std::size_t first, std::span<const SlotLabels> columns, Addition how);
  void add_change_run(const WelfareRecords& now, const WelfareRecords& before, std::size_t first, std::span<const SlotLabels> columns, bool everybody);
  std::vector<SlotLabels> columns_of(std::span<const GroupingEntries> groupings) const;
  void advance() { if (ahead != nullptr) ahead->advance(); }
  void add_entries(const WelfareRecords& from, const GroupingEntries& entries, const SlotRange& range, Addition how);
  void add(const WelfareRecords& from, std::span<const GroupingEntries> groupings, Addition how);
  void look_at_weights(const WelfareRecords& from, const GroupingEntries& entries);
  void see_lines(const WelfareRecords& from) {
    for (std::size_t l = 0; l < from.line.size() && from.n > 0; ++l) line[l] = from.line[l][0];
  }
  bool weights_fit() const;
  double weight(std::size_t slot) const { return sums.value(slot, WelfareTerms::weight); }
  double income(std::size_t slot) const { return sums.value(slot, WelfareTerms::total); }

  WelfareStatistics asked;
  WelfareTerms terms;
  OrderPlan plan;
  LimbTable sums;
  WelfareBlock block, block_before;
  GatheredRun run, run_before;
  std::vector<double> line;  ///< the first record's; that of all where it is constant
  ReadAhead* ahead = nullptr;
  std::optional<OrderRecords> records;
  bool counts = false;        ///< records are counted, not kept
  std::optional<WelfareSketch> sketch;
  std::vector<OrderStatistics> sketched;  ///< after `reduce`, one a slot
};

/// Records [first, first + block.n): everybody, and the slots of `columns`.
void WelfareTally::Impl::add_run(const WelfareRecords& from, std::size_t first, std::span<const SlotLabels> columns, Addition how) {
  const auto at_once = [&](Limbs* of_terms) { return terms.sum(from, first, block.n, of_terms); };
  const bool added = how.everybody && columns.empty() && how.sign == Sign::plus && sums.add_sums_to_first(block.n, at_once);
  if (!added) {
    terms.evaluate(from, first, block);
    if (how.everybody) sums.add_to_first(block.columns(), how.sign);
    sums.add_by_slot(block.columns(), columns, first, how.sign);
  }
  advance();
  if (sketch && how.whole) sketch->add(block.n, from.y + first, from.w + first, how.everybody, columns, first);
  else if (sketch) sketch->add_to_bins(block.n, from.y + first, from.w + first, how.everybody, columns, first, how.sign);
  advance();
}

void WelfareTally::Impl::add_entries(const WelfareRecords& from, const GroupingEntries& entries, const SlotRange& range, Addition how) {
  for (std::size_t first = 0; first < entries.m; first += WelfareBlock::capacity) {
    block.n = std::min(WelfareBlock::capacity, entries.m - first);
    const WelfareRecords gathered = run.gather(from, entries, first, block.n);
    const SlotLabels labels{entries.slot + first, range};
    add_run(gathered, 0, std::span(&labels, 1), {false, how.sign, how.whole});
  }
}

void WelfareTally::Impl::look_at_weights(const WelfareRecords& from, const GroupingEntries& entries) {
  for (std::size_t first = 0; first < entries.m; first += WelfareBlock::capacity) {
    const std::size_t n = std::min(WelfareBlock::capacity, entries.m - first);
    run.gather(from, entries, first, n);
    sketch->look_at_weights(n, run.y.data(), run.w.data());
  }
}

bool WelfareTally::Impl::weights_fit() const {
  for (std::size_t s = 0; s < asked.slots; ++s)
    if (!(weight(s) < 0x1p46)) return false;
  return true;
}

WelfareTally::WelfareTally(const WelfareStatistics& asked) : impl_(std::make_unique<Impl>(asked)) {}
WelfareTally::~WelfareTally() = default;
WelfareTally::WelfareTally(WelfareTally&&) noexcept = default;
WelfareTally& WelfareTally::operator=(WelfareTally&&) noexcept = default;

/// Of those that go by record.
std::vector<SlotLabels> WelfareTally::Impl::columns_of(std::span<const GroupingEntries> groupings) const {
  expect(groupings.size() == asked.groupings.size(), "entries for every grouping of the tally");
  std::vector<SlotLabels> columns;
  for (std::size_t g = 0; g < groupings.size(); ++g)
    if (groupings[g].by_record && groupings[g].slot != nullptr) columns.push_back({groupings[g].slot, asked.groupings[g].range()});
  return columns;
}

void WelfareTally::Impl::add_change_run(const WelfareRecords& now, const WelfareRecords& before, std::size_t first,
                                        std::span<const SlotLabels> columns, bool everybody) {
  block_before.n = block.n;
  terms.evaluate(now, first, block);
  terms.evaluate(before, first, block_before);
  if (everybody) {
    sums.add_to_first(block.columns(), Sign::plus);
    sums.add_to_first(block_before.columns(), Sign::minus);
  }
  sums.add_changes_by_slot(block.columns(), block_before.columns(), columns, first);
  if (!sketch) return;
  sketch->add_to_bins(block.n, now.y + first, now.w + first, everybody, columns, first, Sign::plus);
  sketch->add_to_bins(block.n, before.y + first, before.w + first, everybody, columns, first, Sign::minus);
}

void WelfareTally::Impl::add(const WelfareRecords& from, std::span<const GroupingEntries> groupings, Addition how) {
  const std::vector<SlotLabels> columns = columns_of(groupings);
  for (std::size_t first = 0; first < from.n; first += WelfareBlock::capacity) {
    block.n = std::min(WelfareBlock::capacity, from.n - first);
    add_run(from, first, columns, how);
  }
  for (std::size_t g = 0; g < groupings.size(); ++g)
    if (!groupings[g].by_record) add_entries(from, groupings[g], asked.groupings[g].range(), how);
}

void WelfareTally::add(const WelfareRecords& records, std::span<const GroupingEntries> groupings, ReadAhead* ahead) {
  impl_->ahead = ahead;
  impl_->see_lines(records);
  impl_->add(records, groupings, {impl_->asked.everybody});
  if (impl_->records) impl_->records->add(records, groupings);
}

void WelfareTally::add_sums(const WelfareRecords& records, std::span<const GroupingEntries> groupings, bool everybody, Sign sign) {
  impl_->ahead = nullptr;
  impl_->add(records, groupings, {everybody, sign, false});
}

void WelfareTally::add_changes(const WelfareRecords& now, const WelfareRecords& before, std::span<const GroupingEntries> groupings, bool everybody) {
  Impl& impl = *impl_;
  const std::vector<SlotLabels> columns = impl.columns_of(groupings);
  for (std::size_t first = 0; first < now.n; first += WelfareBlock::capacity) {
    impl.block.n = std::min(WelfareBlock::capacity, now.n - first);
    impl.add_change_run(now, before, first, columns, everybody);
  }
  for (std::size_t g = 0; g < groupings.size(); ++g)
    for (std::size_t first = 0; !groupings[g].by_record && first < groupings[g].m; first += WelfareBlock::capacity) {
      impl.block.n = std::min(WelfareBlock::capacity, groupings[g].m - first);
      const SlotLabels labels{groupings[g].slot + first, impl.asked.groupings[g].range()};
      impl.add_change_run(impl.run.gather(now, groupings[g], first, impl.block.n), impl.run_before.gather(before, groupings[g], first, impl.block.n), 0,
                          std::span(&labels, 1), false);
    }
}

void WelfareTally::keep(const WelfareRecords& records, std::span<const GroupingEntries> groupings) {
  impl_->see_lines(records);
  if (impl_->sketch) {
    impl_->sketch->look_at_weights(records.n, records.y, records.w);
    for (const GroupingEntries& entries : groupings)
      if (!entries.by_record) impl_->look_at_weights(records, entries);
  }
  if (impl_->records) impl_->records->add(records, groupings);
}

void WelfareTally::count_in(KeyBytes& bytes) {
  if (impl_->records) impl_->records->count_in(&bytes);
  impl_->counts = true;
}

void WelfareTally::merge_sums(WelfareTally& other, std::size_t first_slot, std::size_t last_slot) {
  impl_->sums.merge(other.impl_->sums, first_slot, last_slot);
  if (impl_->sketch) impl_->sketch->merge_bins(*other.impl_->sketch, first_slot, last_slot);
}

void WelfareTally::merge(WelfareTally&& other) {
  impl_->sums.merge(other.impl_->sums);
  for (std::size_t l = 0; l < impl_->line.size(); ++l) impl_->line[l] = std::max(impl_->line[l], other.impl_->line[l]);
  if (impl_->records) impl_->records->merge(std::move(*other.impl_->records));
  if (impl_->sketch) impl_->sketch->merge(*other.impl_->sketch);
}

void WelfareTally::reduce(Exchange& exchange) {
  impl_->sums.reduce(exchange);
  exchange.max(impl_->line);
  if (!impl_->sketch) return;
  impl_->sketch->reduce(exchange);
  for (std::size_t s = 0; s < impl_->asked.slots; ++s)
    impl_->sketched.push_back(impl_->sketch->find(s, impl_->plan, impl_->sums.records(s)));
}

std::vector<bool> WelfareTally::too_coarse() const {
  if (!impl_->sketch || !impl_->weights_fit()) return {};
  std::vector<bool> slots(impl_->asked.slots);
  bool any = false;
  for (std::size_t s = 0; s < slots.size(); ++s) {
    slots[s] = impl_->sketch->too_coarse(s, {impl_->weight(s), impl_->income(s)}, impl_->sketched[s]);
    any |= slots[s];
  }
  return any ? slots : std::vector<bool>();
}

double WelfareTally::coarse_bytes() const {
  const std::vector<bool> coarse = too_coarse();
  double bytes = 0;
  for (std::size_t s = 0; s < coarse.size(); ++s)
    if (coarse[s]) bytes += static_cast<double>(impl_->sums.records(s)) * KeyBytes::of_record({impl_->asked.groupings.size(), impl_->asked.slots + 1});
  return bytes;
}

void WelfareTally::end_part(OrderRecords& part, Exchange& exchange, Team& team) const {
  if (!impl_->weights_fit()) return;
  std::vector<Wide> total_weight;
  for (std::size_t s = 0; s < impl_->asked.slots; ++s) total_weight.push_back(impl_->sums.totals(s)[WelfareTerms::weight].fixed());
  part.end_part(impl_->plan, total_weight, exchange, team);
}

std::vector<WelfareResult> WelfareTally::finish(Exchange& exchange, Team& team, OrderRecords* refined) {
  std::vector<OrderStatistics> order(impl_->asked.slots, OrderStatistics::missing(impl_->plan.size()));
  if (impl_->sketch && impl_->weights_fit()) order = impl_->sketched;
  OrderRecords* records = impl_->records && !impl_->counts ? &*impl_->records : refined;
  if (records != nullptr && impl_->weights_fit()) records->find(impl_->plan, exchange, team, order);
  std::vector<WelfareResult> results;
  for (std::size_t s = 0; s < impl_->asked.slots; ++s) {
    results.push_back(impl_->terms.finish(impl_->sums.totals(s), impl_->sums.records(s), impl_->line));
    impl_->plan.write(order[s], results.back());
  }
  return results;
}

}  // namespace puente
