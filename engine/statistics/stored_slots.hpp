// How records kept for exact order statistics say in which slots they count: their groupings are crossed, and a label is a record's
// cell in one of the crossings. Immutable after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/statistics/crossing.hpp"
#include "engine/statistics/label_format.hpp"

namespace puente {

class StoredSlots {
 public:
  /// `everybody`: all records also count in slot 0. `groupings`: their slots, of which no two share one; a record may have none.
  StoredSlots(std::size_t slots, bool everybody, std::vector<SlotRange> groupings = {});

  std::size_t slots() const { return slots_; }
  bool everybody() const { return everybody_; }
  /// Label c of a record is its cell in crossing c.
  LabelFormat labels() const;
  /// slots_of_cells(c)[a][cell]: the slot by a grouping of crossing c; slots(): none.
  std::span<const std::vector<std::uint32_t>> slots_of_cells(std::size_t crossing) const { return slots_of_cells_[crossing]; }
  std::size_t cells(std::size_t crossing) const { return crossings_[crossing].cells; }
  /// Cells of n records: cell[c] of crossing c. slot[g]: slots by grouping g, negative: none.
  void find_cells(std::size_t n, std::span<const std::int32_t* const> slot, std::vector<std::vector<std::int32_t>>& cell) const;

 private:
  std::size_t slots_;
  bool everybody_;
  std::vector<SlotRange> groupings_;
  std::vector<Crossing> crossings_;
  std::vector<std::vector<std::vector<std::uint32_t>>> slots_of_cells_;
};

}  // namespace puente
