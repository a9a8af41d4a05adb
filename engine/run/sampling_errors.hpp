// Linearised standard errors of a sample's figures and of their differences between scenarios: poverty, inequality and
// distribution of fixed groups, and school attendance. Differences are paired: the same records in both scenarios. Held fixed
// are poverty lines (but 'SHARE * quantile(welfare, P)', whose own error counts), who is in a group, coverage cut-offs,
// calibrated weights and estimated models; replicate weights repeat these too.
#pragma once

#include "engine/run/results.hpp"
#include "engine/run/sample_rows.hpp"
#include "engine/statistics/survey_design.hpp"

namespace puente {

/// Standard errors by the names, dimensions and order of the figures they belong to; missing where there is none to give.
struct SamplingErrors {
  std::vector<Variable> variables, differences;
  double degrees_of_freedom = 0;
};

SamplingErrors sampling_errors(const Study& study, const std::vector<ScenarioSample>& samples, const SurveyDesign& design, const Results& results);

}  // namespace puente
