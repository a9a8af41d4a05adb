// One column of the population out of the survey's rows: gathered in the order of the arrangement, missing codes and
// labels applied, the missing rule checked, and stored in the smallest type that holds every value exactly.
#pragma once

#include <string>
#include <vector>

#include "engine/population/column.hpp"
#include "io/survey/arrangement.hpp"

namespace puente::io {

/// What columns are made from; borrowed.
struct ImportContext {
  const SurveyMap& map;
  SurveyTables tables;
  const Arrangement& arrangement;

  std::string describe(Entity entity, std::size_t row) const {
    return entity == Entity::household ? describe_household(map, tables, arrangement, row)
                                       : describe_person(map, tables, arrangement, row);
  }
};

/// Values of a column before they are stored: missing is NaN, a category the index of its label.
struct Prepared {
  ColumnInfo info;  ///< its type is not chosen yet
  std::vector<double> values;
  std::vector<std::string> notes;  ///< for the report
};

/// Gathers a source column. Throws Error (bad_input) naming row, column and value where a household's persons differ, a
/// code has no label, or text stands where a number is wanted.
Prepared prepare(const ImportContext& context, const MapColumn& column);

/// A source column under its own name, without a map: numbers stay codes, text becomes a category.
Prepared prepare_raw(const ImportContext& context, const std::string& name, Entity entity);

/// Applies the missing rule `error` (throws, naming the first row and the count) or a value (replaces).
void apply_missing_rule(const ImportContext& context, const MapColumn& column, Prepared& prepared);

/// Chooses the type, unless the map gives it, and stores. Throws Error where a value does not fit.
Column store(const ImportContext& context, const MapColumn& column, Prepared prepared);

}  // namespace puente::io
