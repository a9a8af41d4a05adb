// Steps between persons and households of a block.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/rules/rules.hpp"

namespace puente {

/// Whether a person stands for its household where households are counted: the first that is kept.
inline bool first_member(const rules::Rows& rows, std::size_t i) {
  return rows.person_begin[rows.household_of[i]] == static_cast<std::int32_t>(i);
}

inline void sum_to_households(const rules::Rows& rows, const double* person, std::vector<double>& household) {
  household.assign(rows.households, 0);
  for (std::size_t i = 0; i < rows.persons; ++i) household[static_cast<std::size_t>(rows.household_of[i])] += person[i];
}

/// 1 where any member has something other than 0.
inline void any_of_members(const rules::Rows& rows, const double* person, std::vector<double>& household) {
  household.assign(rows.households, 0);
  for (std::size_t i = 0; i < rows.persons; ++i) {
    double& any = household[static_cast<std::size_t>(rows.household_of[i])];
    any = person[i] != 0 ? 1.0 : any;
  }
}

inline void to_members(const rules::Rows& rows, const double* household, std::vector<double>& person) {
  person.resize(rows.persons);
  for (std::size_t i = 0; i < rows.persons; ++i) person[i] = household[rows.household_of[i]];
}

}  // namespace puente
