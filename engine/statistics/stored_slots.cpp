#include "engine/statistics/stored_slots.hpp"

#include <algorithm>
#include <utility>

namespace puente {

namespace {

/// So that a label is a byte, unless a grouping has more slots than that.
constexpr std::size_t most_cells = 256;

}  // namespace

StoredSlots::StoredSlots(std::size_t slots, bool everybody, std::vector<SlotRange> groupings)
    : slots_(slots), everybody_(everybody), groupings_(std::move(groupings)) {
  for (SlotRange& range : groupings_) range.partial = true;
  crossings_ = cross(groupings_, most_cells);
  for (const Crossing& crossing : crossings_) {
    std::vector<std::vector<std::uint32_t>>& of_groupings = slots_of_cells_.emplace_back(crossing.columns.size());
    for (std::size_t a = 0; a < crossing.columns.size(); ++a)
      for (std::size_t cell = 0; cell < crossing.cells; ++cell) {
        const std::int32_t slot = crossing.slot_of(cell, a, groupings_);
        of_groupings[a].push_back(slot < 0 ? static_cast<std::uint32_t>(slots_) : static_cast<std::uint32_t>(slot));
      }
  }
}

LabelFormat StoredSlots::labels() const {
  std::size_t most = 0;
  for (const Crossing& crossing : crossings_) most = std::max(most, crossing.cells);
  return {crossings_.size(), most};
}

void StoredSlots::find_cells(std::size_t n, std::span<const std::int32_t* const> slot, std::vector<std::vector<std::int32_t>>& cell) const {
  std::vector<SlotLabels> labels;
  for (std::size_t g = 0; g < groupings_.size(); ++g) labels.push_back({slot[g], groupings_[g]});
  cell.resize(crossings_.size());
  for (std::size_t c = 0; c < crossings_.size(); ++c) {
    cell[c].resize(std::max(cell[c].size(), n));
    crossings_[c].find_cells(labels, 0, n, 0, cell[c].data());
  }
}

}  // namespace puente
