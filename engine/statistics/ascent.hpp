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
  int shift = 0;    ///< (cumulative weights >> shift)·unit is a share of twice the total
  double unit = 0;
  double step = 0;  ///< the weight that a shifted weight's lowest bit stands for
  std::vector<Wide> thresholds;
};

/// Records of a slot in ascending order of the key.
struct OrderedRecords {
  std::size_t n = 0;
  const std::uint64_t* key = nullptr;
  const double* weight = nullptr;
};

/// Columns of records and of runs, which are counted from 1. Scratch of one thread.
struct AscentScratch {
  void make_room(std::size_t n);
  std::vector<double> y, income;         ///< of records: their terms
  std::vector<std::uint64_t> steps, rest;  ///< a weight as whole steps and what remains, in 2^-80
  std::vector<double> run_y, gini;       ///< of runs
  std::vector<std::uint64_t> steps_after, rest_after;  ///< sums over the bucket's records up to a run's end
  std::vector<Wide> after;               ///< cumulative weight there, where 64 bits are too few
  std::vector<std::uint32_t> last;       ///< a run's last record
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
  void add_piece(const OrderedRecords& records, AscentScratch& scratch);
  bool add_in_steps(const OrderedRecords& records, AscentScratch& scratch);
  void add_in_units(const OrderedRecords& records, AscentScratch& scratch);
  bool divide_weights(const OrderedRecords& records, AscentScratch& scratch) const;
  static std::size_t sum_runs(const OrderedRecords& records, AscentScratch& scratch);
  bool find_terms(std::size_t runs, AscentScratch& scratch) const;
  template <class After>
  void add_runs(const AscentScratch& scratch, std::size_t runs, After after);

  const SlotScale* scale_;
  Wide before_;
  std::size_t next_ = 0;  ///< share
  LimbSum gini_, income_;
  std::vector<ReachedShare> reached_;
};

}  // namespace puente
