// Differences between groups of one run, as "area=rural - area=urban": further entries of the dimension `group`, behind all others, so
// that whatever is told of groups (scenarios compared, draws, replicates, limits) is told of them. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/rules/text.hpp"
#include "engine/run/results.hpp"

namespace puente {

/// The figures of one group less those of another.
struct Contrast {
  std::string label;  ///< "FIRST - SECOND", by the groups' own labels
  std::size_t first = 0, second = 0;
};

/// What is asked for, among the groups of a run, of which the first `fixed` are the same in all scenarios. Labels may hold " - " themselves.
/// Mistakes are added to `diagnostics`: an unknown group, one of each scenario's own, one group twice, a contrast twice.
std::vector<Contrast> find_contrasts(const std::vector<rules::Text>& asked, const std::vector<std::string>& groups, std::size_t fixed, Diagnostics& diagnostics);

/// Every variable over groups (differences between scenarios too) gets their entries: first less second, missing where either is. Error bounds
/// are the sum of both.
void add_contrasts(const std::vector<Contrast>& contrasts, Results& results);

/// Index of the first contrast among a run's groups, all of which stand behind the groups; their number where there is none.
std::size_t first_contrast(const std::vector<std::string>& groups);

}  // namespace puente
