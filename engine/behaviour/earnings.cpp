#include "engine/behaviour/earnings.hpp"

#include <cmath>

#include "engine/behaviour/chunk_sums.hpp"
#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

constexpr std::size_t tile = Design::tile;

/// Log earnings and weights of those who earn, 0 for the others.
void load_earners(const EarningsData& data, const ChildTable& table, const ChildChunk& chunk, std::size_t first, std::size_t n,
                  double* log_earnings, double* weight) {
  double earnings[tile];
  chunk.columns[data.earnings].unpack(first, n, earnings);
  chunk.columns[table.weight].unpack(first, n, weight);
  for (std::size_t i = 0; i < n; ++i) {
    weight[i] = earnings[i] > 0 ? weight[i] : 0;
    earnings[i] = earnings[i] > 0 ? earnings[i] : 1;
  }
  log(earnings, n, log_earnings);
}

std::int64_t count_earners(const EarningsData& data, const ChildTable& table, Exchange& exchange, Team& team) {
  return static_cast<std::int64_t>(sum_over_chunks(table, 1, exchange, team, [&](const ChildChunk& chunk, double* out) {
    for (std::size_t i = 0; i < chunk.n; ++i) out[0] += chunk.columns[data.earnings][i] > 0 ? 1 : 0;
  })[0]);
}

/// Σ w x x' by its lower half, then Σ w x y.
void fit_coefficients(EarningsFit& fit, const EarningsData& data, const ChildTable& table, Exchange& exchange, Team& team) {
  const std::size_t p = fit.design.size();
  const std::vector<double> sums = sum_over_chunks(table, p * (p + 1) / 2 + p, exchange, team, [&](const ChildChunk& chunk, double* out) {
    std::vector<double> x(p * tile), weighted(tile);
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      double y[tile], w[tile];
      load_earners(data, table, chunk, first, n, y, w);
      fit.design.load(chunk, first, n, x.data());
      double* next = out;
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t i = 0; i < n; ++i) weighted[i] = w[i] * x[a * tile + i];
        for (std::size_t b = 0; b <= a; ++b) *next++ += dot(weighted.data(), x.data() + b * tile, n);
        out[p * (p + 1) / 2 + a] += dot(weighted.data(), y, n);
      }
    });
  });
  const auto size = static_cast<Eigen::Index>(p);
  fit.information = DenseMatrix(size, size);
  DenseVector right(size);
  const double* next = sums.data();
  for (Eigen::Index a = 0; a < size; ++a)
    for (Eigen::Index b = 0; b <= a; ++b) fit.information(a, b) = fit.information(b, a) = *next++;
  for (Eigen::Index a = 0; a < size; ++a) right[a] = *next++;
  fit.coefficients = Eigen::LDLT<DenseMatrix>(fit.information).solve(right);
}

/// Spread of the residuals, and of log earnings about their mean, by weights; n/(n − p) as in a survey's root mean square error.
void fit_spread(EarningsFit& fit, const EarningsData& data, const ChildTable& table, Exchange& exchange, Team& team) {
  const std::size_t p = fit.design.size();
  const double mean = fit.coefficients[0];  // the other covariates are standardised
  const std::vector<double> sums = sum_over_chunks(table, 3, exchange, team, [&](const ChildChunk& chunk, double* out) {
    std::vector<double> x(p * tile);
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      double y[tile], w[tile], weighted[tile];
      load_earners(data, table, chunk, first, n, y, w);
      load_earnings(fit, data, table, chunk, first, n, x.data(), weighted);
      for (std::size_t i = 0; i < n; ++i) {
        out[0] += w[i];
        out[1] += w[i] > 0 ? weighted[i] * weighted[i] / w[i] : 0;
        out[2] += w[i] * ((y[i] - mean) * (y[i] - mean));
      }
    });
  });
  const auto n = static_cast<double>(fit.children);
  fit.sigma = std::sqrt(sums[1] / sums[0] * (n / (n - static_cast<double>(p))));
  fit.r_squared = sums[2] > 0 ? 1 - sums[1] / sums[2] : 0;
}

}  // namespace

void load_earnings(const EarningsFit& fit, const EarningsData& data, const ChildTable& table, const ChildChunk& chunk, std::size_t first,
                   std::size_t n, double* covariates, double* weighted_residual) {
  double y[tile];
  load_earners(data, table, chunk, first, n, y, weighted_residual);
  fit.design.load(chunk, first, n, covariates);
  for (std::size_t k = 0; k < fit.design.size(); ++k) {
    const double coefficient = fit.coefficients[static_cast<Eigen::Index>(k)];
    for (std::size_t i = 0; i < n; ++i) y[i] = std::fma(-coefficient, covariates[k * tile + i], y[i]);
  }
  for (std::size_t i = 0; i < n; ++i) weighted_residual[i] *= y[i];
}

EarningsFit fit_earnings(const EarningsData& data, const ChildTable& table, Exchange& exchange, Team& team) {
  EarningsFit fit;
  fit.children = count_earners(data, table, exchange, team);
  if (fit.children <= static_cast<std::int64_t>(data.covariates.size()))
    throw bad_input("the earnings equation has " + std::to_string(data.covariates.size()) + " covariates, the constant among them, but only " +
                    std::to_string(fit.children) + " children have earnings above 0: leave covariates out, or give `wage` instead");
  fit.design = Design(data.covariates, table, data.earnings, "earnings equation", exchange, team);
  fit_coefficients(fit, data, table, exchange, team);
  fit_spread(fit, data, table, exchange, team);
  return fit;
}

std::vector<double> fitted_wages(const EarningsFit& fit, const EarningsData& data, const ChildChunk& chunk) {
  std::vector<double> wages(chunk.n), x(fit.design.size() * tile);
  over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
    fit.design.load(chunk, first, n, x.data());
    double* logs = wages.data() + first;
    for (std::size_t k = 0; k < fit.design.size(); ++k) {
      const double coefficient = fit.coefficients[static_cast<Eigen::Index>(k)];
      const double if_out = -fit.design.centre(k) / fit.design.scale(k);  // standardised, of a child that does not attend
      const bool attending = data.attending && k == 1;
      for (std::size_t i = 0; i < n; ++i) logs[i] = std::fma(coefficient, attending ? if_out : x[k * tile + i], logs[i]);
    }
    exp(logs, n, logs);
  });
  return wages;
}

}  // namespace puente
