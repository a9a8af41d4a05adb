// Columns and variables by expression, as scenario files and profiles write them. One thread an object.
#pragma once

#include <vector>

#include "engine/population/recipe.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

/// The columns under `household` or `person` of a table, in the file's order.
std::vector<RecipeColumn> read_columns(TomlView& parent, Entity entity);

/// [variables] of a file, in its order.
std::vector<rules::Variable> read_variables(TomlView& root);

}  // namespace puente::io
