// Welfare of one group and scenario in ascending order, with what every statistic of it asks for: cumulative sums, quantiles,
// a density. Sorted once, O(n log n). Records come in the population's order, whatever ranks and threads hold them: the bits
// are then a pure function of the records. Immutable after construction; safe to share.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace puente {

/// Welfare y and count v >= 0 of n records, in ascending order. Refers to what it is given.
class OrderedWelfare {
 public:
  OrderedWelfare(std::span<const double> y, std::span<const double> v);
  std::size_t records() const { return y_.size(); }
  double y(std::size_t i) const { return y_[i]; }
  double v(std::size_t i) const { return v_[i]; }
  double weight() const { return weight_; }  ///< W = Σ v
  double total() const { return total_; }    ///< T = Σ v y
  double mean() const { return total_ / weight_; }
  /// Records with v > 0, ascending by (y, record).
  std::span<const std::size_t> ascending() const { return order_; }
  /// Σ v and Σ v y of the first k of them, k = 0 … n.
  double weight_of_first(std::size_t k) const { return cumulative_weight_[k]; }
  double total_of_first(std::size_t k) const { return cumulative_total_[k]; }
  /// The smallest value whose cumulative weight reaches p W (to 1e-12 W, what sums of decimals lose), and how many records come
  /// before it.
  struct Quantile {
    double value = 0;
    std::size_t before = 0;
  };
  Quantile quantile(double p) const;
  /// Kernel estimate of the density at x.
  double density(double x) const;
  double bandwidth() const { return bandwidth_; }

 private:
  std::span<const double> y_, v_;
  std::vector<std::size_t> order_;
  std::vector<double> cumulative_weight_, cumulative_total_;
  double weight_ = 0, total_ = 0, bandwidth_ = 0;
};

}  // namespace puente
