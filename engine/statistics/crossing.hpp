// Groupings crossed: a record's slots by several groupings are one cell, so that what is done with a record is done once for all of
// them, and cells are added up to slots at the end. Plain values and pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/statistics/slot_labels.hpp"

namespace puente {

/// How many labels a record may have, none being one where many have none; 0: not known.
inline std::int32_t radix(const SlotRange& range) { return range.labels + (range.partial ? 1 : 0); }

struct Crossing {
  std::vector<std::size_t> columns;  ///< which groupings
  std::vector<std::int32_t> stride;  ///< of each: a cell is the sum of labels by strides
  std::size_t cells = 1;

  bool crossed() const { return columns.size() > 1; }
  /// The slot that records of a cell have by columns[a]; negative: none.
  std::int32_t slot_of(std::size_t cell, std::size_t a, std::span<const SlotRange> ranges) const {
    const SlotRange& range = ranges[columns[a]];
    const std::int32_t label = static_cast<std::int32_t>(cell) / stride[a] % radix(range) - (range.partial ? 1 : 0);
    return label < 0 ? -1 : range.first + label;
  }
  /// Cells of n records from `first` on, counted from `first_cell`; false where one has no label by a grouping that is not partial,
  /// so that it has no cell.
  bool find_cells(std::span<const SlotLabels> labels, std::size_t first, std::size_t n, std::int32_t first_cell, std::int32_t* cell) const {
    std::fill_n(cell, n, first_cell);
    std::int32_t missing = 0;
    for (std::size_t a = 0; a < columns.size(); ++a) {
      const SlotLabels& column = labels[columns[a]];
      const std::int32_t *slot = column.slot + first, step = stride[a], from = column.range.first;
      if (column.range.partial)
        for (std::size_t i = 0; i < n; ++i) cell[i] += slot[i] < 0 ? 0 : (slot[i] - from + 1) * step;
      else
        for (std::size_t i = 0; i < n; ++i) {
          missing |= slot[i];
          cell[i] += (slot[i] - from) * step;
        }
    }
    return missing >= 0;
  }
};

/// As few crossings as have `most` cells or fewer, or one grouping alone, and these as small as they come. Groupings whose labels are
/// not known stay alone, with a stride of 0.
std::vector<Crossing> cross(std::span<const SlotRange> ranges, std::size_t most);

}  // namespace puente
