// What columns by expression share, whether a recipe's or on top of another source: how they are stored, and how rows of
// a source become a population in memory. Thread-safe: no state.
#pragma once

#include <span>

#include "engine/population/recipe.hpp"

namespace puente {

/// How a column by expression is stored: as its writer says, or the smallest type of its kind.
ColumnInfo stored_as(const RecipeColumn& column, const rules::Typed& typed);

/// Makes the values those that the compact column gives back. Throws Error (bad_input) on a value that its type cannot hold.
void round_to_storage(const ColumnInfo& info, std::span<double> values);

/// Line numbers 1, 2, … inside each household of the block, whose person_begin is set.
void number_lines(BlockData& block);

/// Households [first, last) of a source as a population in memory, in compact columns.
Population make_rows(const PopulationSource& source, std::int64_t first, std::int64_t last);

}  // namespace puente
