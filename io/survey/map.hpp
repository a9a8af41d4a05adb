// The import map: which columns of a survey to take, under which name, type, unit and labels, and what a missing value
// means. Read from MAP.toml (README.md here has a full example); plain values, immutable after reading.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/core/units.hpp"
#include "engine/population/population.hpp"
#include "engine/rules/text.hpp"
#include "io/survey/table_file.hpp"

namespace puente::io {

/// How a household value is taken from its persons' rows.
enum class Pick { constant, first, min, max, sum };

/// What becomes of a code without a label.
enum class Unlabelled { error, code, missing };

struct MissingRule {
  enum class Kind { keep, error, drop, value };
  Kind kind = Kind::keep;
  double value = 0;
  std::string label;  ///< of a category, when the rule names one
};

struct LabelChoice {
  std::string key;             ///< as written: a code or a text
  std::optional<double> code;  ///< the key as a number
  std::string label;
};

struct LabelRule {
  enum class Kind { none, file, given };
  Kind kind = Kind::none;
  std::vector<LabelChoice> choices;  ///< in the order of the map
};

enum class SourceFileOf { any, households, persons };

struct MapColumn {
  std::string name;
  Entity entity = Entity::household;
  std::string from;                  ///< source column, "" when derived or constant
  SourceFileOf file = SourceFileOf::any;
  std::optional<rules::Text> value;  ///< derived: an expression
  std::optional<double> constant;    ///< weight = 1
  std::optional<ColumnType> type;
  bool category = false;             ///< type = "category"
  Unit unit;
  std::string long_name;
  LabelRule labels;
  bool ordered = false;
  Unlabelled unlabelled = Unlabelled::error;
  Pick pick = Pick::constant;
  MissingRule missing;
  std::vector<double> missing_codes;
  rules::Text place;                 ///< where the column stands, for messages
};

struct MapFile {
  std::string file;      ///< relative to the map
  std::string codebook;  ///< CSV with columns variable, label, code, value_label
  TableOptions options;
  rules::Text place;
};

struct SurveyMap {
  std::string path;
  PopulationNotes notes;
  std::optional<MapFile> households, persons;
  std::vector<rules::Text> household_key;
  std::optional<rules::Text> person_key;
  std::optional<rules::Text> person_filter, household_filter;
  MapColumn weight;
  std::optional<MapColumn> stratum, psu;
  std::vector<MapColumn> columns;  ///< in the order of the map, households' first
  bool allow_empty_households = false;
};

/// Throws Error: input_missing, or bad_input with every mistake as file:line:column.
SurveyMap read_map(const std::string& path);

/// The same from text; `name` stands in messages.
SurveyMap parse_map(const std::string& name, std::string content);

}  // namespace puente::io
