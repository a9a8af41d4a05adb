// What an estimation found, as users of Stata's mlogit or R's multinom know it.
#pragma once

#include <string>
#include <vector>

#include "engine/behaviour/estimate.hpp"

namespace puente::io {

struct EstimationReport {
  std::string title;
  std::vector<std::string> alternatives;
  std::string income_unit;
  std::vector<std::string> notes;
  Normalisation normalisation;
};

std::string estimation_table(const SchoolingEstimate& estimate, const EstimationReport& report);

/// 1 − log-likelihood over that of constants alone (McFadden).
double pseudo_r2(const SchoolingEstimate& estimate);

/// How the covariance was found, in words.
std::string covariance_text(const SchoolingEstimate& estimate);

}  // namespace puente::io
