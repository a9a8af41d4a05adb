// Draws of a study's uncertain parameters, a few at a time as one study (engine/run/draw_study.hpp). Collective.
#pragma once

#include <cstddef>
#include <functional>

#include "engine/run/draw_study.hpp"
#include "engine/run/realisations.hpp"
#include "hpc/driver.hpp"

namespace puente {

struct DrawPlan {
  std::size_t first = 1, count = 0;                    ///< draws [first, first + count)
  std::size_t together = 4;                            ///< draws in one walk; changes no digit
  std::function<ParameterSet(std::size_t)> parameters; ///< of a draw; a pure function
};

/// Runs the draws and adds each draw's figures to `realisations`, in order. Throws Error, the same on every rank.
void run_draws(const StudyModel& model, const DrawPlan& plan, PopulationSource& source, const RunOptions& options, Exchange& exchange,
               Team& team, Realisations& realisations);

}  // namespace puente
