// A distribution over classes, looked up with one uniform by Walker's alias method: no search, however many classes.
// Immutable after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

  /// Which of a slot's two parts is a matter of chance: it is looked up and not branched on.
  Picked pick(double u) const {
    const double place = u * count_;
    const auto slot = static_cast<std::int64_t>(place);
    const double f = place - static_cast<double>(slot);
    const Slot& s = slots_[static_cast<std::size_t>(slot)];
    const Part& part = s.part[f < s.own ? 0 : 1];
    return {part.index, (f - part.from) * part.per_width};
  }

 private:
  struct Part {
    double from = 0, per_width = 1;  ///< where the part begins; reciprocal of its width
    std::size_t index = 0;
  };
  struct Slot {
    double own = 1;  ///< share of the slot that is the class itself
    std::array<Part, 2> part;
  };
  std::vector<Slot> slots_;
  double count_ = 0;  ///< of slots
};

}  // namespace puente
