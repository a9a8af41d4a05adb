// Estimates the schooling model on a table of children: earnings equation, utilities, covariances, structure. On the original
// scale of the covariates. Collective; the same bits for any ranks and threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/behaviour/covariance.hpp"
#include "engine/behaviour/structure.hpp"

namespace puente {

/// What is to be estimated, in columns of the table.
struct EstimationPlan {
  std::vector<std::string> alternatives;    ///< names
  std::vector<Regressor> covariates;        ///< of the utilities, the constant first; neither income nor wage
  std::size_t income = 0;                   ///< column of the household's money without the child's earnings
  std::optional<std::size_t> wage;          ///< column of a given wage
  std::optional<EarningsData> earnings;     ///< otherwise, where there are earnings
  CovarianceKind covariance = CovarianceKind::robust;
  Normalisation normalisation;
  bool household_taste = false;             ///< siblings share a taste, whose standard deviation is estimated
};

/// Coefficients and their covariance, an equation at a time.
struct EquationEstimate {
  std::vector<std::string> names;
  std::vector<double> coefficients, standard_errors;
};

struct SchoolingEstimate {
  std::vector<EquationEstimate> utilities;  ///< of alternative j > 0: covariates, then income, then wage
  std::optional<EquationEstimate> earnings; ///< covariates, then attending where it is among them
  bool attending = false;
  DenseMatrix covariance;                   ///< of the utilities, an alternative at a time, then of household_taste
  DenseMatrix joint;                        ///< of the earnings equation, then of the same
  double sigma = 0, r_squared = 0;
  std::optional<double> household_taste;    ///< standard deviation of what siblings share; absent: not asked for
  double household_taste_se = 0;            ///< 0 also where the taste is 0, at the border of what it can be
  StructureEstimate structure;
  Differences differences;
  double log_likelihood = 0, log_likelihood_of_shares = 0;
  std::int64_t children = 0, earners = 0;
  std::vector<double> weight;               ///< in each alternative
  std::vector<std::int64_t> count;          ///< children in each alternative
  int steps = 0;
  CovarianceKind kind = CovarianceKind::robust;
  std::int64_t clusters = 0, strata = 0, lonely = 0;
};

/// Adds the fitted wage to the table where there is an earnings equation. Throws Error (bad_input).
SchoolingEstimate estimate_schooling(const EstimationPlan& plan, ChildTable& table, Exchange& exchange, Team& team);

}  // namespace puente
