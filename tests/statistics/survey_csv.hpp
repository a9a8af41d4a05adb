// A small reader of the surveys' CSV files for oracle tests: plain numbers, optional quotes around fields.
#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace puente::testing {

/// Where the surveys lie: PUENTE_DATA_DIR, else beside the source tree.
inline std::string data_folder() {
  const char* given = std::getenv("PUENTE_DATA_DIR");
  return given != nullptr ? given : std::string(PUENTE_SOURCE_DIR) + "/../shared/data";
}

using Table = std::map<std::string, std::vector<std::string>>;

inline std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) {
    if (field.size() >= 2 && field.front() == '"') field = field.substr(1, field.size() - 2);
    fields.push_back(field);
  }
  return fields;
}

/// Columns by name; empty when the file is not there.
inline Table read_csv(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  Table table;
  if (!std::getline(file, line)) return table;
  const std::vector<std::string> names = fields_of(line);
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = fields_of(line);
    for (std::size_t c = 0; c < names.size(); ++c) table[names[c]].push_back(c < fields.size() ? fields[c] : "");
  }
  return table;
}

inline std::vector<double> numbers(const Table& table, const std::string& name) {
  std::vector<double> values;
  for (const std::string& text : table.at(name)) values.push_back(std::strtod(text.c_str(), nullptr));
  return values;
}

}  // namespace puente::testing
