// What a scenario file says of the choice between school and work.
#pragma once

#include <optional>

#include "engine/behaviour/schooling_choice.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

/// [schooling] of the file that `root` views; its model is not read yet. Absent: nullopt.
std::optional<SchoolingChoice> read_schooling(TomlFile& file, TomlView& root);

/// [programmes.X.schooling] of the programme that `programme` views.
std::optional<SchoolingOfProgramme> read_schooling_of_programme(TomlFile& file, TomlView& programme);

/// Reads the model that the choice names, as seen from the scenario file at `scenario_path`. Mistakes of the model file are
/// thrown; that it is not there is told in `file`.
void read_model_of(SchoolingChoice& choice, const std::string& scenario_path, TomlFile& file);

/// What of [schooling] belongs to the population, and so must be the same in all scenarios.
bool same_population_side(const SchoolingChoice& a, const SchoolingChoice& b);

}  // namespace puente::io
