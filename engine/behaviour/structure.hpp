// From what data tell (differences of coefficients, and M) to what simulation needs (α of each alternative, D), given K:
// EVIDENCE B.1 (5), with standard errors by the delta method. Pure.
//
//   three states:  α_1 = (a_1 − b_1/K)/(1 − M),  α_0 = α_1 − a_1,  α_2 = α_0 + a_2,  D = (b_2/K + α_0)/α_2
//   two states:    D is given:  α_0 = (a D − b/K)/(1 − D),  α_1 = α_0 + a
//   without b:     α_0 is given: α_j = α_0 + a_j
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/behaviour/dense.hpp"
#include "engine/behaviour/schooling_model.hpp"

namespace puente {

/// What the user settles because no data can.
struct Normalisation {
  double k = 1;                        ///< a child's whole contribution over its market earnings
  double d = 0;                        ///< two states: what a child who attends contributes, over the same
  std::optional<double> alpha_0;       ///< without a wage in the utilities
};

/// Differences and their covariance, on the original scale: a_1 …, b_1 …, then ln M.
struct Differences {
  std::vector<double> income, wage;    ///< `wage` empty: none
  std::optional<double> log_m;
  DenseMatrix covariance;
};

struct StructureEstimate {
  SchoolingStructure structure;        ///< alpha empty: not identified
  std::vector<double> alpha_se;
  double m_se = 0, d_se = 0;
  std::string not_identified;          ///< why, and what to do; "" otherwise
};

StructureEstimate find_structure(const Differences& differences, const Normalisation& chosen);

}  // namespace puente
