#include "engine/behaviour/covariance.hpp"

#include <algorithm>
#include <cmath>

#include "engine/behaviour/chunk_sums.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr std::size_t tile = Design::tile;
constexpr std::size_t chunks_at_a_time = 256;

/// Scores of sampling units that one chunk adds to.
struct UnitScores {
  std::vector<std::size_t> unit;
  std::vector<double> score;  ///< [unit][coefficient]
};

class Stack {
 public:
  Stack(const StackedFit& fit, Exchange& exchange, Team& team)
      : fit_(fit), exchange_(exchange), team_(team), first_(fit.earnings == nullptr ? 0 : fit.earnings->design.size()), p_(fit.design->size()),
        q_(first_ + p_ * (fit.table->alternatives - 1)) {}
  DenseMatrix bread();
  DenseMatrix of_children() { return of_groups(false); }
  DenseMatrix of_households() { return of_groups(true); }
  DenseMatrix of_design(StackedCovariance& result);
  std::int64_t count(bool households);

 private:
  class Scores;
  DenseMatrix wage_derivatives();
  DenseMatrix of_groups(bool households);
  std::vector<double> unit_totals();
  UnitScores unit_scores(const ChildChunk& chunk) const;

  const StackedFit& fit_;
  Exchange& exchange_;
  Team& team_;
  std::size_t first_, p_, q_;
};

/// The stacked scores of a chunk's children, a tile at a time.
class Stack::Scores {
 public:
  explicit Scores(const Stack& stack)
      : stack_(stack), children_(*stack.fit_.design, *stack.fit_.table), x_(stack.first_ * tile), u_(tile), scores_(stack.q_ * tile) {}
  void load(const ChildChunk& chunk, std::size_t first, std::size_t n);
  /// Adds child i of the tile to a score.
  void add_to(double* sum, std::size_t i) const {
    for (std::size_t k = 0; k < stack_.q_; ++k) sum[k] += scores_[i * stack_.q_ + k];
  }

 private:
  const Stack& stack_;
  LogitTile children_;
  std::vector<double> x_, u_, scores_;  ///< scores: [child][coefficient]
};

void Stack::Scores::load(const ChildChunk& chunk, std::size_t first, std::size_t n) {
  const StackedFit& fit = stack_.fit_;
  const std::size_t q = stack_.q_;
  if (fit.earnings != nullptr) {
    load_earnings(*fit.earnings, *fit.earnings_data, *fit.table, chunk, first, n, x_.data(), u_.data());
    for (std::size_t k = 0; k < stack_.first_; ++k)
      for (std::size_t i = 0; i < n; ++i) scores_[i * q + k] = x_[k * tile + i] * u_[i];
  }
  children_.load(chunk, first, n, fit.logit->coefficients.data());
  for (std::size_t j = 1; j < fit.table->alternatives; ++j)
    for (std::size_t k = 0; k < stack_.p_; ++k) {
      const double *r = children_.residual(j), *z = children_.covariate(k);
      const std::size_t at = stack_.first_ + (j - 1) * stack_.p_ + k;
      for (std::size_t i = 0; i < n; ++i) scores_[i * q + at] = r[i] * z[i];
    }
}

