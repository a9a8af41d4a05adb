// Where each household of a sample was drawn, and what it weighs in the survey's own replicates. Asked of the population as any
// expression of a study is, and the same on every rank.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/run/passes.hpp"

namespace puente {

/// In the order of households. Without a column of strata there is one; without sampling units each household is its own.
struct SampleFrame {
  std::vector<std::int64_t> number;              ///< of the household, 0 … households − 1: rising
  std::vector<std::int64_t> id;                  ///< as the survey calls it
  std::vector<double> weight;                    ///< 0 where `[missing]` leaves it out
  std::vector<std::int64_t> stratum, psu;        ///< keys; empty where replicates are the survey's own
  std::vector<std::int64_t> ssu;                 ///< keys of second-stage units; empty where the second stage does not count
  std::vector<double> psus_there;                ///< sampling units in the household's stratum; empty: not known
  std::vector<double> ssus_there;                ///< second-stage units in the household's sampling unit; empty: not known
  std::vector<std::vector<double>> replicates;   ///< [replicate][household] weights in the survey's own replicates
  std::size_t at(std::int64_t household) const;
};

/// Names of the survey's columns of replicate weights, in their order. Throws Error (bad_input) where the plan's are not there.
std::vector<std::string> replicate_columns(const Schema& schema, const SamplingPlan& plan);

/// What StudyModel::asked needs so that `find_frame` can see the frame: appended by the caller before the study is compiled.
std::vector<AskedExpression> frame_questions(const Schema& schema, const SamplingPlan& plan);

/// `first`: where the frame's questions begin in StudyModel::asked. Throws Error (bad_input) where a stratum or a unit is no whole number
/// and no label. Collective.
SampleFrame find_frame(const Study& study, std::size_t first, BlockRunner& runner);

}  // namespace puente
