#include "engine/programmes/overlap.hpp"

#include <algorithm>

namespace puente {

OverlapBounds overlap_bounds(const OverlapRoom& room, double target) {
  const double kept = room.kept_with + room.kept_without, free = room.with + room.without - kept;
  const bool all_kept = kept <= target;
  const double low = all_kept ? room.kept_with : 0.0, room_without = all_kept ? room.kept_without : 0.0;
  OverlapBounds bounds;
  bounds.least = std::max(low, target - room.without);
  bounds.most = std::min(room.with, target - room_without);
  if (!all_kept) bounds.chance = target * (room.kept_with / kept);
  else bounds.chance = room.kept_with + (free > 0 ? (target - kept) * ((room.with - room.kept_with) / free) : 0.0);
  bounds.chance = std::clamp(bounds.chance, bounds.least, std::max(bounds.least, bounds.most));
  return bounds;
}

}  // namespace puente
