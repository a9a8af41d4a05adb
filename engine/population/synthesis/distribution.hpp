// A distribution over classes, looked up with one uniform by Walker's alias method: no search, however many classes.
// Immutable after construction.
#pragma once

#include <cstddef>
#include <vector>

namespace puente {

class Distribution {
 public:
  struct Picked {
    std::size_t index;
    double within;  ///< [0, 1): where in its part of the table the uniform fell, uniform again
  };

  Distribution() = default;
  /// Shares ≥ 0, in any unit; all zero: the first class.
  explicit Distribution(const std::vector<double>& shares);
  /// With the first classes of a Poisson distribution, 0 … most.
  static Distribution poisson(double mean, int most);

  Picked pick(double u) const {
    const double place = u * static_cast<double>(slots_.size());
    const auto slot = static_cast<std::size_t>(place);
    const double f = place - static_cast<double>(slot);
    const Slot& s = slots_[slot];
    const bool own = f < s.own;
    return {own ? slot : s.other, (own ? f : f - s.own) * (own ? s.per_own : s.per_other)};
  }

 private:
  struct Slot {
    double own = 1, per_own = 1, per_other = 0;  ///< share of the slot that is the class itself; reciprocals
    std::size_t other = 0;
  };
  std::vector<Slot> slots_;
};

}  // namespace puente
