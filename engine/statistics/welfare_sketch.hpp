// A histogram of welfare by slot, from which Gini, quantiles and Lorenz ordinates follow with a stated error bound: what
// precision "sketch" keeps instead of records. Bins are the doubles that share sign, exponent and the first eight bits of
// the mantissa (256 an octave, between 2^-16 and 2^48 in magnitude), so that which bin a value falls into is a pure
// function of it. A bin holds Σ w and Σ w·f, f in [0, 1) the value's place in the bin, both as integers, so that adding
// commutes: the same bits for every layout. One object a thread, merged afterwards. Where records count in several groupings, the bins
// of all their slots are more than stays near the core: records wait until there are many, which then are added grouping by grouping.
//
// The Gini between bins is exact but for rounding, which the bounds count in. Within a bin of lower and upper edge a, b the
// mean absolute difference lies between 0 and that of values at the edges alone with the bin's mean; half of the largest
// is taken, and is the error bound (a bound for grouped data in the manner of Gastwirth 1972, "The Estimation of the Lorenz
// Curve and Gini Index"). A slot whose Gini could be off by more than 1e-5 of it, or a Lorenz ordinate by more than 1e-5
// (so a decile share by 2e-5), is too coarse. A quantile lies between the edges of the bins in which it may be reached.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/sign.hpp"
#include "engine/statistics/slot_labels.hpp"

namespace puente {

class WelfareSketch {
 public:
  /// Error bounds of the Gini above this share of it (DESIGN 6), or of a Lorenz ordinate above this, are too wide.
  static constexpr double widest_bound = 1e-5;
  /// What is known exactly of a slot.
  struct SlotTotals {
    double weight = 0, income = 0;
  };

  /// `first`: the first slot that records are added to; where it is 0, every record is added to slot 0.
  WelfareSketch(std::size_t slots, std::size_t first);
  /// Record i in slot 0 if `to_first`, and in slot column[first + i] of every column; a negative slot takes nothing.
  void add(std::size_t n, const double* y, const double* w, bool to_first, std::span<const SlotLabels> columns,
           std::size_t first);
  /// The same of the bins alone; what bounds need to know of weights is seen by `look_at_weights`, once a record.
  void add_to_bins(std::size_t n, const double* y, const double* w, bool to_first, std::span<const SlotLabels> columns,
                   std::size_t first, Sign sign);
  void look_at_weights(std::size_t n, const double* y, const double* w);
  void merge(WelfareSketch& other);
  /// The bins of slots [first, last) alone.
  void merge_bins(WelfareSketch& other, std::size_t first, std::size_t last);
  /// Collective: totals over all ranks. What is exchanged depends on the range of welfare, not on the number of records.
  void reduce(Exchange& exchange);

  /// After `reduce`. `records`: how many with a weight the slot has. Missing where there is no weight, or a value has no bin.
  OrderStatistics find(std::size_t slot, const OrderPlan& plan, std::int64_t records) const;
  /// Whether the slot needs its records in order: an error bound is too wide, a value has no bin, the total weight does not
  /// fit, or rounding hides that there is weight or income.
  bool too_coarse(std::size_t slot, const SlotTotals& totals, const OrderStatistics& found) const;

  /// Bins of magnitudes below 2^-16 (one), and of each sign from there up to 2^48.
  static constexpr std::int64_t octaves = 64, bins_an_octave = 256, of_a_sign = octaves * bins_an_octave;
  static constexpr std::int64_t zero = of_a_sign, bins = 2 * of_a_sign + 1;
  static constexpr std::int64_t bytes_of_slot = bins * 16;
  /// Weights of single records must be below this: products with 2^30 then are whole numbers of a double's mantissa.
  static constexpr double largest_weight = 0x1p21;

 private:
  /// Totals wrap where records are outside, whose slot is too coarse.
  struct alignas(16) Bin {
    std::uint64_t weight = 0;  ///< Σ w·2^30
    std::uint64_t place = 0;   ///< Σ w·f·2^26
    void add(Bin more) {
      weight += more.weight;
      place += more.place;
    }
  };
  /// A run of records as what is added to their bins.
  struct Run {
    static constexpr std::size_t capacity = 256;
    std::size_t n = 0;
    alignas(64) std::int64_t index[capacity];
    alignas(64) Bin add[capacity];
    bool any_outside = false;
    bool outside[capacity];
    void negate() {
      for (std::size_t i = 0; i < n; ++i) add[i] = {-add[i].weight, -add[i].place};
    }
  };
  struct Free {
    void operator()(Bin* bins) const { std::free(bins); }
  };
  using Bins = std::unique_ptr<Bin[], Free>;
  /// Pages that nothing touches take no memory.
  static Bins empty_bins(std::size_t count);
  /// Records that are not in their bins yet, all with slots by the same groupings.
  struct Waiting {
    static constexpr std::size_t capacity = 16384;
    std::vector<SlotRange> groupings;
    bool to_first = false;
    std::size_t n = 0;
    std::unique_ptr<std::int32_t[]> index, slot;  ///< slot: [grouping][capacity]
    Bins add;
  };
  struct Contents;

  bool find_bins(std::size_t n, const double* y);
  /// Of the weights of a run: the bits of the least one, and whether one is rounded.
  struct Weights {
    std::int64_t lightest, rounding = 0;
  };
  Weights prepare(std::size_t n, const double* y, const double* w);
  void look_at(const Weights& weights, std::size_t n, const double* w);
  void look_at_light_weights(std::size_t n, const double* w);
  void add_run(Bin* table, std::int64_t& outside, std::int64_t one) const;
  void add_run(bool to_first, std::span<const SlotLabels> columns, std::size_t first_row, std::int64_t one);
  void let_wait(bool to_first, std::span<const SlotLabels> columns, std::size_t first_row);
  void flush();
  struct Range {
    std::int64_t lowest, highest;
  };
  Range range() const;
  Contents contents(std::size_t slot) const;
  static double gini_between(const Contents& contents);
  static double gini_within(const Contents& contents);
  double rounding(const Contents& contents, double near_zero) const;
  void find_shares(const Contents& contents, const OrderPlan& plan, Wide open, double rounded, OrderStatistics& found) const;
  Bin* of_slot(std::size_t slot) { return table_.get() + slot * static_cast<std::size_t>(bins); }
  const Bin* of_slot(std::size_t slot) const { return table_.get() + slot * static_cast<std::size_t>(bins); }

  std::size_t slots_, first_;
  Bins table_;                            ///< [slot][bin]
  std::vector<std::int64_t> outside_;     ///< records of a slot that have no bin or too large a weight
  std::int64_t lowest_ = bins, highest_ = -1;  ///< after `reduce`
  double lightest_ = largest_weight;      ///< the least weight that is not light
  std::int64_t light_ = 0;                ///< records of so little weight that its rounding is told apart
  std::int64_t lowest_light_ = bins, highest_light_ = -1;  ///< where those are
  std::int64_t rounded_ = 0;              ///< runs of records with a weight that is no multiple of 2^-30
  std::unique_ptr<Run> run_;
  Waiting waiting_;
};

}  // namespace puente
