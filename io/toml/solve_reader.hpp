// Reads [solve.NAME]: scenario (or everywhere = true), parameter (a key path from the file's root, as in --set), target,
// between = [from, to], on_request, and tolerance (relative; 1e-9 where absent).
#pragma once

#include <vector>

#include "engine/run/solve.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

std::vector<Solve> read_solves(TomlFile& file, TomlView& root);

}  // namespace puente::io
