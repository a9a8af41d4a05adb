#include "engine/population/synthesis/distribution.hpp"

#include "engine/core/elementary.hpp"

namespace puente {

namespace {

/// A little under 1/x, so that a number below x times it stays below 1.
double reciprocal(double x) { return x > 0 ? (1 - 0x1p-50) / x : 0; }

}  // namespace

Distribution::Distribution(const std::vector<double>& shares) : slots_(shares.size()), count_(static_cast<double>(shares.size())) {
  const std::size_t n = shares.size();
  double total = 0;
  for (const double share : shares) total += share;
  std::vector<double> room(n, 0);
  if (total > 0)
    for (std::size_t i = 0; i < n; ++i) room[i] = shares[i] / total * static_cast<double>(n);
  else room[0] = static_cast<double>(n);
  std::vector<std::size_t> small, large;
  for (std::size_t i = 0; i < n; ++i) (room[i] < 1 ? small : large).push_back(i);
  while (!small.empty() && !large.empty()) {
    const std::size_t s = small.back(), l = large.back();
    small.pop_back();
    slots_[s].own = room[s];
    slots_[s].part[1].index = l;
    room[l] -= 1 - room[s];
    if (room[l] >= 1) continue;
    large.pop_back();
    small.push_back(l);
  }
  for (const std::size_t i : small) slots_[i].own = 1;  // what rounding leaves
  for (std::size_t i = 0; i < n; ++i) {
    Slot& slot = slots_[i];
    slot.part[0] = {0, reciprocal(slot.own), i};
    slot.part[1] = {slot.own, reciprocal(1 - slot.own), slot.part[1].index};
  }
}

Distribution Distribution::poisson(double mean, int most) {
  std::vector<double> share{exp(-mean)};
  for (int n = 1; n <= most; ++n) share.push_back(share.back() * mean / n);
  return Distribution(share);
}

}  // namespace puente
