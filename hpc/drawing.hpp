// Which draws of the parameters a run makes: all, a part of them for a job of its own, those beyond what a results file
// holds, or as many as a Monte Carlo error asks for. Collective.
#pragma once

#include <string>

#include "engine/run/saved_draws.hpp"
#include "engine/uncertainty/parameter_draws.hpp"
#include "hpc/commands.hpp"
#include "hpc/draws.hpp"

namespace puente {

struct Drawn {
  SavedDraws draws;
  std::string words;  ///< what became of the Monte Carlo errors asked for; empty where none were
};

/// `central`: the run at the central values, to which the draws belong. Throws Error, the same on every rank.
Drawn draw_parameters(const StudyModel& model, const UncertaintyOptions& asked, const Results& central, const DrawTeam& mine,
                      const RunOptions& options, Exchange& everyone, Team& team);

/// What cannot be asked of draws together: throws Error (usage).
void check_drawing(const UncertaintyOptions& asked, const UncertaintyPlan& plan);

}  // namespace puente
