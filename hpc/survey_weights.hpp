// A survey and the weights that meet its margins. A survey is small beside a nation: every rank works all of it, to the same bits.
#pragma once

#include <string>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/population/calibration/calibrate.hpp"
#include "hpc/file_source.hpp"

namespace puente {

struct SurveyWeights {
  std::vector<double> weight;  ///< of each household, in the survey's order
  std::string report;          ///< for people: bounds reached, each total before and after
  std::string record;          ///< for the file: what the weights were made to meet
};

/// Throws Error with every mistake of the margins, or of the survey under them. The same on every rank that calls it.
SurveyWeights calibrate_survey(FileSource& survey, const std::string& margins, Team& team);

}  // namespace puente