/// Σ of the derivatives of the utilities' scores with respect to the earnings' coefficients, through the fitted wage.
DenseMatrix Stack::wage_derivatives() {
  const StackedFit& fit = fit_;
  const std::size_t wage = *fit.fitted_wage, others = fit.table->alternatives - 1;
  const double scale = fit.design->scale(wage), centre = fit.design->centre(wage);
  const auto slope = [&](std::size_t j) { return fit.logit->coefficients[static_cast<Eigen::Index>((j - 1) * p_ + wage)]; };
  const std::vector<double> sums = sum_over_chunks(*fit.table, others * p_ * first_, exchange_, team_, [&](const ChildChunk& chunk, double* out) {
    LogitTile children(*fit.design, *fit.table);
    std::vector<double> x(first_ * tile), u(tile);
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      double wage_over_scale[tile], moved[tile], d[tile];
      children.load(chunk, first, n, fit.logit->coefficients.data());
      load_earnings(*fit.earnings, *fit.earnings_data, *fit.table, chunk, first, n, x.data(), u.data());
      if (fit.earnings_data->attending) std::fill_n(x.data() + tile, n, -fit.earnings->design.centre(1) / fit.earnings->design.scale(1));
      for (std::size_t i = 0; i < n; ++i) wage_over_scale[i] = children.covariate(wage)[i] + centre / scale;
      double* next = out;
      for (std::size_t j = 1; j <= others; ++j) {
        for (std::size_t i = 0; i < n; ++i) {
          double mean = 0;
          for (std::size_t l = 1; l <= others; ++l) mean += children.probability(l)[i] * slope(l);
          moved[i] = -children.weight()[i] * children.probability(j)[i] * (slope(j) - mean) * wage_over_scale[i];
        }
        for (std::size_t k = 0; k < p_; ++k) {
          for (std::size_t i = 0; i < n; ++i) {
            d[i] = moved[i] * children.covariate(k)[i];
            if (k == wage) d[i] += children.residual(j)[i] * wage_over_scale[i];
          }
          for (std::size_t l = 0; l < first_; ++l) *next++ += dot(d, x.data() + l * tile, n);
        }
      }
    });
  });
  DenseMatrix derivatives(static_cast<Eigen::Index>(others * p_), static_cast<Eigen::Index>(first_));
  const double* next = sums.data();
  for (Eigen::Index r = 0; r < derivatives.rows(); ++r)
    for (Eigen::Index c = 0; c < derivatives.cols(); ++c) derivatives(r, c) = *next++;
  return derivatives;
}

/// The inverse of −∂(Σ g)/∂θ': block triangular.
DenseMatrix Stack::bread() {
  const auto q = static_cast<Eigen::Index>(q_), first = static_cast<Eigen::Index>(first_);
  DenseMatrix bread = DenseMatrix::Zero(q, q);
  const DenseMatrix utilities = inverse_of_positive(fit_.logit->information);
  bread.bottomRightCorner(q - first, q - first) = utilities;
  if (first == 0) return bread;
  const DenseMatrix earnings = inverse_of_positive(fit_.earnings->information);
  bread.topLeftCorner(first, first) = earnings;
  if (fit_.fitted_wage) bread.bottomLeftCorner(q - first, first) = product(utilities, product(wage_derivatives(), earnings));
  return bread;
}

DenseMatrix symmetric(const double* lower_half, std::size_t size) {
  DenseMatrix matrix(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size));
  for (Eigen::Index a = 0; a < matrix.rows(); ++a)
    for (Eigen::Index b = 0; b <= a; ++b) matrix(a, b) = matrix(b, a) = *lower_half++;
  return matrix;
}

/// Σ g g' by its lower half; g of a child, or of all children of a household.
DenseMatrix Stack::of_groups(bool households) {
  const std::size_t q = q_, half = q * (q + 1) / 2;
  const std::vector<double> sums = sum_over_chunks(*fit_.table, half, exchange_, team_, [&](const ChildChunk& chunk, double* out) {
    Scores scores(*this);
    std::vector<double> sum(q);
    std::size_t household = 0;
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      scores.load(chunk, first, n);
      for (std::size_t i = 0; i < n; ++i) {
        scores.add_to(sum.data(), i);
        const bool ends = !households || first + i + 1 == chunk.households[household].end;
        if (!ends) continue;
        ++household;
        for (std::size_t a = 0, next = 0; a < q; next += ++a)
          for (std::size_t b = 0; b <= a; ++b) out[next + b] += sum[a] * sum[b];
        std::fill(sum.begin(), sum.end(), 0.0);
      }
    });
  });
  const auto n = static_cast<double>(count(households));
  return symmetric(sums.data(), q) * (n / (n - 1));
}

std::int64_t Stack::count(bool households) {
  return static_cast<std::int64_t>(sum_over_chunks(*fit_.table, 1, exchange_, team_, [&](const ChildChunk& chunk, double* out) {
    out[0] = static_cast<double>(households ? chunk.households.size() : chunk.n);
  })[0]);
}

