// Solves for the one logit shift that brings the weighted mean of many probabilities to a target:
// Σ w·logistic(logit(p) + s) = target. The left side grows with s, so a fixed bisection over exact sums finds it, to
// the last double, with the same bits for any ranks, threads and order. Collective.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/exchange.hpp"

namespace puente {

/// Units of equal probability and weight, kept together: `units` of them.
struct ShareEntry {
  double share = 0, w = 0;
  std::int64_t units = 0;
};

/// Entries of one thread. Merges equal ones as they come, so that memory follows the different ones.
class ShareList {
 public:
  void add(double share, double w);
  std::vector<ShareEntry> take();

 private:
  void merge_equal();
  std::vector<ShareEntry> entries_;
  std::size_t merged_ = 0;
};

/// Sums over all ranks of a list of entries.
struct ShareTotals {
  double weight = 0, reached = 0;   ///< Σ w and Σ w·p
  double movable = 0, fixed = 0;    ///< Σ w where p > 0, and where p = 1: the limits of Σ w·p under any shift
};

ShareTotals share_totals(const std::vector<ShareEntry>& entries, Exchange& exchange, Team& team);
/// `target` lies strictly between totals.fixed and totals.movable, or equals totals.reached (shift 0).
double solve_common_shift(const std::vector<ShareEntry>& entries, const ShareTotals& totals, double target,
                          Exchange& exchange, Team& team);

}  // namespace puente
