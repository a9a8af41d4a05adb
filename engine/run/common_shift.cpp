#include "engine/run/common_shift.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "engine/core/elementary.hpp"
#include "engine/run/reduce.hpp"

namespace puente {

void ShareList::add(double share, double w) {
  entries_.push_back({share, w, 1});
  if (entries_.size() >= 2 * merged_ + 4096) merge_equal();
}

void ShareList::merge_equal() {
  const auto key = [](const ShareEntry& e) { return std::tuple(e.share, e.w); };
  std::sort(entries_.begin(), entries_.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (kept > 0 && key(entries_[kept - 1]) == key(entries_[i])) entries_[kept - 1].units += entries_[i].units;
    else entries_[kept++] = entries_[i];
  }
  entries_.resize(kept);
  merged_ = kept;
}

std::vector<ShareEntry> ShareList::take() {
  merge_equal();
  merged_ = 0;
  return std::move(entries_);
}

namespace {

/// `term` added `units` times: its digits are below 2^32, so that 2^28 of them fit at once.
void add_times(ExactSum& sum, double term, std::int64_t units) {
  constexpr std::int64_t most = std::int64_t{1} << 28;
  if (units == 1) return sum.add(term);
  for (std::int64_t left = units; left > 0; left -= most) {
    ExactSum some;
    some.add(term);
    some.carry();
    for (std::int64_t& digit : some.state()) digit *= std::min(left, most);
    sum.merge(some);
  }
}

double total_of(const std::vector<ShareEntry>& entries, const std::function<double(const ShareEntry&)>& term,
                Exchange& exchange, Team& team) {
  constexpr std::size_t chunk = 1 << 14;
  std::vector<ExactSum> sums(static_cast<std::size_t>(team.threads()));
  team.for_each((entries.size() + chunk - 1) / chunk, [&](std::size_t c, int thread) {
    ExactSum& sum = sums[static_cast<std::size_t>(thread)];
    const std::size_t last = std::min(entries.size(), (c + 1) * chunk);
    for (std::size_t i = c * chunk; i < last; ++i) add_times(sum, term(entries[i]), entries[i].units);
  });
  for (std::size_t t = 1; t < sums.size(); ++t) sums[0].merge(sums[t]);
  std::vector<ExactSum> one = {sums[0]};
  reduce(one, exchange);
  return one[0].value();
}

}  // namespace

ShareTotals share_totals(const std::vector<ShareEntry>& entries, Exchange& exchange, Team& team) {
  const auto total = [&](const std::function<double(const ShareEntry&)>& term) { return total_of(entries, term, exchange, team); };
  ShareTotals totals;
  totals.weight = total([](const ShareEntry& e) { return e.w; });
  totals.reached = total([](const ShareEntry& e) { return e.w * e.share; });
  totals.movable = total([](const ShareEntry& e) { return e.share > 0 ? e.w : 0.0; });
  totals.fixed = total([](const ShareEntry& e) { return e.share >= 1 ? e.w : 0.0; });
  return totals;
}

double solve_common_shift(const std::vector<ShareEntry>& entries, const ShareTotals& totals, double target,
                          Exchange& exchange, Team& team) {
  if (target == totals.reached) return 0;
  const auto above = [&](double shift) {
    const double odds_ratio = exp(shift);
    return total_of(entries, [odds_ratio](const ShareEntry& e) {
             const double odds = e.share * odds_ratio;
             return e.w * (odds / (1 - e.share + odds));
           }, exchange, team) >= target;
  };
  constexpr double furthest = 700;  // e^700 is still a number
  const bool up = target > totals.reached;
  double near = 0, far = up ? 1 : -1;
  while (std::abs(far) < furthest && above(far) != up) {
    near = far;
    far *= 2;
  }
  double low = up ? near : far, high = up ? far : near;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    (above(middle) ? high : low) = middle;
  }
}

}  // namespace puente
