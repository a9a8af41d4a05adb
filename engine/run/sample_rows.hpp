// What linearised variances look at: every record of a sample in every slot in which it counts, a scenario at a time, in the
// order of households; the same on every rank. For samples, which are small: a nation made from a profile has no sampling
// error. Collective.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/run/passes.hpp"

namespace puente {

/// Where each household of the sample was drawn, in the order of households. Without a column of strata there is one;
/// without sampling units each household is its own.
struct SampleFrame {
  std::vector<std::int64_t> number;              ///< of the household, 0 … households − 1: rising
  std::vector<std::int64_t> stratum, psu;        ///< keys
  std::vector<double> psus_there;                ///< sampling units in the household's stratum; empty: not known
  std::size_t at(std::int64_t household) const;
};

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
  std::vector<std::vector<RatioRows>> attendance;  ///< [age band][slot × (1 + sexes)]
};

/// What StudyModel::asked needs so that `find_frame` can see the frame: appended by the caller before the study is compiled.
std::vector<AskedExpression> frame_questions(const Schema& schema, const SamplingPlan& plan);

/// `first`: where the frame's questions begin in StudyModel::asked.
SampleFrame find_frame(const Study& study, std::size_t first, BlockRunner& runner);

/// The study must be resolved.
std::vector<ScenarioSample> sample_of(const Study& study, const SampleFrame& frame, BlockRunner& runner);

}  // namespace puente
