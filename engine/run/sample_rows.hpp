// What linearised variances look at: every record of a sample in every slot in which it counts, a scenario at a time, in the
// order of households; the same on every rank. For samples, which are small: a nation made from a profile has no sampling
// error. Collective.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/run/household_amounts.hpp"
#include "engine/run/passes.hpp"
#include "engine/run/sample_frame.hpp"

namespace puente {

/// Records of one slot that count.
struct SlotRows {
  std::vector<std::int32_t> household;           ///< index into the frame
  std::vector<std::int32_t> record;              ///< index of the same record among those of slot 0, everybody
  std::vector<double> w, y;                      ///< weight it counts with, welfare
  std::vector<std::vector<double>> line;         ///< one a poverty line
};

/// What a share or a mean is of: of each household, what its persons (or itself) add to numerator and denominator.
struct RatioRows {
  std::vector<std::int32_t> household;
  std::vector<double> numerator, denominator;
};

/// Of one scenario, by fixed slot.
struct ScenarioSample {
  std::vector<SlotRows> welfare;                 ///< [slot]
  std::vector<std::vector<RatioRows>> attendance, work;  ///< [age band][slot × (1 + sexes)]
  std::vector<std::vector<AmountRows>> amounts;  ///< [term of AmountTerms][slot]
};

/// The study must be resolved.
std::vector<ScenarioSample> sample_of(const Study& study, const SampleFrame& frame, BlockRunner& runner);

}  // namespace puente
