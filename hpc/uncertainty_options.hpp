// What the command line says of uncertainty, before what the scenario file says.
#pragma once

#include "engine/programmes/model.hpp"
#include "hpc/commands.hpp"

namespace puente {

/// Puts the options into the model. Throws Error (usage) where they do not go together, or do nothing.
void take_options(const UncertaintyOptions& options, StudyModel& model);

}  // namespace puente
