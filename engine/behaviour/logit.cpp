#include "engine/behaviour/logit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/behaviour/chunk_sums.hpp"
#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr std::size_t tile = Design::tile;
constexpr int most_steps = 40, most_halvings = 30;
constexpr double enough = 1e-20;        ///< what a step gains of the log-likelihood, a unit of weight: the next one's gain is its square
constexpr double rounding = 1e-13;      ///< of the log-likelihood
constexpr double growing_step = 0.05;   ///< of coefficients of standardised covariates that still run after most_steps

struct Sums {
  double log_likelihood = 0;
  DenseVector gradient;
  DenseMatrix information;
};

class Newton {
 public:
  Newton(const Design& design, const ChildTable& table, const std::vector<std::string>& names, Exchange& exchange, Team& team)
      : design_(design), table_(table), names_(names), exchange_(exchange), team_(team), p_(design.size()), q_(p_ * (table.alternatives - 1)) {}
  LogitFit fit();

 private:
  Sums walk(const DenseVector& coefficients) const;
  void add_tile(const LogitTile& children, double* sums, std::vector<double>& weighted) const;
  std::vector<double> weights() const;
  void require_everywhere(const std::vector<double>& weights) const;
  void require_overlap() const;
  DenseVector start(const std::vector<double>& weights) const;
  bool advance(const DenseVector& step, DenseVector& coefficients, Sums& now) const;
  [[noreturn]] void fail(const DenseVector& step, const DenseVector& coefficients) const;

  const Design& design_;
  const ChildTable& table_;
  const std::vector<std::string>& names_;
  Exchange& exchange_;
  Team& team_;
  std::size_t p_, q_;
};

/// Sums: the log-likelihood, the gradient, then the lower half of the information.
void Newton::add_tile(const LogitTile& children, double* sums, std::vector<double>& weighted) const {
  const std::size_t n = children.n();
  sums[0] += children.log_likelihood();
  double* next = sums + 1;
  for (std::size_t j = 1; j < table_.alternatives; ++j)
    for (std::size_t k = 0; k < p_; ++k) *next++ += dot(children.residual(j), children.covariate(k), n);
  std::vector<double> curvature(tile);
  const double* w = children.weight();
  for (std::size_t j = 1; j < table_.alternatives; ++j)
    for (std::size_t l = 1; l <= j; ++l) {
      const double *pj = children.probability(j), *pl = children.probability(l);
      const double same = j == l ? 1 : 0;
      for (std::size_t i = 0; i < n; ++i) curvature[i] = w[i] * pj[i] * (same - pl[i]);
      for (std::size_t a = 0; a < p_; ++a) {
        const double* za = children.covariate(a);
        for (std::size_t i = 0; i < n; ++i) weighted[i] = curvature[i] * za[i];
        for (std::size_t b = 0; b <= a; ++b) *next++ += dot(weighted.data(), children.covariate(b), n);
      }
    }
}

Sums Newton::walk(const DenseVector& coefficients) const {
  const std::size_t pairs = table_.alternatives * (table_.alternatives - 1) / 2, half = p_ * (p_ + 1) / 2;
  const std::vector<double> sums = sum_over_chunks(table_, 1 + q_ + pairs * half, exchange_, team_, [&](const ChildChunk& chunk, double* out) {
    LogitTile children(design_, table_);
    std::vector<double> weighted(tile);
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      children.load(chunk, first, n, coefficients.data());
      add_tile(children, out, weighted);
    });
  });
  Sums result{sums[0], DenseVector(q_), DenseMatrix(q_, q_)};
  const double* next = sums.data() + 1;
  for (std::size_t i = 0; i < q_; ++i) result.gradient[static_cast<Eigen::Index>(i)] = *next++;
  for (std::size_t j = 0; j + 1 < table_.alternatives; ++j)
    for (std::size_t l = 0; l <= j; ++l)
      for (std::size_t a = 0; a < p_; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
          const auto at = [this](std::size_t alternative, std::size_t k) { return static_cast<Eigen::Index>(alternative * p_ + k); };
          result.information(at(j, a), at(l, b)) = result.information(at(l, b), at(j, a)) = *next;
          result.information(at(j, b), at(l, a)) = result.information(at(l, a), at(j, b)) = *next++;
        }
  return result;
}