UnitScores Stack::unit_scores(const ChildChunk& chunk) const {
  const std::vector<SamplingUnit>& units = fit_.table->sampling_units;
  Scores scores(*this);
  std::vector<std::size_t> unit_of(chunk.n);
  UnitScores found;
  for (std::size_t h = 0, i = 0; h < chunk.households.size(); ++h) {
    const ChildHousehold& household = chunk.households[h];
    const auto at = std::lower_bound(units.begin(), units.end(), SamplingUnit{household.stratum, household.psu});
    for (; i < household.end; ++i) unit_of[i] = static_cast<std::size_t>(at - units.begin());
  }
  found.unit = unit_of;
  std::sort(found.unit.begin(), found.unit.end());
  found.unit.erase(std::unique(found.unit.begin(), found.unit.end()), found.unit.end());
  found.score.assign(found.unit.size() * q_, 0.0);
  over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
    scores.load(chunk, first, n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto at = std::lower_bound(found.unit.begin(), found.unit.end(), unit_of[first + i]) - found.unit.begin();
      scores.add_to(found.score.data() + static_cast<std::size_t>(at) * q_, i);
    }
  });
  return found;
}

/// [unit][coefficient], exact over chunks: a unit's households may be anywhere.
std::vector<double> Stack::unit_totals() {
  const std::vector<ChildChunk>& chunks = fit_.table->chunks;
  std::vector<ExactSum> totals(fit_.table->sampling_units.size() * q_);
  for (std::size_t begin = 0; begin < chunks.size(); begin += chunks_at_a_time) {
    std::vector<UnitScores> found(std::min(chunks_at_a_time, chunks.size() - begin));
    team_.for_each(found.size(), [&](std::size_t c, int) { found[c] = unit_scores(chunks[begin + c]); });
    for (const UnitScores& one : found)
      for (std::size_t i = 0; i < one.unit.size(); ++i)
        for (std::size_t k = 0; k < q_; ++k) totals[one.unit[i] * q_ + k].add(one.score[i * q_ + k]);
  }
  reduce(totals, exchange_);
  std::vector<double> values;
  values.reserve(totals.size());
  for (const ExactSum& sum : totals) values.push_back(sum.value());
  return values;
}

DenseMatrix Stack::of_design(StackedCovariance& result) {
  const std::vector<SamplingUnit>& units = fit_.table->sampling_units;
  const std::vector<double> totals = unit_totals();
  const auto q = static_cast<Eigen::Index>(q_);
  DenseMatrix meat = DenseMatrix::Zero(q, q);
  result.clusters = static_cast<std::int64_t>(units.size());
  for (std::size_t begin = 0, end = 0; begin < units.size(); begin = end) {
    while (end < units.size() && units[end].stratum == units[begin].stratum) ++end;
    const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> scores(totals.data() + begin * q_, static_cast<Eigen::Index>(end - begin), q);
    ++result.strata;
    const auto n = static_cast<double>(end - begin);
    DenseVector mean = DenseVector::Zero(q);
    if (end - begin == 1) ++result.lonely;
    else
      for (Eigen::Index u = 0; u < scores.rows(); ++u) mean += scores.row(u).transpose() / n;
    const double factor = end - begin == 1 ? 1 : n / (n - 1);
    for (Eigen::Index u = 0; u < scores.rows(); ++u) {
      const DenseVector away = scores.row(u).transpose() - mean;
      meat += factor * product(away, away.transpose());
    }
  }
  return meat;
}

}  // namespace

StackedCovariance stacked_covariance(const StackedFit& fit, CovarianceKind kind, Exchange& exchange, Team& team) {
  Stack stack(fit, exchange, team);
  StackedCovariance result;
  const DenseMatrix bread = stack.bread();
  DenseMatrix meat;
  switch (kind) {
    case CovarianceKind::robust: meat = stack.of_children(); break;
    case CovarianceKind::household:
      meat = stack.of_households();
      result.clusters = stack.count(true);
      break;
    case CovarianceKind::design:
      expect(!fit.table->sampling_units.empty(), "a design has sampling units");
      meat = stack.of_design(result);
      break;
  }
  result.matrix = product(product(bread, meat), bread.transpose());
  return result;
}

}  // namespace puente
