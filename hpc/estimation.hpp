// The schooling model from a population: for `puente estimate`, and anew in each replicate of a sample. Collective; throws Error, the
// same on every rank.
#pragma once

#include "engine/run/child_survey.hpp"
#include "hpc/driver.hpp"

namespace puente {

/// Who the children are and what they do, a walk over the population.
ChildData children_of(const StudyModel& study, const ChildQuestion& question, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team);

/// Everything but title, source and status.
SchoolingModel model_of(const ChildData& data, const SchoolingEstimate& estimate);

/// The study's schooling model as this population gives it, with the K, D or first α and the taste of siblings that it has.
SchoolingModel estimated_again(const StudyModel& study, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team);

/// Throws Error (bad_input) where the study's model is not what `puente estimate` writes of this population.
void require_estimated_here(const StudyModel& study, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team);

}  // namespace puente
