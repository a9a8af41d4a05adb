#include "engine/statistics/exact_order.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <cstring>

#include "engine/statistics/buckets.hpp"
#include "engine/statistics/limb_table.hpp"
#include "engine/statistics/selection.hpp"

namespace puente {

namespace {

/// What comes before a place in the order, exactly.
struct Cumulative {
  Wide weight = 0;
  ExactSum income;
  void add(const Cumulative& other) {
    weight += other.weight;
    income.merge(other.income);
  }
};

/// A slot's constants: what mid-ranks are divided by, and where its shares are reached.
struct SlotScale {
  int shift = 0;
  double unit = 0;     ///< (cumulative weights >> shift)·unit is a share of twice the total
  double income = 0;
  std::vector<Wide> thresholds;
};

SlotScale scale_of(const Cumulative& total, const OrderPlan& plan) {
  SlotScale scale;
  while (((2 * total.weight) >> scale.shift) >> 62 != 0) ++scale.shift;
  scale.unit = static_cast<double>(static_cast<Wide>(1) << scale.shift) / static_cast<double>(total.weight);
  scale.income = total.income.value();
  scale.thresholds = plan.thresholds(total.weight);
  return scale;
}

/// Where the shares of every slot are found; each is found once, by one task of one rank.
struct Findings {
  Findings(std::size_t slots, std::size_t size) : shares(size), quantile(slots * size), lorenz(slots * size) {}
  std::size_t shares;
  std::vector<double> quantile, lorenz;
};

/// A slot on its way up the order. Records of one value form a run; a closed run adds its term of
/// Gini = Σ_k y_k w_k (C_{k-1} + C_k) / (W S) − 1 over distinct values y_k with cumulative weights C_k
/// (Lerman & Yitzhaki 1989), and the shares reached in it.
class Ascent {
 public:
  Ascent(std::size_t slot, const SlotScale& scale, const Cumulative& before, Findings& findings)
      : scale_(&scale), before_(before.weight), findings_(&findings), first_(slot * findings.shares) {
    income_.merge(before.income);
    while (next_ < scale.thresholds.size() && scale.thresholds[next_] <= before.weight) ++next_;
  }

  void add(std::uint64_t key, double y, double w, Wide fixed) {
    if (key != key_ || records_ == 0) {
      close_run();
      key_ = key;
      y_ = y;
      first_weight_ = w;
    }
    ++records_;
    run_ += fixed;
    income_.add(w * y);
  }
  void close_run() {
    if (records_ == 0) return;
    const Wide after = before_ + run_;
    const auto twice_middle = static_cast<std::int64_t>((before_ + after) >> scale_->shift);
    const bool is_its_weight = records_ == 1 && first_weight_ >= exact_from;
    const double weight = is_its_weight ? first_weight_ : weight_of(run_);
    gini_.add((y_ * weight) * (static_cast<double>(twice_middle) * scale_->unit));
    before_ = after;
    run_ = 0;
    records_ = 0;
    for (; next_ < scale_->thresholds.size() && scale_->thresholds[next_] <= after; ++next_) find_share();
  }
  const ExactSum& gini() { return gini_.total(); }

 private:
  /// Weights from here on are multiples of 2^-80.
  static constexpr double exact_from = 0x1p-28;

  /// The Lorenz ordinate takes back the part of the run beyond the share.
  void find_share() {
    const double beyond = weight_of(before_ - scale_->thresholds[next_]);
    findings_->quantile[first_ + next_] = y_;
    findings_->lorenz[first_ + next_] = (income_.total().value() - y_ * beyond) / scale_->income;
  }

  const SlotScale* scale_;
  Wide before_;
  Findings* findings_;
  std::size_t first_, next_ = 0;
  std::uint64_t key_ = 0;
  std::int64_t records_ = 0;  ///< of the run
  double y_ = 0, first_weight_ = 0;
  Wide run_ = 0;
  BufferedSum income_, gini_;
};

class ExactOrder {
 public:
  ExactOrder(Buckets buckets, const StoredSlots& slots, const OrderPlan& plan, Exchange& exchange, Team& team)
      : buckets_(std::move(buckets)), slots_(slots), plan_(plan), exchange_(exchange), team_(team),
        ranges_(std::min<std::size_t>(buckets_.count(), 8 * static_cast<std::size_t>(team.threads()))),
        before_(ranges_ * slots.slots), total_(slots.slots), gini_(slots.slots),
        findings_(slots.slots, plan.size()) {}

  std::vector<OrderStatistics> run() {
    team_.for_each(ranges_, [&](std::size_t range, int) { sum_range(range); });
    cumulate();
    for (const Cumulative& total : total_) scales_.push_back(total.weight > 0 ? scale_of(total, plan_) : SlotScale{});
    std::vector<std::vector<ExactSum>> gini(ranges_);
    team_.for_each(ranges_, [&](std::size_t range, int) { gini[range] = ascend(range); });
    for (const auto& part : gini)
      for (std::size_t s = 0; s < slots_.slots; ++s) gini_[s].merge(part[s]);
    share_findings();
    return results();
  }

 private:
  std::size_t first_bucket(std::size_t range) const { return range * buckets_.count() / ranges_; }

