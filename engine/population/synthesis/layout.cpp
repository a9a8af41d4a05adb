#include "engine/population/synthesis/layout.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/random.hpp"

namespace puente {

Layout::Layout(const Profile& profile, std::int64_t households) : area_share_(profile.areas.size()) {
  double per_person = 0;
  for (std::size_t r = 0; r < profile.regions.size(); ++r)
    for (std::size_t a = 0; a < profile.areas.size(); ++a) {
      const double persons = profile.regions[r].share[a];
      if (persons <= 0) continue;
      cells_.push_back({0, 0, static_cast<int>(r), static_cast<int>(a), persons});
      area_share_[a] += persons / profile.areas[a].household_size;
    }
  for (const double share : area_share_) per_person += share;
  for (double& share : area_share_) share /= per_person;
  mean_size_ = 1 / per_person;
  double before = 0;
  std::int64_t first = 0;
  for (Cell& cell : cells_) {
    before += cell.persons / profile.areas[static_cast<std::size_t>(cell.area)].household_size / per_person;
    cell.first = first;
    cell.last = first = std::min(households, static_cast<std::int64_t>(std::floor(before * static_cast<double>(households) + 0.5)));
  }
  cells_.back().last = households;
  for (const UnitLevel& unit : profile.units) {
    Level level;
    level.in_region = unit.count;
    if (!levels_.empty())
      for (std::size_t r = 0; r < unit.count.size(); ++r) level.in_region[r] *= levels_.back().in_region[r];
    level.first.assign(1, 0);
    for (const std::int64_t count : level.in_region) level.first.push_back(level.first.back() + count);
    levels_.push_back(std::move(level));
  }
}

std::size_t Layout::cell_of(std::int64_t household) const {
  const auto after = std::upper_bound(cells_.begin(), cells_.end(), household, [](std::int64_t h, const Cell& cell) { return h < cell.last; });
  return static_cast<std::size_t>(after - cells_.begin());
}

/// Whole numbers in doubles, so that the loop vectorises.
void Layout::units_of(const Cell& cell, std::int64_t household, std::size_t n, std::size_t level, double* out) const {
  const auto region = static_cast<std::size_t>(cell.region);
  const double before = static_cast<double>(household - cell.first), households = static_cast<double>(cell.last - cell.first);
  const double first = static_cast<double>(levels_[level].first[region]), units = static_cast<double>(levels_[level].in_region[region]);
  for (std::size_t i = 0; i < n; ++i) {
    const double place = (before + static_cast<double>(static_cast<std::int32_t>(i)) + 0.5) / households;
    out[i] = first + std::trunc(place * units);
  }
}

std::vector<std::vector<double>> unit_orders(const Profile& profile, const Layout& layout) {
  std::vector<std::vector<double>> orders;
  for (const UnitDraw& draw : profile.draws) {
    const auto n = static_cast<std::size_t>(layout.units(draw.level));
    const std::uint64_t key = purpose_key(profile.seed, "synthesis.unit." + draw.name);
    std::vector<std::size_t> by_draw(n);
    std::iota(by_draw.begin(), by_draw.end(), std::size_t{0});
    std::vector<std::uint64_t> bits(n);
    for (std::size_t u = 0; u < n; ++u) bits[u] = draw_bits(key, {static_cast<std::int64_t>(u), 0, 0, 0});
    std::stable_sort(by_draw.begin(), by_draw.end(), [&](std::size_t a, std::size_t b) { return bits[a] < bits[b]; });
    std::vector<double> order(n);
    for (std::size_t rank = 0; rank < n; ++rank) order[by_draw[rank]] = (static_cast<double>(rank) + 0.5) / static_cast<double>(n);
    orders.push_back(std::move(order));
  }
  return orders;
}

}  // namespace puente
