// From the map to the files: which columns of which file are needed, and as what. Every name that is in no file is
// reported at its place in the map.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/survey/arrangement.hpp"
#include "io/survey/map.hpp"
#include "io/survey/table.hpp"

namespace puente::io {

/// Columns of the survey files that expressions name without their being columns of the population.
struct RawColumn {
  std::string name;
  Entity entity = Entity::person;  ///< file it is taken from
};

struct Sources {
  std::unique_ptr<Table> households, persons;
  std::string households_path, persons_path;
  std::vector<RawColumn> in_person_filter, in_household_filter, in_derived;
  SurveyTables tables() const { return {households.get(), persons.get()}; }
};

/// Opens and reads the files. `inputs` replace the map's file names: in the order persons, households, or as
/// "persons=FILE". Throws Error.
Sources read_sources(const SurveyMap& map, const std::vector<std::string>& inputs);

/// Names an expression may use: words and back-quoted names outside of quoted labels.
std::vector<std::string> names_in(const std::string& expression);

}  // namespace puente::io
