// Standard errors and limits of figures from the replicates of a sample: every figure of every replicate is there. Pure functions.
#pragma once

#include "engine/run/realisations.hpp"
#include "engine/run/sampling_errors.hpp"
#include "engine/statistics/replicate_weights.hpp"

namespace puente {

/// How the spread of replicates becomes a variance.
struct ReplicateSpread {
  double scale = 0;
  std::vector<double> rscales;
  ReplicateCentre centre = ReplicateCentre::replicates;
};

/// By the names of `series`, in the shape of `figures`, which has them all. A figure that some replicate lacks (a group of which
/// it draws nobody) has no standard error.
std::vector<Variable> replicate_errors(const std::vector<Series>& series, const std::vector<Variable>& figures, const ReplicateSpread& spread);

/// The middle `level` of each figure's replicates; missing where some replicate lacks it.
SampleLimits percentile_limits(const std::vector<Series>& series, const std::vector<Variable>& figures, std::size_t replicates, double level);

/// `errors`: linearised, of the figures; `of_replicates`: the same of each replicate. Missing where a figure has no linearised error, or
/// some replicate none above 0.
SampleLimits bootstrap_t_limits(const std::vector<Series>& series, const std::vector<Series>& of_replicates, const std::vector<Variable>& figures,
                                const std::vector<Variable>& errors, std::size_t replicates, double level);

}  // namespace puente
