// Which rows of the survey files make which household. Households are ordered by their key and persons by theirs, so
// that the order of rows in the files cannot matter. Rows are dropped by making a smaller arrangement. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/survey/map.hpp"
#include "io/survey/table.hpp"

namespace puente::io {

/// The raw tables of a survey; a file that the map does not name is null.
struct SurveyTables {
  const Table* households = nullptr;
  const Table* persons = nullptr;
};

struct Arrangement {
  std::vector<std::int64_t> id;
  std::vector<std::size_t> household_row;           ///< row of the households' file; empty without one
  std::vector<std::size_t> person_begin{0};         ///< persons of household h are [begin[h], begin[h + 1])
  std::vector<std::size_t> person_row;              ///< row of the persons' file
  std::vector<std::int16_t> line;                   ///< of each person, from 1
  bool lines_are_keys = false;                      ///< the survey's own person numbers serve as lines

  std::size_t households() const { return id.size(); }
  std::size_t persons() const { return person_row.size(); }
  std::size_t count(Entity entity) const { return entity == Entity::household ? households() : persons(); }
};

/// Joins and orders. Throws Error (bad_input) naming row, key and value: missing, negative, fractional or duplicated
/// keys, persons without a household, two keys with one hash, more than 32,767 persons in a household.
Arrangement arrange(const SurveyMap& map, const SurveyTables& tables);

/// Persons of household h.
inline std::size_t members(const Arrangement& a, std::size_t h) { return a.person_begin[h + 1] - a.person_begin[h]; }

struct Kept {
  std::size_t persons_dropped = 0;
  std::size_t households_dropped = 0;        ///< by the household mask, their persons not counted as dropped persons
  std::size_t members_of_dropped = 0;
  std::size_t households_left_empty = 0;     ///< lost their last person and were dropped
};

/// Keeps persons and households whose mask is not 0 (an empty mask keeps all).
Kept keep(Arrangement& arrangement, const std::vector<char>& persons, const std::vector<char>& households,
          bool keep_empty);

/// "household 01101-1-0001, person 2, line 17 of persons.csv" for messages: the row behind a household or person.
std::string describe_household(const SurveyMap& map, const SurveyTables& tables, const Arrangement& a, std::size_t h);
std::string describe_person(const SurveyMap& map, const SurveyTables& tables, const Arrangement& a, std::size_t p);

}  // namespace puente::io
