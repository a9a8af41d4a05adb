// What [solve.NAME] has to do with the scenarios of its file: mistakes in it, and the scenarios that are run while it is answered.
// Mistakes are diagnostics of the file.
#pragma once

#include <vector>

#include "io/toml/scenario_file.hpp"
#include "io/toml/scenario_resolver.hpp"

namespace puente::io {

/// Whether it is answered: it is not on request, or --solve names it.
bool is_asked(const Solve& solve, const ScenarioOverrides& overrides);
/// The scenarios that targets name exist, and no two find the same.
void check_solves(TomlFile& file, const std::vector<ScenarioPlan>& plans, const ScenarioFile& study, const ScenarioOverrides& overrides);
/// The scenarios of the target that is tried and those they are compared with: what the solve changes once a value, the others and the
/// reference once.
std::vector<ScenarioPlan> trial_plans(TomlFile& file, const std::vector<ScenarioPlan>& plans, const ScenarioFile& study, const ScenarioOverrides& overrides);

}  // namespace puente::io
