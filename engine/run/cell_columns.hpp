// The cell of a table in which each unit counts, for several groupings at once, so that its terms are cut into limbs once for
// all of them. Scratch of one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/statistics/limb_table.hpp"

namespace puente {

class CellColumns {
 public:
  /// At most so many columns will be added.
  void begin(std::size_t units, std::size_t columns) {
    units_ = units;
    cells_.resize(units * columns);
    columns_.clear();
  }
  /// A column: cell_of(unit), negative where it counts in none.
  template <class CellOf>
  void add(CellOf&& cell_of) {
    std::int32_t* column = cells_.data() + units_ * columns_.size();
    for (std::size_t j = 0; j < units_; ++j) column[j] = cell_of(j);
    columns_.push_back({column, {}});
  }
  /// Adds the terms of all units to their cells.
  void add_to(LimbTable& table, const TermColumns& terms) const {
    constexpr std::size_t chunk = 1024;
    for (std::size_t first = 0; first < units_; first += chunk)
      table.add_by_slot(terms.part(first, std::min(chunk, units_ - first)), columns_, first);
  }

 private:
  std::size_t units_ = 0;
  std::vector<std::int32_t> cells_;  ///< [column][unit]
  std::vector<SlotLabels> columns_;
};

}  // namespace puente
