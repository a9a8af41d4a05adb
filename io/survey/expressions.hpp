// Expressions of the map: filters and derived columns, run over a population in memory.
#pragma once

#include <string>
#include <vector>

#include "engine/population/population.hpp"
#include "io/survey/map.hpp"

namespace puente::io {

struct FilterResult {
  std::vector<char> keep;       ///< one a row of the entity: 1 where the condition is true
  std::size_t not_true = 0;     ///< false rows
  std::size_t undecided = 0;    ///< rows where the condition is missing; they are dropped too
};

/// Evaluates a condition. Throws Error with its mistakes at their places.
FilterResult run_filter(const Population& population, const rules::Text& condition, Entity entity, const std::string& what);

/// Values of a derived column.
struct Derived {
  ColumnInfo info;             ///< type: bool for conditions, else not chosen yet
  bool condition = false;
  std::vector<double> values;
};

/// Evaluates all derived columns, which may use each other in any order. Throws Error with every mistake.
std::vector<Derived> derive(const Population& population, const std::vector<const MapColumn*>& columns);

}  // namespace puente::io
