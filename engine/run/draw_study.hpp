// Several draws of the uncertain parameters as one study: every scenario once a draw, beside the reference at the central
// values, by which groups, fixed lines and deciles are told (they stay those of draw 0). What is in the data is taken out
// at the central values too. So draws share the reading of a block, and meet the same people.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/programmes/model.hpp"
#include "engine/run/results.hpp"

namespace puente {

/// Values of every parameter, in the order of StudyModel::parameters.
using ParameterSet = std::vector<double>;

/// `model` must know its parameters; one that a scenario sets itself keeps its value there.
StudyModel study_of_draws(const StudyModel& model, std::span<const ParameterSet> draws);

/// The k-th draw's results of such a study, with the scenarios of `model` by their own names: variables over scenarios only.
Results results_of_draw(const StudyModel& model, const Results& together, std::size_t k);

}  // namespace puente