/// In each alternative.
std::vector<double> Newton::weights() const {
  return sum_over_chunks(table_, table_.alternatives, exchange_, team_, [&](const ChildChunk& chunk, double* out) {
    for (std::size_t i = 0; i < chunk.n; ++i) out[chunk.state[i]] += chunk.columns[table_.weight][i];
  });
}

void Newton::require_everywhere(const std::vector<double>& weights) const {
  for (std::size_t j = 0; j < weights.size(); ++j)
    if (!(weights[j] > 0))
      throw bad_input("no child is in the alternative '" + names_[j] + "': with nobody there its utility cannot be estimated. Take another definition of `children`, `attends` or `works`");
}

/// A covariate that is nowhere larger in one alternative than anywhere in the others tells them apart without error, and its
/// coefficient has no finite estimate (Albert and Anderson 1984).
void Newton::require_overlap() const {
  const std::size_t alternatives = table_.alternatives, cells = alternatives * p_;
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> found(static_cast<std::size_t>(team_.threads()), std::vector<double>(2 * cells, none));  // most of x, of −x
  team_.for_each(table_.chunks.size(), [&](std::size_t c, int thread) {
    const ChildChunk& chunk = table_.chunks[c];
    double* most = found[static_cast<std::size_t>(thread)].data();
    double x[tile];
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      for (std::size_t k = 0; k < p_; ++k) {
        load_raw(design_.regressors()[k], chunk, first, n, x);
        for (std::size_t i = 0; i < n; ++i) {
          const std::size_t cell = chunk.state[first + i] * p_ + k;
          most[cell] = std::max(most[cell], x[i]);
          most[cells + cell] = std::max(most[cells + cell], -x[i]);
        }
      }
    });
  });
  std::vector<double>& most = found[0];
  for (const std::vector<double>& other : found)
    for (std::size_t i = 0; i < most.size(); ++i) most[i] = std::max(most[i], other[i]);
  exchange_.max(most);
  for (std::size_t k = 0; k < p_; ++k)
    for (std::size_t j = 0; j < alternatives && design_.regressors()[k].column != Regressor::constant; ++j) {
      double above = none, below = none;  // most of x and of −x in the other alternatives
      for (std::size_t l = 0; l < alternatives; ++l) {
        if (l == j) continue;
        above = std::max(above, most[l * p_ + k]);
        below = std::max(below, most[cells + l * p_ + k]);
      }
      const std::size_t cell = j * p_ + k;
      if (most[cell] > -below && above > -most[cells + cell]) continue;
      throw bad_input("covariate '" + design_.regressors()[k].name + "' of the utilities separates '" + names_[j] + "' from the other alternatives: it is " +
                      shortest(-most[cells + cell]) + " to " + shortest(most[cell]) + " there and " + shortest(-below) + " to " + shortest(above) +
                      " elsewhere, so that its coefficient has no finite estimate. Leave it out, or join its categories");
    }
}

/// Constants that give the observed shares.
DenseVector Newton::start(const std::vector<double>& weights) const {
  DenseVector coefficients = DenseVector::Zero(static_cast<Eigen::Index>(q_));
  for (std::size_t k = 0; k < p_; ++k)
    if (design_.regressors()[k].column == Regressor::constant)
      for (std::size_t j = 1; j < weights.size(); ++j) coefficients[static_cast<Eigen::Index>((j - 1) * p_ + k)] = log(weights[j] / weights[0]);
  return coefficients;
}

void Newton::fail(const DenseVector& step, const DenseVector& coefficients) const {
  Eigen::Index worst = 0;
  const bool finite = step.allFinite();
  const double most = (finite ? step : coefficients).cwiseAbs().maxCoeff(&worst);
  const auto at = static_cast<std::size_t>(worst);
  const std::string which = "covariate '" + design_.regressors()[at % p_].name + "' in the utility of '" + names_[at / p_ + 1] + "'";
  if (!finite || most > growing_step)
    throw bad_input("the coefficient of " + which + " grows without bound: the covariates together separate the alternatives. Leave it out, or join its categories");
  throw bad_input("the estimation of the utilities does not converge in " + std::to_string(most_steps) + " steps; the coefficient of " + which + " still moves");
}

