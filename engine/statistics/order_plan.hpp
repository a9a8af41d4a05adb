// Statistics that need an order: which shares p of the population they ask for, and how indices come of the values
// found there. Immutable after construction.
#pragma once

#include <span>
#include <vector>

#include "engine/statistics/fixed_weight.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

/// What a slot's order gives; entries are in the order of OrderPlan::shares.
struct OrderStatistics {
  double gini = 0, gini_error_bound = 0;
  std::vector<double> quantile, quantile_error_bound, lorenz;
  double lorenz_error_bound = 0;  ///< of all ordinates
  static OrderStatistics missing(std::size_t shares);
};

class OrderPlan {
 public:
  /// Throws Error (bad_input) on a share outside [0, 1].
  explicit OrderPlan(std::span<const double> quantiles);
  /// The shares asked for and the nine deciles, ascending.
  std::size_t size() const { return shares_.size(); }
  /// Whole cumulative weights at which each share is reached, at least 1: p = 0 is the smallest value.
  std::vector<Wide> thresholds(Wide total_weight) const;
  void write(const OrderStatistics& found, WelfareResult& result) const;

 private:
  std::vector<Decimal> shares_;
  std::vector<std::size_t> asked_;  ///< where the asked quantiles are among the shares
  std::size_t decile_[9] = {};
};

}  // namespace puente
