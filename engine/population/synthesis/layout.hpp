// Where households live: a household's number says its region, area and units (district, school, …), by cumulated shares,
// so that published shares are hit exactly at any number of households. Immutable after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/population/synthesis/profile.hpp"

namespace puente {

/// Households of one region and area: numbers [first, last).
struct Cell {
  std::int64_t first = 0, last = 0;
  int region = 0, area = 0;
  double persons = 0;     ///< share of the country's
};

class Layout {
 public:
  Layout(const Profile& profile, std::int64_t households);
  const std::vector<Cell>& cells() const { return cells_; }
  std::size_t cell_of(std::int64_t household) const;
  /// Number of the household's unit on a level, counted through the country from 0.
  std::int64_t unit_of(const Cell& cell, std::int64_t household, std::size_t level) const {
    const Level& units = levels_[level];
    const auto region = static_cast<std::size_t>(cell.region);
    const double place = (static_cast<double>(household - cell.first) + 0.5) / static_cast<double>(cell.last - cell.first);
    return units.first[region] + static_cast<std::int64_t>(place * static_cast<double>(units.in_region[region]));
  }
  /// The same of the n households of a cell from this one on.
  void units_of(const Cell& cell, std::int64_t household, std::size_t n, std::size_t level, double* out) const;
  std::int64_t units(std::size_t level) const { return levels_[level].first.back(); }
  /// Households of the area, as a share of all.
  double area_share(std::size_t area) const { return area_share_[area]; }
  /// Persons of a household, by the areas' means.
  double mean_size() const { return mean_size_; }

 private:
  struct Level {
    std::vector<std::int64_t> in_region, first;  ///< units of each region; the first one's number, and the total
  };
  std::vector<Cell> cells_;  ///< those with anybody in them
  std::vector<Level> levels_;
  std::vector<double> area_share_;
  double mean_size_ = 0;
};

/// The order of units of each of the profile's draws: [draw][unit], (rank + ½)/units of a keyed uniform.
std::vector<std::vector<double>> unit_orders(const Profile& profile, const Layout& layout);

}  // namespace puente
