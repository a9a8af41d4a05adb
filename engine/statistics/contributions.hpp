// What influence functions give (influence.hpp): a contribution of each record to an estimate's error.
#pragma once

#include <limits>
#include <vector>

#include "engine/statistics/exact_sum.hpp"
#include "engine/statistics/ordered_welfare.hpp"

namespace puente {

using Contributions = std::vector<double>;  ///< one a record, 0 outside the group

/// v_i · derivative(i) for the records that count.
template <class Derivative>
Contributions contributions_of(const OrderedWelfare& w, const Derivative& derivative) {
  Contributions e(w.records(), 0.0);
  for (const std::size_t i : w.ascending()) e[i] = w.v(i) * derivative(i);
  return e;
}

inline Contributions missing_contributions(const OrderedWelfare& w) {
  return contributions_of(w, [](std::size_t) { return std::numeric_limits<double>::quiet_NaN(); });
}

/// Σ v g over the records that count.
template <class Function>
double sum_of(const OrderedWelfare& w, const Function& g) {
  ExactSum sum;
  for (const std::size_t i : w.ascending()) sum.add(w.v(i) * g(i));
  return sum.value();
}

}  // namespace puente
