// A survey and the weights that meet its margins. A survey is small beside a nation: every rank works all of it, to the same bits.
#pragma once

#include <memory>
#include <string>

#include "engine/population/calibration/calibrated_source.hpp"

namespace puente {

/// Throws Error with every mistake of the file of margins, or of the survey under them. The same on every rank that calls it.
std::unique_ptr<CalibratedSource> calibrate_survey(std::unique_ptr<PopulationSource> survey, const std::string& margins, Team& team);

/// For people: bounds reached, each total before and after.
std::string report_of(const CalibratedSource& survey);

/// For the file: what the weights were made to meet.
std::string record_of(const CalibratedSource& survey);

}  // namespace puente
