// Intervals beside figures: where the uncertainty of each comes from, and the three together. A part that is missing for a
// figure leaves its interval missing.
//
// Parts are independent: variances add up. Limits are combined from the distances of each part's own limits to the figure
// (the method of variance estimates recovery: Zou and Donner 2008, Statistics in Medicine 27), so that skewed draws keep
// their skewness. With draws of parameters alone the limits are percentiles of the draws.
#pragma once

#include <string>
#include <vector>

#include "engine/run/realisations.hpp"
#include "engine/run/sampling_errors.hpp"

namespace puente {

struct UncertaintyParts {
  const Realisations* parameters = nullptr;   ///< draws 1 …
  const SamplingErrors* simulation = nullptr; ///< of other draws of the units, parameters at their central values
  const SamplingErrors* sampling = nullptr;   ///< standard errors of a sample
  double level = 0.95;
  std::size_t cluster = 1;                    ///< draws of parameters that depend on one another: a row of saltelli
};

/// Beside every variable over scenarios, and every difference: NAME_se, NAME_lower, NAME_upper; with draws of parameters
/// NAME_mean, the mean of the draws, and NAME_mcse, its Monte Carlo error; with several parts NAME_se_PART.
void add_intervals(Results& results, const UncertaintyParts& uncertainty);

/// Standard deviations over r realisations of the figures of `results`, with r - 1 degrees of freedom.
SamplingErrors standard_errors(const Realisations& realisations, const Results& results);

bool has_intervals(const Results& results);

/// What add_intervals puts behind a figure's name.
std::vector<std::string> interval_suffixes();

/// Entries of the provenance that say how.
inline constexpr const char *interval_level = "interval_level", *interval_draws = "interval_draws", *sampling_interval = "sampling_interval",
                            *sampling_degrees_of_freedom = "sampling_degrees_of_freedom", *simulation_degrees_of_freedom = "simulation_degrees_of_freedom";

}  // namespace puente
