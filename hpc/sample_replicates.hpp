// Replicates of a survey's sample: the whole run again with the weights of each, made here or the survey's own. Collective.
#pragma once

#include <functional>

#include "engine/population/calibration/calibrated_source.hpp"
#include "hpc/driver.hpp"

namespace puente {

/// How a study is run again.
struct ReplicateRun {
  StudyModel model;            ///< of every replicate; `sampling` is that of the run
  PopulationSource& source;
  const CalibratedSource* calibrated;  ///< the source, where every replicate finds its weights anew; else null
  const RunOptions& options;
  Exchange& exchange;
  Team& team;
  std::function<void(std::size_t done, std::size_t all)> tell;
};

struct ReplicatedSample {
  SamplingErrors errors;
  std::size_t replicates = 0;
};

/// `finished`: the run at the survey's own weights, with its frame. Throws Error (bad_input), the same on every rank, where its design or
/// its columns cannot be replicates.
ReplicatedSample replicate_sample(const Finished& finished, const ReplicateRun& run);

/// How the sampling errors were found, for the record; `replicates`: 0 where there were none.
std::string sampling_words(const SamplingPlan& plan, const SamplingErrors& errors, std::size_t replicates);

}  // namespace puente
