// What each household of a survey counts towards each published total: the numbers of its members (or itself) by category.
// Found once, a window and a block at a time; then calibration needs nothing else of the survey. Read-only afterwards and safe to share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/population/calibration/margins.hpp"
#include "engine/population/source.hpp"

namespace puente {

struct Count {
  std::int32_t total;   ///< number of the published total, in the order of the margins
  std::int32_t number;  ///< of persons or households, above 0
};

/// Consecutive households.
struct CountBlock {
  std::vector<double> weight;
  std::vector<std::uint32_t> end;  ///< of each household's entries
  std::vector<Count> entries;

  std::span<const Count> of(std::size_t h) const {
    const std::size_t begin = h == 0 ? 0 : end[h - 1];
    return {entries.data() + begin, end[h] - begin};
  }
};

struct SurveyCounts {
  std::vector<CountBlock> blocks;  ///< in the survey's order
};

/// Throws Error (bad_input) with every mistake: expressions that do not compile, categories that a margin does not have or
/// the survey does not, missing values. A household of weight 0 counts nothing, and nothing is asked of it.
SurveyCounts count_survey(const Margins& margins, PopulationSource& survey, Team& team);

}  // namespace puente
