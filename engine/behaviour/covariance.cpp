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
        q_(first_ + p_ * (fit.table->alternatives - 1) + (fit.taste ? 1 : 0)) {}
  DenseMatrix bread();
  DenseMatrix of_children() { return of_groups(false); }
  DenseMatrix of_households() { return of_groups(true); }
  DenseMatrix of_design(StackedCovariance& result);
  std::int64_t count(bool households);

 private:
  class Scores;
  DenseMatrix wage_derivatives();
  DenseMatrix wage_derivatives_of_siblings();
  void add_wage_derivatives(const ChildChunk& chunk, const WholeHouseholds& which, TasteTile& children, double* out) const;
  /// Tiles of children; of whole households, where siblings share a taste.
  template <class Work>
  void over(const ChildChunk& chunk, Work work) const {
    if (fit_.taste) return over_households(chunk, tile, work);
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) { work(WholeHouseholds{first, n, 0, 0}); });
  }
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
      : stack_(stack), children_(*stack.fit_.design, *stack.fit_.table), siblings_(*stack.fit_.design, *stack.fit_.table), x_(stack.first_ * tile), u_(tile), scores_(stack.q_ * tile) {}
  void load(const ChildChunk& chunk, const WholeHouseholds& which);
  /// Adds child i of the tile to a score.
  void add_to(double* sum, std::size_t i) const {
    for (std::size_t k = 0; k < stack_.q_; ++k) sum[k] += scores_[i * stack_.q_ + k];
  }

 private:
  template <class Tile>
  void take_utilities(const Tile& children, std::size_t n);

  const Stack& stack_;
  LogitTile children_;
  TasteTile siblings_;
  std::vector<double> x_, u_, scores_;  ///< scores: [child][coefficient]
};

template <class Tile>
void Stack::Scores::take_utilities(const Tile& children, std::size_t n) {
  for (std::size_t j = 1; j < stack_.fit_.table->alternatives; ++j)
    for (std::size_t k = 0; k < stack_.p_; ++k) {
      const double *r = children.residual(j), *z = children.covariate(k);
      const std::size_t at = stack_.first_ + (j - 1) * stack_.p_ + k;
      for (std::size_t i = 0; i < n; ++i) scores_[i * stack_.q_ + at] = r[i] * z[i];
    }
}

void Stack::Scores::load(const ChildChunk& chunk, const WholeHouseholds& which) {
  const StackedFit& fit = stack_.fit_;
  const std::size_t q = stack_.q_, first = which.first, n = which.n;
  if (fit.earnings != nullptr) {
    load_earnings(*fit.earnings, *fit.earnings_data, *fit.table, chunk, first, n, x_.data(), u_.data());
    for (std::size_t k = 0; k < stack_.first_; ++k)
      for (std::size_t i = 0; i < n; ++i) scores_[i * q + k] = x_[k * tile + i] * u_[i];
  }
  if (!fit.taste) {
    children_.load(chunk, first, n, fit.logit->coefficients.data());
    return take_utilities(children_, n);
  }
  siblings_.load(chunk, which, fit.logit->coefficients.data(), *fit.taste);
  take_utilities(siblings_, n);
  for (std::size_t i = 0; i < n; ++i) scores_[i * q + q - 1] = siblings_.of_sd()[i];
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

/// The same where a child's wage also moves what its siblings' choices say of the taste.
void Stack::add_wage_derivatives(const ChildChunk& chunk, const WholeHouseholds& which, TasteTile& children, double* out) const {
  const StackedFit& fit = fit_;
  const std::size_t wage = *fit.fitted_wage, others = fit.table->alternatives - 1, n = which.n;
  const double scale = fit.design->scale(wage), centre = fit.design->centre(wage);
  std::vector<double> x(first_ * tile), u(tile), of_a(tile), moved(others * tile);
  children.load(chunk, which, fit.logit->coefficients.data(), *fit.taste);
  load_earnings(*fit.earnings, *fit.earnings_data, *fit.table, chunk, which.first, n, x.data(), u.data());
  if (fit.earnings_data->attending) std::fill_n(x.data() + tile, n, -fit.earnings->design.centre(1) / fit.earnings->design.scale(1));
  const auto slope = [&](std::size_t j) { return fit.logit->coefficients[static_cast<Eigen::Index>((j - 1) * p_ + wage)]; };
  for (std::size_t l = 0; l < first_; ++l) {
    // What a unit of the earnings' coefficient l moves: each wage, then A, then the utilities' scores.
    for (std::size_t i = 0; i < n; ++i) {
      const double wage_moves = (children.covariate(wage)[i] + centre / scale) * x[l * tile + i];
      double mean = 0;
      for (std::size_t j = 1; j <= others; ++j) mean += children.within(j)[i] * slope(j);
      for (std::size_t j = 1; j <= others; ++j) moved[(j - 1) * tile + i] = children.excess()[i] * children.within(j)[i] * (slope(j) - mean) * wage_moves;
      of_a[i] = mean * wage_moves;
    }
    for (std::size_t h = 0; h < children.households(); ++h) {
      const TasteTile::Siblings of = children.siblings(h);
      for (std::size_t i = 0; i < of.n; ++i) {
        double coupled = 0;
        for (std::size_t m = 0; m < of.n; ++m) coupled += of.coupling[i * of.n + m] * of_a[of.first + m];
        for (std::size_t j = 1; j <= others; ++j) moved[(j - 1) * tile + of.first + i] += children.within(j)[of.first + i] * coupled;
      }
    }
    for (std::size_t j = 1; j <= others; ++j)
      for (std::size_t k = 0; k < p_; ++k) {
        double& sum = out[((j - 1) * p_ + k) * first_ + l];
        sum += dot(moved.data() + (j - 1) * tile, children.covariate(k), n);
        for (std::size_t i = 0; k == wage && i < n; ++i) sum += children.residual(j)[i] * (children.covariate(wage)[i] + centre / scale) * x[l * tile + i];
      }
    out[others * p_ * first_ + l] += dot(children.cross_sd(), of_a.data(), n);
  }
}

DenseMatrix Stack::wage_derivatives_of_siblings() {
  const std::size_t rows = q_ - first_;
  const std::vector<double> sums = sum_over_chunks(*fit_.table, rows * first_, exchange_, team_, [&](const ChildChunk& chunk, double* out) {
    TasteTile children(*fit_.design, *fit_.table);
    over_households(chunk, tile, [&](const WholeHouseholds& which) { add_wage_derivatives(chunk, which, children, out); });
  });
  DenseMatrix derivatives(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(first_));
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
  if (fit_.fitted_wage)
    bread.bottomLeftCorner(q - first, first) = product(utilities, product(fit_.taste ? wage_derivatives_of_siblings() : wage_derivatives(), earnings));
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
    over(chunk, [&](const WholeHouseholds& which) {
      scores.load(chunk, which);
      for (std::size_t i = 0; i < which.n; ++i) {
        scores.add_to(sum.data(), i);
        const bool ends = !households || which.first + i + 1 == chunk.households[household].end;
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
  over(chunk, [&](const WholeHouseholds& which) {
    scores.load(chunk, which);
    for (std::size_t i = 0; i < which.n; ++i) {
      const auto at = std::lower_bound(found.unit.begin(), found.unit.end(), unit_of[which.first + i]) - found.unit.begin();
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

DenseMatrix stacked_bread(const StackedFit& fit, Exchange& exchange, Team& team) { return Stack(fit, exchange, team).bread(); }

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
