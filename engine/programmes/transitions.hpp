// Transitions between classes in order, such as food security: a matrix says where each class without the programme
// goes with it. The matrices that reach a unit compose in the file's order into one row for its class, which one
// uniform of the unit cuts once. Where a transition was observed, the class without it is drawn given the class seen,
// by Bayes' rule with the shares of classes without it, and the same uniform, given both classes, cuts every scenario's
// row: as observed, it falls where it fell. Plain arrays of one thread.
#pragma once

#include <string>
#include <vector>

#include "engine/programmes/effects.hpp"

namespace puente {

/// "" or what is wrong with a matrix for that many classes; `names` are theirs, in order.
std::string matrix_mistake(const TransitionMatrix& matrix, const std::vector<std::string>& names);

void add_transition(Composition& c, const double* reach, const TransitionMatrix& matrix, std::size_t n);

struct TransitionFaults {
  Culprits missing;     ///< reached, and its class is missing
  Culprits bad_base;    ///< shares of classes negative, missing, or not summing to 1
  Culprits impossible;  ///< the class seen has no probability under what was observed
};

/// Class under `now` from the class seen under `observed`. base: shares of the classes without what was observed, one
/// array a class; empty where nothing was. Where `now` equals `observed` the result is `data`.
TransitionFaults apply_transitions(const double* data, const std::vector<const double*>& base, const double* uniform,
                                   std::size_t classes, const Composition& observed, const Composition& now, std::size_t n,
                                   double* level);

}  // namespace puente
