// What the spread of figures over draws of parameters rests on, for people and cut up for JSON. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "engine/run/results.hpp"

namespace puente::io {

/// For each scenario but the reference, what the variance of the change in the first line's headcount (else of mean welfare) of everybody
/// comes from: the largest five factors whose share is known from none (1 %, two Monte Carlo errors), all that is left in one line, the sample,
/// the units' chances; and the change where a parameter is low and high. Empty where the results have no shares.
std::string sensitivity_lines(const Results& results);

/// The variables of a group of results that lie along `dimension` (their first), one label at a time and without it.
struct Slice {
  std::string label;
  std::vector<Variable> variables;
};
std::vector<Slice> slices(const Results& results, const std::string& path, const std::string& dimension);

}  // namespace puente::io
