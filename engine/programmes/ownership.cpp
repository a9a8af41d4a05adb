#include "engine/programmes/ownership.hpp"

#include <algorithm>

namespace puente {

void add_ownership(Composition& c, const double* reach, const double* level, const double* relative, std::size_t n) {
  c.touch();
  c.ownership = true;
  c.given.resize(n, 0);
  c.owner_factor.resize(n, 1);
  for (std::size_t i = 0; i < n; ++i) {
    if (reach[i] == 0) continue;
    c.given[i] = std::max(c.given[i], level[i]);
    if (relative != nullptr) c.owner_factor[i] *= 1 + relative[i];
  }
}

namespace {

/// What one composition does to the level of unit i.
struct Part {
  double factor = 1, owner_factor = 1, given = 0;
  Part(const Composition& c, std::size_t i) : factor(c.factor[i]) {
    if (!c.ownership) return;
    owner_factor = c.owner_factor[i];
    given = c.given[i];
  }
  bool operator==(const Part&) const = default;
};

bool same(const Composition& a, const Composition& b, std::size_t i) {
  return Part(a, i) == Part(b, i) && a.log_odds[i] == b.log_odds[i] && a.points[i] == b.points[i];
}

}  // namespace

OwnershipFaults apply_ownership(const double* data, const double* base, const double* uniform, const Composition& observed,
                                const Composition& now, std::size_t n, double* level) {
  OwnershipFaults faults;
  for (std::size_t i = 0; i < n; ++i) {
    level[i] = data[i];
    if (data[i] < 0) faults.negative.push_back(i);
    if (same(observed, now, i)) continue;
    const double share_none = share_without(base[i], observed, i);
    const double share_now = shifted_share(share_none, now.log_odds[i]) + now.points[i];
    if (!(share_none >= 0 && share_none <= 1 && share_now >= 0 && share_now <= 1)) faults.outside.push_back(i);
    const bool seen = data[i] > 0;
    const double latent = latent_given(seen, base[i], uniform[i]);
    const bool none = latent < share_none, owns = latent < share_now;
    if (none && !seen) faults.unknown.push_back(i);
    const Part before(observed, i), after(now, i);
    if (!owns) level[i] = 0;
    else if (none) level[i] = data[i] / (before.factor * before.owner_factor) * (after.factor * after.owner_factor);
    else if (seen && before.given == after.given) level[i] = data[i] / before.factor * after.factor;
    else level[i] = after.given * after.factor;
  }
  return faults;
}

}  // namespace puente
