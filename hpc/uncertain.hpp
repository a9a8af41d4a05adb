// A run with what makes its figures uncertain: draws of the parameters, the sample, other draws of the units; intervals from all.
#pragma once

#include <optional>

#include "engine/population/calibration/calibrated_source.hpp"
#include "engine/programmes/model.hpp"
#include "hpc/commands.hpp"
#include "hpc/draws.hpp"
#include "hpc/driver.hpp"

namespace puente {

struct UncertainRun {
  StudyModel model;
  UncertaintyOptions options;
  bool precision_given = false;  ///< on the command line: holds for draws too
  bool synthetic = false;        ///< the population was made as a whole: it has no sampling error
  const CalibratedSource* calibrated = nullptr;  ///< the population, where replicates of its sample find its weights anew
  std::optional<DrawTeam> team{};  ///< where ranks stand in several
};

/// run_study, and intervals beside its figures where something is asked for. Collective; throws Error, the same on every rank.
Finished run_uncertain(const UncertainRun& run, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                       Diagnostics& diagnostics);

}  // namespace puente
