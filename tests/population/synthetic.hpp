// Synthetic populations in memory, from the profiles of the repository.
#pragma once

#include <string>

#include "engine/population/made_columns.hpp"
#include "engine/population/synthesis/synthesis_source.hpp"
#include "io/toml/profile_reader.hpp"

namespace puente::test {

inline const char* const countries[] = {"zambia", "colombia", "mexico", "peru", "ethiopia", "lesotho", "mali"};

inline std::string profile_path(const std::string& country) { return std::string(PUENTE_SOURCE_DIR) + "/scenarios/profiles/" + country + ".toml"; }

inline Profile profile_of(const std::string& country, std::int64_t households) {
  io::ProfileFile file = io::read_profile(profile_path(country));
  file.diagnostics.throw_if_errors();
  file.profile.households = households;
  return file.profile;
}

inline Population made(const Profile& profile) {
  Exchange alone;
  Team one;
  return make_rows(*synthesise(profile, alone, one), 0, profile.households);
}

/// A column's values.
inline std::vector<double> values(const Population& population, Entity entity, const std::string& name) {
  const Column* column = population.find(entity, name);
  expect(column != nullptr, "the population has the column");
  std::vector<double> all(column->rows());
  to_f64(column->view(), 0, all.size(), all.data());
  return all;
}

}  // namespace puente::test
