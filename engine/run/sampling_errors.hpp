// Linearised standard errors of a sample's figures and of their differences between scenarios: poverty, inequality and
// distribution of fixed groups, attendance and work, totals and ratios of programmes, outcomes and choices of school.
// Differences are paired: the same records in both scenarios. So are contrasts of groups, which share sampling units. Held fixed are who is in a group, coverage cut-offs, the rate of a levy,
// calibrated weights and estimated models; replicate weights repeat these too. A line that is a multiple of
// quantile(welfare, P) counts with its own error; one that rests on the sample in another way has no errors of poverty, nor has a
// programme with a cut-off of its totals and coverage, nor a group of one sampling unit of means and shares, whose spread nobody can see.
#pragma once

#include <functional>

#include "engine/run/results.hpp"
#include "engine/run/sample_rows.hpp"
#include "engine/statistics/design_variance.hpp"

namespace puente {

/// Limits by the names, dimensions and order of the figures they belong to.
struct SampleLimits {
  std::vector<Variable> lower, upper;
};

/// Standard errors by the names, dimensions and order of the figures they belong to; missing where there is none to give.
struct SamplingErrors {
  std::vector<Variable> variables, differences;
  double degrees_of_freedom = 0;
  IntervalKind interval = IntervalKind::normal;
  SampleLimits limits{}, difference_limits{};  ///< of percentile and bootstrap-t alone
  std::vector<std::string> cut_offs{}, lines{};  ///< programmes and poverty lines whose linearised errors are missing for what is said above
  std::size_t lost = 0;                        ///< figures without an error as some replicate lacks them
};

/// The variance of a figure from its contributions by sampling unit.
using VarianceOf = std::function<double(const SurveyDesign&, const DesignTotals&)>;

/// `variance`: another than the design's own, where sampling units count otherwise; may be empty.
SamplingErrors sampling_errors(const Study& study, const std::vector<ScenarioSample>& samples, const SurveyDesign& design, const Results& results,
                               const VarianceOf& variance = {});

}  // namespace puente
