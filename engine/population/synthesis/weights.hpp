// Calibrated weights: relative weight g(x·λ) of a household with counts x, such that the weighted counts of all households
// equal published totals; Deville and Särndal's logit distance (1992) keeps every weight between two bounds. The
// multipliers λ solve the dual by Newton's method, one pass over the households a step. Weights are whole multiples of
// 2^-24, so that sums of weight × count are sums of integers: exact, whatever the ranks and threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace puente {

constexpr double weight_unit = 0x1p-24;

/// The bounded function g: g(0) = 1, least < g < most.
struct WeightFunction {
  double least = 0.25, most = 4;
  /// The weight, and the derivative.
  double ratio(double u, double* derivative) const;
  /// The weight in weight_units, and the derivative.
  std::int64_t at(double u, double* derivative) const;
  /// The same of n households; `derivative` may be null. u is overwritten.
  void at(double* u, std::size_t n, std::int64_t* weight, double* derivative) const;
};

/// Totals to be met: `common` counts of every household, and one count (its persons) of the one cell it lies in.
struct WeightTargets {
  std::vector<std::string> name;      ///< of common counts, then of cells, for messages
  std::vector<double> total;          ///< in records
  std::size_t common = 0;
  std::size_t cells() const { return total.size() - common; }
};

struct Multipliers {
  std::vector<double> common, cell;
};

/// One pass' sums under given multipliers: weighted counts and their derivatives. Integers, so any order gives the same.
class WeightSums {
 public:
  WeightSums(std::size_t common, std::size_t cells);
  /// A household: which common counts are not zero, rising, and how large; its cell and the count there.
  void add(const std::vector<std::pair<int, int>>& counts, std::size_t cell, int persons, std::int64_t weight, double derivative);
  void merge(const WeightSums& other);
  std::vector<std::int64_t>& state() { return state_; }
  /// Weighted counts in records, in the order of WeightTargets.
  std::vector<double> totals() const;
  /// The Newton step towards the targets; false when the margins do not determine it.
  bool step(const WeightTargets& targets, Multipliers& change) const;

 private:
  std::int64_t* curvature(std::size_t i) { return state_.data() + common_ + cells_ + i * common_; }
  std::size_t common_, cells_;
  /// Totals [common + cells], curvature [common][common] (its upper half), cross [cells][common], cell [cells].
  std::vector<std::int64_t> state_;
};

}  // namespace puente
