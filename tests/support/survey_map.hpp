// An import map of one file of persons, s.csv, with the keys h and p and the weight w. `notes`: title, currency, …
#pragma once

#include <string>

namespace puente::test {

inline std::string map_of_persons(const std::string& household_columns, const std::string& person_columns,
                                  const std::string& notes = "") {
  return "format = 1\n" + notes + R"([input.persons]
file = "s.csv"
[keys]
household = "h"
person = "p"
[design]
weight = "w"
[household.columns]
)" + household_columns + "[person.columns]\n" + person_columns;
}

}  // namespace puente::test
