// The slots of records by one grouping. Plain values; the slots belong to somebody else.
#pragma once

#include <cstdint>

namespace puente {

/// Which slots the labels of a grouping have: `labels` of them from `first` on; 0: not known.
struct SlotRange {
  std::int32_t first = 0, labels = 0;
  bool partial = false;  ///< many records have none
  bool operator==(const SlotRange&) const = default;
};

struct SlotLabels {
  const std::int32_t* slot = nullptr;  ///< of each record; a negative one: it counts in none
  SlotRange range;
};

}  // namespace puente
