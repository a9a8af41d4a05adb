// A run from a study model and a population to results, on all ranks and threads. Collective.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/population/recipe.hpp"
#include "engine/population/source.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/passes.hpp"
#include "engine/run/results.hpp"
#include "engine/run/sampling_errors.hpp"
#include "engine/run/study.hpp"

namespace puente {

struct RunOptions {
  std::int64_t block_households = 0;   ///< 0: as PassSettings has it
  std::int64_t window_households = 0;  ///< 0: everything at once
  bool quiet = false;
  double memory = 0;                   ///< GiB that a rank should keep to; 0: no matter
  bool replicate = false;              ///< the run is of a replicate of the sample
  PassWatch* watch = nullptr;          ///< hears the parts of the run; may be null
  VarianceOf sampling_variance{};      ///< of linearised errors, in place of the design's; may be empty
};

struct Finished {
  Results results;
  std::vector<std::string> warnings;
  std::optional<SampleFrame> frame;          ///< of a model with a sampling method
  std::optional<SamplingErrors> sampling;    ///< linearised, where the plan linearises
};

SurveyDesign design_of(const SampleFrame& frame, const SamplingPlan& plan);

/// Opens population.h5. Only this rank's part is read.
std::unique_ptr<PopulationSource> open_population(const std::string& path, const RunOptions& options);
/// A source that makes its households, kept in memory (this rank's part) unless a window is asked for.
std::unique_ptr<PopulationSource> keep_in_memory(std::unique_ptr<PopulationSource> source, const RunOptions& options,
                                                 Exchange& exchange, Team& team);

/// What of the memory asked for records of exact order statistics may take; ranks send theirs to one another.
double record_bytes(const RunOptions& options, const Exchange& exchange);

/// Compiles the model, resolves its passes, tallies, summarises. Throws Error, the same on every rank.
Finished run_study(StudyModel model, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                   Diagnostics& diagnostics);

}  // namespace puente
