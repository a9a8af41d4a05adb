// `puente import`: a survey as a population, and a report of what was read, dropped and why. Steps: read the columns
// the map names · join and order by key · filter rows · apply missing rules that drop · make source columns · derive
// columns · check. Nothing is dropped silently. Single-threaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/population/population.hpp"
#include "io/survey/map.hpp"

namespace puente::io {

struct ImportReport {
  struct File {
    std::string path;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<std::string> notes;
  };
  struct Drop {
    Entity entity = Entity::person;
    std::string reason;
    std::size_t rows = 0;
  };
  struct Missing {
    Entity entity = Entity::person;
    std::string column;
    std::size_t rows = 0;
  };
  std::vector<File> files;
  std::vector<Drop> dropped;
  std::vector<Missing> missing;      ///< columns that keep missing values
  std::vector<std::string> notes;
  std::size_t households = 0, persons = 0;

  /// A few lines for people.
  std::string text() const;
};

struct ImportedSurvey {
  Population population;
  ImportReport report;
};

/// `inputs` replace the map's file names, in the order persons, households, or as "persons=FILE". Throws Error:
/// input_missing, io_error for files that end early, bad_input for everything else.
ImportedSurvey import_survey(const SurveyMap& map, const std::vector<std::string>& inputs = {});

}  // namespace puente::io
