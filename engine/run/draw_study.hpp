// Several draws of the uncertain parameters as one study: every scenario once a draw, beside the reference at the central
// values, by which groups, fixed lines and deciles are told (they stay those of draw 0). What is in the data is taken out
// at the central values too. So draws share the reading of a block, and meet the same people. What is the same in several
// draws, as a scenario is that looks at no drawn parameter, stands in it once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/population/population.hpp"
#include "engine/programmes/model.hpp"
#include "engine/run/results.hpp"

namespace puente {

/// Values of every parameter, in the order of StudyModel::parameters.
using ParameterSet = std::vector<double>;

/// For each scenario of a model, whether anything that is computed of it looks at a parameter: its figures and, with those of
/// the scenario that it is compared with, its differences are a function of these alone.
using ParametersRead = std::vector<std::vector<bool>>;

/// Compiles every scenario by itself. Of one with mistakes, every parameter counts as read: running it tells them.
ParametersRead parameters_read(const StudyModel& model, const Schema& schema);

struct DrawsTogether {
  StudyModel study;
  std::vector<std::size_t> place;  ///< of draw k's scenario s among the study's: place[k * scenarios + s]
};

/// `model` must know its parameters; one that a scenario sets itself keeps its value there.
DrawsTogether draws_together(const StudyModel& model, const ParametersRead& read, std::span<const ParameterSet> draws);

/// The k-th draw's results of such a study, with the scenarios of `model` by their own names: variables over scenarios only.
Results results_of_draw(const StudyModel& model, const DrawsTogether& draws, const Results& together, std::size_t k);

}  // namespace puente
