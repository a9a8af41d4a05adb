// How many get two programmes at once. Of the pool of the second programme (weight, or units of draw) a part is with the
// first and a part without; the second covers `target` of it in all. The overlap is what it covers of the part with the first:
//   least  = max(kept with, target − without)       most = min(with, target − kept without)
//   chance = kept with + (target − kept) · (with − kept with) / (with + without − kept)
// so that, where nobody is kept and all take up, shares a and b of the pool overlap in max(0, a + b − 1) … min(a, b), by
// chance in a·b. Within each part the second programme's own draws decide: its share is hit exactly, its recipients at a
// smaller share are among those at a larger one, and those of the first do not move. Plain values.
#pragma once

namespace puente {

struct OverlapRoom {
  double with = 0, without = 0;            ///< of the second programme's takers: clients of the first, and others
  double kept_with = 0, kept_without = 0;  ///< those among them who have the second in the data, and come first
};

struct OverlapBounds {
  double least = 0, chance = 0, most = 0;
};

/// `target` is at most with + without. Where it does not hold all who are kept, they are no bound.
OverlapBounds overlap_bounds(const OverlapRoom& room, double target);

}  // namespace puente
