// A run from a study model and a population to results, on all ranks and threads. Collective.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/population/recipe.hpp"
#include "engine/population/source.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/results.hpp"
#include "engine/run/study.hpp"

namespace puente {

struct RunOptions {
  std::int64_t block_households = 0;   ///< 0: the build's default
  std::int64_t window_households = 0;  ///< 0: everything at once
  bool quiet = false;
};

struct Finished {
  Results results;
  std::vector<std::string> warnings;
};

/// Opens population.h5, or makes a recipe (in memory, unless a window is asked for). Only this rank's part is read.
std::unique_ptr<PopulationSource> open_population(const std::string& path, const RunOptions& options);
std::unique_ptr<PopulationSource> make_population(Recipe recipe, const RunOptions& options, Exchange& exchange, Team& team);

/// Compiles the model, resolves its passes, tallies, summarises. Throws Error, the same on every rank.
Finished run_study(StudyModel model, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                   Diagnostics& diagnostics);

}  // namespace puente
