// Weighted binary and multinomial logit, by Newton's method with analytic gradient and Hessian, on standardised covariates.
// The first alternative is the base: its utility is 0. Coefficients come an alternative at a time: k of alternative j > 0 at
// (j − 1)·p + k. Collective where an exchange is taken; results are the same bits for any ranks and threads.
#pragma once

#include <string>
#include <vector>

#include "engine/behaviour/dense.hpp"
#include "engine/behaviour/regressors.hpp"

namespace puente {

struct LogitFit {
  DenseVector coefficients;        ///< on standardised covariates
  DenseMatrix information;         ///< −Hessian of the log-likelihood there
  double log_likelihood = 0, log_likelihood_of_shares = 0;  ///< the second: of constants alone
  std::vector<double> weight;      ///< in each alternative
  int steps = 0;
};

/// Utilities and their log-likelihood for a tile of children at a time. One object a thread.
class LogitTile {
 public:
  LogitTile(const Design& design, const ChildTable& table);
  /// Loads children [first, first + n) and finds their probabilities.
  void load(const ChildChunk& chunk, std::size_t first, std::size_t n, const double* coefficients);
  std::size_t n() const { return n_; }
  const double* covariate(std::size_t k) const { return z_.data() + k * Design::tile; }
  const double* weight() const { return weight_.data(); }
  /// Of alternative j ≥ 0.
  const double* probability(std::size_t j) const { return probability_.data() + j * Design::tile; }
  /// weight × (1 where it is chosen − its probability), of alternative j > 0.
  const double* residual(std::size_t j) const { return residual_.data() + (j - 1) * Design::tile; }
  /// Σ weight × log probability of what is chosen.
  double log_likelihood() const { return log_likelihood_; }

 private:
  void utilities(const double* coefficients);
  void likelihood(const ChildChunk& chunk, std::size_t first);

  const Design& design_;
  const ChildTable& table_;
  std::size_t n_ = 0;
  std::vector<double> z_, weight_, probability_, residual_;
  double log_likelihood_ = 0;
};

/// Throws Error (bad_input) naming the covariate when alternatives are separated or the search does not converge.
/// `names`: of the alternatives.
LogitFit fit_logit(const Design& design, const ChildTable& table, const std::vector<std::string>& names, Exchange& exchange, Team& team);

}  // namespace puente
