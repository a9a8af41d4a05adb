#include "engine/behaviour/taste_logit.hpp"

#include <algorithm>
#include <cmath>

#include "engine/behaviour/chunk_sums.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr std::size_t tile = Design::tile;
constexpr int most_steps = 100, most_halvings = 40;
constexpr double enough = 1e-18;        ///< what a step gains of the log-likelihood, a unit of weight
constexpr double rounding = 1e-13;      ///< of the log-likelihood
constexpr double none = 1e-3;           ///< a σ below is none at all: its likelihood is flat at 0
constexpr double most_sd = 5;           ///< beyond, 49 nodes are too few

/// Adds a tile: the log-likelihood, the gradient, then the lower half of the Hessian, row by row of a square.
class Adder {
 public:
  Adder(const ChildTable& table, std::size_t p) : others_(table.alternatives - 1), p_(p), q_(others_ * p), weighted_(tile), curvature_(tile) {}
  std::size_t size() const { return 1 + (q_ + 1) + (q_ + 1) * (q_ + 1); }
  void add(const TasteTile& children, double* sums);

 private:
  double& at(double* sums, std::size_t row, std::size_t column) const { return sums[1 + (q_ + 1) + row * (q_ + 1) + column]; }
  void add_gradient(const TasteTile& children, double* sums) const;
  void add_own(const TasteTile& children, double* sums);
  void add_siblings(const TasteTile& children, std::size_t h, double* sums);

  std::size_t others_, p_, q_;
  std::vector<double> weighted_, curvature_, slope_, coupled_;
};

void Adder::add_gradient(const TasteTile& children, double* sums) const {
  const std::size_t n = children.n();
  double* next = sums + 1;
  for (std::size_t j = 1; j <= others_; ++j)
    for (std::size_t k = 0; k < p_; ++k) *next++ += dot(children.residual(j), children.covariate(k), n);
  for (std::size_t i = 0; i < n; ++i) *next += children.of_sd()[i];
}

/// Through the curvature of A in the child's own utilities.
void Adder::add_own(const TasteTile& children, double* sums) {
  const std::size_t n = children.n();
  for (std::size_t j = 1; j <= others_; ++j)
    for (std::size_t l = 1; l <= j; ++l) {
      const double *pj = children.within(j), *pl = children.within(l), *excess = children.excess();
      const double same = j == l ? 1 : 0;
      for (std::size_t i = 0; i < n; ++i) curvature_[i] = excess[i] * pj[i] * (same - pl[i]);
      for (std::size_t a = 0; a < p_; ++a) {
        const double* x = children.covariate(a);
        for (std::size_t i = 0; i < n; ++i) weighted_[i] = curvature_[i] * x[i];
        for (std::size_t b = 0; b <= a; ++b) {
          const double both = dot(weighted_.data(), children.covariate(b), n);
          at(sums, (j - 1) * p_ + a, (l - 1) * p_ + b) += both;
          if (j != l && a != b) at(sums, (j - 1) * p_ + b, (l - 1) * p_ + a) += both;
        }
      }
    }
}

/// Through what the choices of siblings say of the taste that each has.
void Adder::add_siblings(const TasteTile& children, std::size_t h, double* sums) {
  const TasteTile::Siblings of = children.siblings(h);
  slope_.resize(of.n * q_);
  coupled_.assign(of.n * q_, 0.0);
  for (std::size_t i = 0; i < of.n; ++i)
    for (std::size_t j = 1; j <= others_; ++j)
      for (std::size_t k = 0; k < p_; ++k) slope_[i * q_ + (j - 1) * p_ + k] = children.within(j)[of.first + i] * children.covariate(k)[of.first + i];
  for (std::size_t i = 0; i < of.n; ++i)
    for (std::size_t m = 0; m < of.n; ++m)
      for (std::size_t c = 0; c < q_; ++c) coupled_[i * q_ + c] += of.coupling[i * of.n + m] * slope_[m * q_ + c];
  for (std::size_t i = 0; i < of.n; ++i) {
    const double cross = children.cross_sd()[of.first + i];
    for (std::size_t r = 0; r < q_; ++r)
      for (std::size_t c = 0; c <= r; ++c) at(sums, r, c) += slope_[i * q_ + r] * coupled_[i * q_ + c];
    for (std::size_t c = 0; c < q_; ++c) at(sums, q_, c) += cross * slope_[i * q_ + c];
  }
}

void Adder::add(const TasteTile& children, double* sums) {
  sums[0] += children.log_likelihood();
  add_gradient(children, sums);
  add_own(children, sums);
  for (std::size_t h = 0; h < children.households(); ++h) add_siblings(children, h, sums);
  at(sums, q_, q_) += children.curvature_sd();
}

