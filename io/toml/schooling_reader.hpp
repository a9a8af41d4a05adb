// [schooling] of a scenario file.
#pragma once

#include <optional>

#include "engine/behaviour/schooling_choice.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

std::optional<SchoolingChoice> read_schooling(TomlFile& file, TomlView& root);

}  // namespace puente::io
