// Draws that stand in a results file, so that a later run takes up where this one ended and separate jobs become one study.
// Group `draws`: every figure of every draw, the variable's dimensions after `draw`, which counts from 1; `parameter_value`,
// the uncertain parameters themselves. Group `draws/difference`: the same of the differences. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/run/realisations.hpp"
#include "engine/run/results.hpp"

namespace puente {

/// Values of the uncertain parameters in draws first, first + 1, …: values[d * parameters.size() + p].
struct DrawnValues {
  std::size_t first = 1;
  std::vector<std::string> parameters;
  std::vector<double> values;

  std::size_t count() const { return parameters.empty() ? 0 : values.size() / parameters.size(); }
};

struct SavedDraws {
  DrawnValues drawn;
  Realisations figures;

  std::size_t first() const { return drawn.first; }
  std::size_t end() const { return drawn.first + figures.count(); }
};

void save_draws(const SavedDraws& draws, Results& results);

/// Throws Error (bad_input) where the results hold none.
SavedDraws saved_draws(const Results& results);

/// "draws 11 to 20 alone": of a part of the draws.
std::string alone(const SavedDraws& draws);

/// Puts the draws that follow at the end. Throws Error (bad_input) where they do not follow or are of another study.
void append(SavedDraws& draws, const SavedDraws& more);

}  // namespace puente
