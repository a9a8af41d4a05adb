// ln w = X δ + m·attends + u: what children can earn, by weighted least squares on those who earn, on standardised covariates.
// Collective where an exchange is taken; the same bits for any ranks and threads.
#pragma once

#include <string>
#include <vector>

#include "engine/behaviour/dense.hpp"
#include "engine/behaviour/regressors.hpp"

namespace puente {

/// Which columns of the table the equation reads.
struct EarningsData {
  Only earnings = 0;            ///< above 0 for those whom the equation is fitted on
  std::vector<Regressor> covariates;  ///< the constant first, then `attending` if it is among them
  bool attending = false;       ///< covariate 1 is whether the child attends: M is estimated
};

struct EarningsFit {
  Design design;
  DenseVector coefficients;     ///< on standardised covariates
  DenseMatrix information;      ///< Σ weight x x'
  double sigma = 0;             ///< standard deviation of u
  double r_squared = 0;
  std::int64_t children = 0;
};

/// Throws Error (bad_input) naming the covariate that cannot be estimated, or when too few earn.
EarningsFit fit_earnings(const EarningsData& data, const ChildTable& table, Exchange& exchange, Team& team);

/// exp(X δ) of every child as if it did not attend: the systematic part of what it can earn, with which the published model's
/// utilities are estimated (the residual comes into incomes alone).
std::vector<double> fitted_wages(const EarningsFit& fit, const EarningsData& data, const ChildChunk& chunk);

/// Standardised covariates of children [first, first + n), and weight × u of those who earn, 0 for the others.
void load_earnings(const EarningsFit& fit, const EarningsData& data, const ChildTable& table, const ChildChunk& chunk, std::size_t first,
                   std::size_t n, double* covariates, double* weighted_residual);

}  // namespace puente
