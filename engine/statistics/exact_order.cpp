#include "engine/statistics/exact_order.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/statistics/ascent.hpp"
#include "engine/statistics/buckets.hpp"
#include "engine/statistics/limbs.hpp"

namespace puente {

namespace {

void add(Wide& to, const Wide& more) { to += more; }
void add(ExactSum& to, const ExactSum& more) { to.merge(more); }

/// What each slot has in each range of this rank, and then what comes before it there, other ranks' ranges included.
template <class Amount>
struct RangeAmounts {
  RangeAmounts(std::size_t ranges, std::size_t slots_of_each) : slots(slots_of_each), amounts(ranges * slots), total(slots) {}
  Amount& at(std::size_t range, std::size_t slot) { return amounts[range * slots + slot]; }

  /// Collective.
  void cumulate(Exchange& exchange) {
    std::vector<Amount> mine(slots);
    for (std::size_t i = 0; i < amounts.size(); ++i) add(mine[i % slots], amounts[i]);
    const std::vector<std::byte> all = exchange.gather_all(std::as_bytes(std::span(mine)));
    std::vector<Amount> running(slots);
    for (int rank = 0; rank < exchange.size(); ++rank) {
      if (rank == exchange.rank()) running = total;
      for (std::size_t s = 0; s < slots; ++s) {
        Amount theirs;
        std::memcpy(&theirs, all.data() + (static_cast<std::size_t>(rank) * slots + s) * sizeof theirs, sizeof theirs);
        add(total[s], theirs);
      }
    }
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      const Amount here = std::exchange(amounts[i], running[i % slots]);
      add(running[i % slots], here);
    }
  }

  std::size_t slots;
  std::vector<Amount> amounts;  ///< [range][slot]
  std::vector<Amount> total;    ///< [slot], all ranks
};

/// What a task finds in its range, one entry a slot.
struct RangeFindings {
  std::vector<ExactSum> gini;
  std::vector<std::vector<ReachedShare>> reached;
};

/// A label of the records of a bucket, in order.
class SortedCells {
 public:
  explicit SortedCells(std::size_t cells) : count_(cells) {}
  void load(const SortedRecords& records, const std::vector<std::uint32_t>& label) {
    for (const std::uint32_t cell : met_) count_[cell] = 0;
    met_.clear();
    cell_.resize(std::max(cell_.size(), records.n));
    for (std::size_t k = 0; k < records.n; ++k) {
      cell_[k] = label[records.place[k]];
      if (count_[cell_[k]]++ == 0) met_.push_back(cell_[k]);
    }
  }
  std::uint32_t operator[](std::size_t k) const { return cell_[k]; }
  /// Calls f(cell, records in it) for cells of records.
  template <class F>
  void for_each_met(F f) const {
    for (const std::uint32_t cell : met_) f(cell, count_[cell]);
  }

 private:
  std::vector<std::uint32_t> cell_, met_, count_;
};

/// The records of a bucket taken apart by the slots of a grouping, in order.
class SlotSplit {
 public:
  /// The last of `slots` is that of records that count nowhere.
  explicit SlotSplit(std::size_t slots) : end_(slots) {}
  /// slot_of: of each cell.
  template <class F>
  void for_each_slot(const SortedRecords& records, const SortedCells& cells, const std::vector<std::uint32_t>& slot_of, F f);

 private:
  std::vector<std::uint32_t> end_;  ///< [slot], 0 between uses
  std::vector<std::uint32_t> met_;  ///< slots
  std::vector<std::uint64_t> key_;
  std::vector<double> weight_;
};

template <class F>
void SlotSplit::for_each_slot(const SortedRecords& records, const SortedCells& cells, const std::vector<std::uint32_t>& slot_of, F f) {
  met_.clear();
  cells.for_each_met([&](std::uint32_t cell, std::uint32_t count) {
    std::uint32_t& end = end_[slot_of[cell]];
    if (end == 0) met_.push_back(slot_of[cell]);
    end += count;
  });
  std::uint32_t begin = 0;
  for (const std::uint32_t slot : met_) begin += std::exchange(end_[slot], begin);
  if (key_.size() < records.n) {
    key_.resize(records.n);
    weight_.resize(records.n);
  }
  for (std::size_t k = 0; k < records.n; ++k) {
    const std::uint32_t to = end_[slot_of[cells[k]]]++;
    key_[to] = records.key[k];
    weight_[to] = records.weight[k];
  }
  begin = 0;
  for (const std::uint32_t slot : met_) {
    const std::uint32_t end = std::exchange(end_[slot], 0);
    if (slot + 1 < end_.size()) f(slot, OrderedRecords{end - begin, key_.data() + begin, weight_.data() + begin});
    begin = end;
  }
}

}  // namespace

