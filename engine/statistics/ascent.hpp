// One slot on its way up the order of its records, a bucket at a time. Records of one value form a run; a run adds its term of
// Gini = Σ_k y_k w_k (C_{k-1} + C_k) / (W S) − 1 over distinct values y_k with cumulative weights C_k (Lerman & Yitzhaki
// 1989), and the shares reached in it. Every term is a pure function of exact cumulative weights. One object a thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/statistics/fixed_weight.hpp"
#include "engine/statistics/limbs.hpp"
#include "engine/statistics/order_plan.hpp"

namespace puente {

/// A slot's constants: what mid-ranks are divided by, and where its shares are reached.
struct SlotScale {
  SlotScale() = default;
  SlotScale(Wide total_weight, const OrderPlan& plan);
  int shift = 0;      ///< (cumulative weights >> shift)·unit is a share of twice the total
  double unit = 0;
  double step = 0;    ///< 2^shift of the units of a weight: what the lowest bit of a shifted weight is
  std::vector<Wide> thresholds;
};

/// Records of a slot in ascending order of the key.
struct OrderedRecords {
  std::size_t n = 0;
  const std::uint64_t* key = nullptr;
  const double* weight = nullptr;
};

/// Columns of runs and terms, of as many rows as a bucket has records. Scratch of one thread.
struct AscentScratch {
  void make_room(std::size_t n);
  std::vector<std::uint64_t> key;       ///< of a run
  std::vector<std::uint32_t> last;      ///< its last record
  std::vector<std::int64_t> short_after; ///< cumulative weight after it, in steps
  std::vector<Wide> after;              ///< the same in units of a weight, where steps are too coarse
  std::vector<double> income, gini;     ///< terms of records and of runs
};

/// A share that was reached: the value there, how much weight beyond it the value's run has, and the income up to the run's end
/// of the records of this ascent.
struct ReachedShare {
  std::size_t share = 0;
  double y = 0, beyond = 0;
  ExactSum income;
};

class Ascent {
 public:
  Ascent(const SlotScale& scale, Wide weight_before);
  /// Those of a bucket that belong to the slot. Values do not recur in later buckets.
  void add(const OrderedRecords& records, AscentScratch& scratch);
  const ExactSum& gini() { return gini_.total(); }
  const ExactSum& income() { return income_.total(); }
  const std::vector<ReachedShare>& reached() const { return reached_; }

 private:
  template <class Count, class CountOf>
  std::size_t find_runs(const OrderedRecords& records, Count before, CountOf count_of, Count* after, AscentScratch& scratch) const;
  bool fits_steps(const OrderedRecords& records) const;
  Wide add_in_steps(const OrderedRecords& records, AscentScratch& scratch);
  Wide add_in_units(const OrderedRecords& records, AscentScratch& scratch);
  template <class Count>
  void find_shares(const AscentScratch& scratch, const Count* after, std::size_t runs, int shift);

  const SlotScale* scale_;
  Wide before_;
  std::size_t next_ = 0;  ///< share
  LimbSum gini_, income_;
  std::vector<ReachedShare> reached_;
};

}  // namespace puente
