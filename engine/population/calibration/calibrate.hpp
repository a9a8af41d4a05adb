// New weights for a survey: as near to its own as the margins allow, by Deville and Särndal's logit distance (1992, method
// 4), which keeps every ratio of new to own weight within bounds. The multipliers solve the dual by Newton's method, damped where
// the bounds bind. Sums are exact, so the weights do not depend on the threads.
#pragma once

#include <vector>

#include "engine/population/calibration/counts.hpp"

namespace puente {

struct Calibration {
  std::vector<double> weight;         ///< of each household, in the survey's order
  std::vector<double> before, after;  ///< of each published total, in the order of the margins
  double least_ratio = 1, most_ratio = 1;  ///< of new to own weights, over households of a weight above 0
  int steps = 0;
};

/// Margins are met to this part of each total, or it is an error.
constexpr double margins_met_to = 1e-9;

/// Throws Error (bad_input) naming the margins that contradict one another or cannot be met within the bounds.
Calibration calibrate(const Margins& margins, const SurveyCounts& counts, Team& team);

}  // namespace puente