/// The records of one part, of one rank after an exchange by key.
class ExactOrder::Part {
 public:
  Part(Buckets buckets, ExactOrder& order, Exchange& exchange, Team& team)
      : buckets_(std::move(buckets)), order_(order), slots_(order.slots_), exchange_(exchange), team_(team),
        ranges_(std::min<std::size_t>(buckets_.count(), 8 * static_cast<std::size_t>(team.threads()))),
        weight_(ranges_, slots_.slots()), income_(ranges_, slots_.slots()), found_(ranges_) {}

  void run() {
    team_.for_each(ranges_, [&](std::size_t range, int) { sum_weights(range); });
    weight_.cumulate(exchange_);
    order_.set_scales(weight_.total);
    team_.for_each(ranges_, [&](std::size_t range, int) { ascend(range); });
    income_.cumulate(exchange_);
    for (std::size_t range = 0; range < ranges_; ++range)
      for (std::size_t s = 0; s < slots_.slots(); ++s) {
        order_.gini_[s].merge(found_[range].gini[s]);
        for (const ReachedShare& reached : found_[range].reached[s]) reach(range, s, reached);
      }
    for (std::size_t s = 0; s < slots_.slots(); ++s) {
      order_.weight_[s] += weight_.total[s];
      order_.income_[s].merge(income_.total[s]);
    }
  }

 private:
  std::size_t first_bucket(std::size_t range) const { return range * buckets_.count() / ranges_; }

  /// Cell by cell; what the cells of a slot have is added up.
  void sum_weights(std::size_t range) {
    const std::size_t labels = buckets_.labels.count;
    LimbSum everybody;
    std::vector<std::vector<Wide>> of_cell;
    for (std::size_t c = 0; c < labels; ++c) of_cell.emplace_back(slots_.cells(c));
    std::array<std::uint32_t, RecordBlock::capacity> cell;
    std::array<Wide, RecordBlock::capacity> weight;
    for (std::size_t b = first_bucket(range); b < first_bucket(range + 1); ++b)
      buckets_.for_each_block(b, [&](const RecordBlock& block) {
        if (slots_.everybody()) everybody.add(block.weight, block.n);
        for (std::size_t i = 0; labels > 0 && i < block.n; ++i) weight[i] = fixed_weight(block.weight[i]);
        for (std::size_t c = 0; c < labels; ++c) {
          block.get_labels(buckets_.labels, c, cell.data());
          for (std::size_t i = 0; i < block.n; ++i) of_cell[c][cell[i]] += weight[i];
        }
      });
    if (slots_.everybody()) weight_.at(range, 0) += everybody.total().fixed();
    for (std::size_t c = 0; c < labels; ++c)
      for (const auto& slot_of : slots_.slots_of_cells(c))
        for (std::size_t k = 0; k < slot_of.size(); ++k)
          if (slot_of[k] < slots_.slots()) weight_.at(range, slot_of[k]) += of_cell[c][k];
  }

  void ascend(std::size_t range) {
    std::vector<Ascent> ascents;
    for (std::size_t s = 0; s < slots_.slots(); ++s) ascents.emplace_back(order_.scales_[s], order_.weight_[s] + weight_.at(range, s));
    Scratch scratch(slots_);
    for (std::size_t b = first_bucket(range); b < first_bucket(range + 1); ++b) ascend_bucket(b, scratch, ascents);
    for (std::size_t s = 0; s < slots_.slots(); ++s) {
      found_[range].gini.push_back(ascents[s].gini());
      found_[range].reached.push_back(ascents[s].reached());
      income_.at(range, s) = ascents[s].income();
    }
  }

  struct Scratch {
    explicit Scratch(const StoredSlots& slots) : bucket(slots.labels().count), split(slots.slots() + 1) {
      for (std::size_t c = 0; c < slots.labels().count; ++c) cells.emplace_back(slots.cells(c));
    }
    BucketRecords bucket;
    SortedRecords sorted;
    std::vector<SortedCells> cells;
    SlotSplit split;
    AscentScratch ascent;
  };

