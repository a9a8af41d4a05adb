// Draws of a study's uncertain parameters, a few at a time as one study (engine/run/draw_study.hpp). Ranks share the
// households of each draw, or stand in teams that share the draws. Collective.
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

/// A rank's team among several: `ranks` are those of this team, and `source` is the whole population to them.
struct DrawTeam {
  std::size_t number, teams;  ///< teams are of neighbouring ranks, in the order of ranks
  Exchange* ranks;
  PopulationSource* source;
};

/// The same, every team with a part of the draws; all of them on every rank in the end. `everyone`: the ranks of all teams.
void run_draws_in_teams(const StudyModel& model, const DrawPlan& plan, const DrawTeam& mine, const RunOptions& options, Exchange& everyone,
                        Team& team, Realisations& realisations);

}  // namespace puente