/// Goes along the step, half as far as long as the log-likelihood falls. False when it falls however short the way.
bool Newton::advance(const DenseVector& step, DenseVector& coefficients, Sums& now) const {
  const double floor = now.log_likelihood - rounding * std::abs(now.log_likelihood);
  double length = 1;
  for (int halving = 0; halving < most_halvings; ++halving, length /= 2) {
    Sums there = walk(coefficients + length * step);
    if (!(there.log_likelihood >= floor)) continue;
    coefficients += length * step;
    now = std::move(there);
    return true;
  }
  return false;
}

LogitFit Newton::fit() {
  LogitFit fit;
  fit.weight = weights();
  require_everywhere(fit.weight);
  require_overlap();
  double total = 0;
  for (const double w : fit.weight) total += w;
  for (const double w : fit.weight) fit.log_likelihood_of_shares += w * log(w / total);
  fit.coefficients = start(fit.weight);
  Sums now = walk(fit.coefficients);
  for (bool found = false; !found; ++fit.steps) {
    const DenseVector step = Eigen::LDLT<DenseMatrix>(now.information).solve(now.gradient);
    found = step.dot(now.gradient) <= enough * total;
    if (!step.allFinite() || fit.steps == most_steps || !advance(step, fit.coefficients, now)) fail(step, fit.coefficients);
  }
  fit.log_likelihood = now.log_likelihood;
  fit.information = now.information;
  return fit;
}

}  // namespace

LogitTile::LogitTile(const Design& design, const ChildTable& table)
    : design_(design), table_(table), z_(design.size() * tile), weight_(tile), probability_(table.alternatives * tile),
      residual_((table.alternatives - 1) * tile) {}

void LogitTile::load(const ChildChunk& chunk, std::size_t first, std::size_t n, const double* coefficients) {
  n_ = n;
  design_.load(chunk, first, n, z_.data());
  chunk.columns[table_.weight].unpack(first, n, weight_.data());
  utilities(coefficients);
  likelihood(chunk, first);
}

/// Utilities, less the largest of each child, where probabilities will be.
void LogitTile::utilities(const double* coefficients) {
  double largest[tile] = {};
  std::fill_n(probability_.data(), n_, 0.0);
  for (std::size_t j = 1; j < table_.alternatives; ++j) {
    double* utility = probability_.data() + j * tile;
    const double* of_j = coefficients + (j - 1) * design_.size();
    std::fill_n(utility, n_, 0.0);
    for (std::size_t k = 0; k < design_.size(); ++k) {
      const double* z = covariate(k);
      for (std::size_t i = 0; i < n_; ++i) utility[i] = std::fma(of_j[k], z[i], utility[i]);
    }
    for (std::size_t i = 0; i < n_; ++i) largest[i] = std::max(largest[i], utility[i]);
  }
  for (std::size_t j = 0; j < table_.alternatives; ++j)
    for (std::size_t i = 0; i < n_; ++i) probability_[j * tile + i] -= largest[i];
}

void LogitTile::likelihood(const ChildChunk& chunk, std::size_t first) {
  double sum[tile] = {}, chosen[tile], log_sum[tile];
  for (std::size_t i = 0; i < n_; ++i) chosen[i] = probability_[chunk.state[first + i] * tile + i];
  for (std::size_t j = 0; j < table_.alternatives; ++j) {
    double* p = probability_.data() + j * tile;
    exp(p, n_, p);
    for (std::size_t i = 0; i < n_; ++i) sum[i] += p[i];
  }
  log(sum, n_, log_sum);
  for (std::size_t i = 0; i < n_; ++i) chosen[i] -= log_sum[i];
  log_likelihood_ = dot(weight_.data(), chosen, n_);
  for (std::size_t i = 0; i < n_; ++i) sum[i] = 1 / sum[i];
  for (std::size_t j = 0; j < table_.alternatives; ++j) {
    double* p = probability_.data() + j * tile;
    for (std::size_t i = 0; i < n_; ++i) p[i] *= sum[i];
    if (j == 0) continue;
    double* r = residual_.data() + (j - 1) * tile;
    for (std::size_t i = 0; i < n_; ++i) r[i] = weight_[i] * ((chunk.state[first + i] == j ? 1.0 : 0.0) - p[i]);
  }
}

LogitFit fit_logit(const Design& design, const ChildTable& table, const std::vector<std::string>& names, Exchange& exchange, Team& team) {
  return Newton(design, table, names, exchange, team).fit();
}

}  // namespace puente