  void ascend_bucket(std::size_t b, Scratch& scratch, std::vector<Ascent>& ascents) {
    scratch.bucket.load(buckets_, b);
    scratch.sorted.sort(scratch.bucket);
    const SortedRecords& sorted = scratch.sorted;
    if (slots_.everybody()) ascents[0].add({sorted.n, sorted.key.data(), sorted.weight.data()}, scratch.ascent);
    for (std::size_t c = 0; c < scratch.cells.size(); ++c) {
      scratch.cells[c].load(sorted, scratch.bucket.label[c]);
      for (const auto& slot_of : slots_.slots_of_cells(c))
        scratch.split.for_each_slot(sorted, scratch.cells[c], slot_of, [&](std::size_t slot, const OrderedRecords& part) { ascents[slot].add(part, scratch.ascent); });
    }
  }

  void reach(std::size_t range, std::size_t slot, const ReachedShare& reached) {
    ReachedShare all = reached;
    all.income.merge(income_.at(range, slot));
    all.income.merge(order_.income_[slot]);
    order_.reached_[slot].push_back(all);
  }

  Buckets buckets_;
  ExactOrder& order_;
  const StoredSlots& slots_;
  Exchange& exchange_;
  Team& team_;
  std::size_t ranges_;
  RangeAmounts<Wide> weight_;
  RangeAmounts<ExactSum> income_;
  std::vector<RangeFindings> found_;
};

ExactOrder::ExactOrder(const StoredSlots& slots, const OrderPlan& plan)
    : slots_(slots), plan_(&plan), weight_(slots.slots()), income_(slots.slots()), gini_(slots.slots()), reached_(slots.slots()) {}

ExactOrder::ExactOrder(const StoredSlots& slots, const OrderPlan& plan, std::span<const Wide> total_weight) : ExactOrder(slots, plan) {
  set_scales(total_weight);
}

void ExactOrder::set_scales(std::span<const Wide> total_weight) {
  if (!scales_.empty()) return;
  for (const Wide total : total_weight) scales_.push_back(total > 0 ? SlotScale(total, *plan_) : SlotScale());
}

void ExactOrder::add(RecordStore&& store, Exchange& exchange, Team& team) {
  store.exchange_by_key(exchange);
  Part(make_buckets(std::move(store), team), *this, exchange, team).run();
}

/// A share is found on one rank and zero elsewhere: the integer sum of the bits is its value. The Lorenz ordinate takes back the
/// part of the run beyond the share.
std::vector<OrderStatistics> ExactOrder::finish(Exchange& exchange) {
  const std::size_t shares = plan_->size(), found = slots_.slots() * shares;
  std::vector<std::int64_t> state(2 * found);
  for (std::size_t s = 0; s < slots_.slots(); ++s)
    for (const ReachedShare& reached : reached_[s]) {
      const std::size_t at = s * shares + reached.share;
      state[at] = std::bit_cast<std::int64_t>(reached.y);
      state[found + at] = std::bit_cast<std::int64_t>((reached.income.value() - reached.y * reached.beyond) / income_[s].value());
    }
  for (ExactSum& sum : gini_) {
    sum.carry();
    state.insert(state.end(), sum.state().begin(), sum.state().end());
  }
  exchange.sum(state);
  std::vector<OrderStatistics> all;
  for (std::size_t s = 0; s < slots_.slots(); ++s) {
    std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(2 * found + s * ExactSum::state_size), +ExactSum::state_size, gini_[s].state().begin());
    all.push_back(result(s, std::span(state).subspan(s * shares, shares), std::span(state).subspan(found + s * shares, shares)));
  }
  return all;
}

OrderStatistics ExactOrder::result(std::size_t s, std::span<const std::int64_t> quantile, std::span<const std::int64_t> lorenz) const {
  OrderStatistics found = OrderStatistics::missing(plan_->size());
  if (weight_[s] == 0) return found;
  const auto as_double = [](std::int64_t bits) { return std::bit_cast<double>(bits); };
  std::transform(quantile.begin(), quantile.end(), found.quantile.begin(), as_double);
  found.quantile_error_bound.assign(plan_->size(), 0.0);
  const double income = income_[s].value();
  if (!(income > 0)) return found;
  std::transform(lorenz.begin(), lorenz.end(), found.lorenz.begin(), as_double);
  const double gini = gini_[s].value() / income - 1;
  found.gini = gini < 0 ? 0.0 : gini;  // rounding, where all are equal
  found.gini_error_bound = 0;
  return found;
}

}  // namespace puente
