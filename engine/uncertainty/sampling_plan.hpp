// What a scenario file says of the sampling uncertainty of a survey. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/rules/rules.hpp"
#include "engine/statistics/survey_design.hpp"

namespace puente {

/// none; linearised: influence functions under the survey's design; the others repeat the whole run with replicate weights.
enum class SamplingMethod : std::uint8_t { none, linearised, bootstrap, jackknife, brr };

/// Names as a scenario file writes them, in the order of the enums.
inline std::vector<std::string> sampling_method_names() { return {"none", "linearised", "bootstrap", "jackknife", "brr"}; }
inline std::vector<std::string> lonely_psu_names() { return {"fail", "certainty", "remove", "adjust", "average"}; }

struct SamplingPlan {
  SamplingMethod method = SamplingMethod::none;
  std::int64_t replicates = 500;            ///< of the bootstrap
  double fay = 0;                           ///< factor of balanced repeated replication, [0, 1)
  LonelyPsu lonely = LonelyPsu::fail;
  std::optional<rules::Text> stratum, psu;  ///< of a household: a number or category; absent: the columns of these names
  std::optional<rules::Text> psus_there;    ///< number of sampling units in a household's stratum: finite-population correction
};

}  // namespace puente