  void sum_range(std::size_t range) {
    constexpr std::size_t piece = RecordBlock::capacity, terms = 2;
    LimbTable table(slots_.slots, terms);
    std::vector<double> values(terms * piece);
    std::vector<const std::int32_t*> labels(buckets_.labels);
    for (std::size_t b = first_bucket(range); b < first_bucket(range + 1); ++b)
      buckets_.for_each_block(b, [&](const RecordBlock& block) {
        for (std::size_t i = 0; i < block.n; ++i) {
          values[i] = block.weight[i];
          values[piece + i] = values[i] * from_ordered_bits(block.key[i]);
        }
        for (std::size_t c = 0; c < labels.size(); ++c) labels[c] = block.label(c);
        const TermColumns columns = TermColumns::all(block.n, terms, piece, values.data());
        if (slots_.everybody) table.add_to_first(columns);
        table.add_by_slot(columns, labels, 0);
      });
    table.settle();
    for (std::size_t s = 0; s < slots_.slots; ++s)
      before_[range * slots_.slots + s] = {table.totals(s)[0].fixed(), table.totals(s)[1]};
  }

  /// Turns sums of ranges into what comes before them, other ranks' ranges included.
  void cumulate() {
    std::vector<Cumulative> mine(slots_.slots);
    for (std::size_t range = 0; range < ranges_; ++range)
      for (std::size_t s = 0; s < slots_.slots; ++s) mine[s].add(before_[range * slots_.slots + s]);
    const std::vector<std::byte> all = exchange_.gather_all(std::as_bytes(std::span(mine)));
    std::vector<Cumulative> running(slots_.slots);
    for (int rank = 0; rank < exchange_.size(); ++rank) {
      if (rank == exchange_.rank()) running = total_;
      for (std::size_t s = 0; s < slots_.slots; ++s) {
        Cumulative theirs;
        std::memcpy(&theirs, all.data() + (static_cast<std::size_t>(rank) * slots_.slots + s) * sizeof theirs, sizeof theirs);
        total_[s].add(theirs);
      }
    }
    for (std::size_t range = 0; range < ranges_; ++range)
      for (std::size_t s = 0; s < slots_.slots; ++s) {
        const Cumulative here = std::exchange(before_[range * slots_.slots + s], running[s]);
        running[s].add(here);
      }
  }

  std::vector<ExactSum> ascend(std::size_t range) {
    std::vector<Ascent> ascents;
    for (std::size_t s = 0; s < slots_.slots; ++s)
      ascents.emplace_back(s, scales_[s], before_[range * slots_.slots + s], findings_);
    SortScratch scratch;
    BucketRecords records(buckets_.labels);
    for (std::size_t b = first_bucket(range); b < first_bucket(range + 1); ++b) {
      records.load(buckets_, b);
      ascend_bucket(records, scratch, ascents);
    }
    std::vector<ExactSum> gini;
    for (Ascent& ascent : ascents) {
      ascent.close_run();
      gini.push_back(ascent.gini());
    }
    return gini;
  }

  void ascend_bucket(const BucketRecords& records, SortScratch& scratch, std::vector<Ascent>& ascents) {
    sort_keys(records.key.data(), records.n, scratch);
    for (std::size_t k = 0; k < records.n; ++k) {
      const auto [key, place] = scratch.sorted[k];
      const double y = from_ordered_bits(key), w = records.weight[place];
      const Wide fixed = fixed_weight(w);
      if (slots_.everybody) ascents[0].add(key, y, w, fixed);
      for (const auto& label : records.label)
        if (const std::int32_t slot = label[place]; slot >= 0) ascents[static_cast<std::size_t>(slot)].add(key, y, w, fixed);
    }
  }

  /// A share is found on one rank and zero elsewhere: the integer sum of the bits is its value.
  void share_findings() {
    const std::size_t found = findings_.quantile.size();
    std::vector<std::int64_t> state;
    for (const auto* values : {&findings_.quantile, &findings_.lorenz})
      for (const double x : *values) state.push_back(std::bit_cast<std::int64_t>(x));
    for (ExactSum& sum : gini_) {
      sum.carry();
      state.insert(state.end(), sum.state().begin(), sum.state().end());
    }
    exchange_.sum(state);
    for (std::size_t i = 0; i < found; ++i) {
      findings_.quantile[i] = std::bit_cast<double>(state[i]);
      findings_.lorenz[i] = std::bit_cast<double>(state[found + i]);
    }
    for (std::size_t s = 0; s < gini_.size(); ++s)
      std::copy_n(state.begin() + 2 * found + s * ExactSum::state_size, +ExactSum::state_size, gini_[s].state().begin());
  }

  OrderStatistics result(std::size_t s) const {
    OrderStatistics found = OrderStatistics::missing(plan_.size());
    if (total_[s].weight == 0) return found;
    const std::size_t first = s * plan_.size();
    std::copy_n(findings_.quantile.begin() + first, plan_.size(), found.quantile.begin());
    found.quantile_error_bound.assign(plan_.size(), 0.0);
    if (!(scales_[s].income > 0)) return found;
    std::copy_n(findings_.lorenz.begin() + first, plan_.size(), found.lorenz.begin());
    const double gini = gini_[s].value() / scales_[s].income - 1;
    found.gini = gini < 0 ? 0.0 : gini;  // rounding, where all are equal
    found.gini_error_bound = 0;
    return found;
  }

  std::vector<OrderStatistics> results() const {
    std::vector<OrderStatistics> all;
    for (std::size_t s = 0; s < slots_.slots; ++s) all.push_back(result(s));
    return all;
  }

  Buckets buckets_;
  const StoredSlots& slots_;
  const OrderPlan& plan_;
  Exchange& exchange_;
  Team& team_;
  std::size_t ranges_;
  std::vector<Cumulative> before_, total_;
  std::vector<SlotScale> scales_;
  std::vector<ExactSum> gini_;
  Findings findings_;
};

}  // namespace

std::vector<OrderStatistics> exact_order(RecordStore&& store, const StoredSlots& slots, const OrderPlan& plan,
                                         Exchange& exchange, Team& team) {
  store.exchange_by_key(exchange);
  return ExactOrder(make_buckets(std::move(store), team), slots, plan, exchange, team).run();
}

}  // namespace puente
