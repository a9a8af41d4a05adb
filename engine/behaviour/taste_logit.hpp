// The logit whose siblings share a taste for school, by maximum likelihood: coefficients and the standard deviation σ of the
// taste together, by Newton's method with the exact gradient and Hessian (taste_tile.hpp). Exactly the model that a run
// simulates with `household_taste`. Collective; the same bits for any ranks and threads.
#pragma once

#include "engine/behaviour/taste_tile.hpp"

namespace puente {

struct TasteSums {
  double log_likelihood = 0;
  DenseVector gradient;            ///< of the coefficients as LogitFit has them, then of σ
  DenseMatrix information;         ///< −Hessian
};

TasteSums taste_sums(const Design& design, const ChildTable& table, const DenseVector& coefficients, double sd, Exchange& exchange, Team& team);

struct TasteFit {
  LogitFit logit;                  ///< its information has a last row and column for σ
  double sd = 0;                   ///< 0: siblings are no more alike than their covariates make them
};

/// From the fit without the taste. Throws Error (bad_input) where no household has siblings, or the search does not converge.
TasteFit fit_taste_logit(const Design& design, const ChildTable& table, const LogitFit& without, Exchange& exchange, Team& team);

}  // namespace puente