/// The step towards the maximum; where the log-likelihood is not concave, along a Hessian made so.
DenseVector step_of(const TasteSums& now) {
  const DenseVector size = now.information.diagonal().cwiseAbs().cwiseMax(1e-12 * now.information.diagonal().cwiseAbs().maxCoeff());
  for (double ridge = 0; ridge < 1e6; ridge = ridge == 0 ? 1e-3 : 10 * ridge) {
    DenseMatrix information = now.information;
    information.diagonal() += ridge * size;
    const Eigen::LDLT<DenseMatrix> factors(information);
    if (factors.vectorD().minCoeff() > 0) return factors.solve(now.gradient);
  }
  return DenseVector::Zero(now.gradient.size());
}

/// Siblings there must be, and no household too large for a tile.
void require_siblings(const ChildTable& table, Exchange& exchange, Team& team) {
  const std::vector<double> counts = sum_over_chunks(table, 2, exchange, team, [](const ChildChunk& chunk, double* out) {
    std::size_t first = 0;
    for (const ChildHousehold& household : chunk.households) {
      out[0] += household.end - first > 1 ? 1 : 0;
      out[1] += household.end - first > tile ? 1 : 0;
      first = household.end;
    }
  });
  if (counts[0] == 0) throw bad_input("no household has two children or more: what siblings share cannot be told from what each has alone. Estimate without --household-taste");
  if (counts[1] > 0) throw bad_input("a household has more than " + std::to_string(tile) + " children, which is an institution: take it out of schooling.children, or estimate without --household-taste");
}

}  // namespace

TasteSums taste_sums(const Design& design, const ChildTable& table, const DenseVector& coefficients, double sd, Exchange& exchange, Team& team) {
  const std::size_t p = design.size(), q = p * (table.alternatives - 1) + 1;
  const std::vector<double> sums = sum_over_chunks(table, Adder(table, p).size(), exchange, team, [&](const ChildChunk& chunk, double* out) {
    TasteTile children(design, table);
    Adder adder(table, p);
    over_households(chunk, tile, [&](const WholeHouseholds& which) {
      children.load(chunk, which, coefficients.data(), sd);
      adder.add(children, out);
    });
  });
  const auto size = static_cast<Eigen::Index>(q);
  TasteSums result{sums[0], DenseVector(size), DenseMatrix(size, size)};
  for (Eigen::Index r = 0; r < size; ++r) {
    result.gradient[r] = sums[1 + static_cast<std::size_t>(r)];
    for (Eigen::Index c = 0; c <= r; ++c) result.information(r, c) = result.information(c, r) = -sums[1 + q + static_cast<std::size_t>(r) * q + static_cast<std::size_t>(c)];
  }
  return result;
}

TasteFit fit_taste_logit(const Design& design, const ChildTable& table, const LogitFit& without, Exchange& exchange, Team& team) {
  require_siblings(table, exchange, team);
  const Eigen::Index q = without.coefficients.size();
  double total = 0;
  for (const double w : without.weight) total += w;
  DenseVector at(q + 1);
  at << without.coefficients, 1.0;
  const auto sums = [&](const DenseVector& place) { return taste_sums(design, table, place.head(q), place[q], exchange, team); };
  TasteSums now = sums(at);
  TasteFit fit{without, 0};
  for (bool found = false; !found; ++fit.logit.steps) {
    const DenseVector step = step_of(now);
    found = step.dot(now.gradient) <= enough * total;
    bool moved = false;
    const double floor = now.log_likelihood - rounding * std::abs(now.log_likelihood);
    double length = 1;
    for (int halving = 0; halving < most_halvings && !moved; ++halving, length /= 2) {
      TasteSums there = sums(at + length * step);
      if (!(there.log_likelihood >= floor)) continue;
      at += length * step;
      now = std::move(there);
      moved = true;
    }
    if (!moved || !step.allFinite() || std::abs(at[q]) > most_sd || fit.logit.steps - without.steps == most_steps)
      throw bad_input("the standard deviation of what siblings share, " + shortest(std::abs(at[q])) + " so far, is not found below " + shortest(most_sd) + ": their choices say too little of it, or nearly all do the same. Estimate without --household-taste");
  }
  if (at[q] < 0) {  // the likelihood is the same on both sides of 0
    now.information.row(q).head(q) *= -1;
    now.information.col(q).head(q) *= -1;
  }
  fit.sd = std::abs(at[q]) < none ? 0 : std::abs(at[q]);
  fit.logit.coefficients = at.head(q);
  fit.logit.information = now.information;
  fit.logit.log_likelihood = now.log_likelihood;
  return fit;
}

}  // namespace puente
