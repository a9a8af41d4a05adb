#include "engine/behaviour/regressors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/behaviour/chunk_sums.hpp"
#include "engine/core/error.hpp"
#include "engine/population/calibration/independent.hpp"

namespace puente {

namespace {

constexpr std::size_t tile = Design::tile;

/// Weights of the children that count, 0 for the others.
void load_weights(const ChildTable& table, Only only, const ChildChunk& chunk, std::size_t first, std::size_t n, double* out) {
  chunk.columns[table.weight].unpack(first, n, out);
  if (only == everybody) return;
  double counts[tile];
  chunk.columns[only].unpack(first, n, counts);
  for (std::size_t i = 0; i < n; ++i) out[i] = counts[i] > 0 ? out[i] : 0;
}

std::string quoted(const std::string& name) { return "'" + name + "'"; }

}  // namespace

void load_raw(const Regressor& regressor, const ChildChunk& chunk, std::size_t first, std::size_t n, double* out) {
  if (regressor.column == Regressor::constant) std::fill_n(out, n, 1.0);
  else if (regressor.label >= 0) chunk.columns[regressor.column].unpack_equal(first, n, regressor.label, out);
  else chunk.columns[regressor.column].unpack(first, n, out);
}

Design::Design(std::vector<Regressor> regressors, const ChildTable& table, Only only, const std::string& what, Exchange& exchange, Team& team)
    : regressors_(std::move(regressors)) {
  find_ranges(table, only, exchange, team);
  require_variation(what);
  find_moments(table, only, exchange, team);
  require_independence(table, only, what, exchange, team);
}

void Design::load(const ChildChunk& chunk, std::size_t first, std::size_t n, double* out) const {
  for (std::size_t k = 0; k < size(); ++k) {
    double* values = out + k * tile;
    load_raw(regressors_[k], chunk, first, n, values);
    const double centre = centre_[k], inverse = 1 / scale_[k];
    for (std::size_t i = 0; i < n; ++i) values[i] = (values[i] - centre) * inverse;
  }
}

void Design::find_ranges(const ChildTable& table, Only only, Exchange& exchange, Team& team) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> most(static_cast<std::size_t>(team.threads()), std::vector<double>(2 * size(), none));  // of x, then of −x
  team.for_each(table.chunks.size(), [&](std::size_t c, int thread) {
    const ChildChunk& chunk = table.chunks[c];
    std::vector<double>& mine = most[static_cast<std::size_t>(thread)];
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      double weight[tile], x[tile];
      load_weights(table, only, chunk, first, n, weight);
      for (std::size_t k = 0; k < size(); ++k) {
        load_raw(regressors_[k], chunk, first, n, x);
        for (std::size_t i = 0; i < n; ++i) {
          if (!(weight[i] > 0)) continue;
          mine[k] = std::max(mine[k], x[i]);
          mine[size() + k] = std::max(mine[size() + k], -x[i]);
        }
      }
    });
  });
  for (const std::vector<double>& other : most)
    for (std::size_t i = 0; i < other.size(); ++i) most[0][i] = std::max(most[0][i], other[i]);
  exchange.max(most[0]);
  for (std::size_t k = 0; k < size(); ++k) {
    most_.push_back(most[0][k]);
    least_.push_back(-most[0][size() + k]);
  }
}

void Design::require_variation(const std::string& what) const {
  for (std::size_t k = 0; k < size(); ++k) {
    if (regressors_[k].column == Regressor::constant || least_[k] < most_[k]) continue;
    throw bad_input("covariate " + quoted(regressors_[k].name) + " of the " + what + " does not vary: it is " + shortest(least_[k]) +
                    " for every child that counts. Leave it out");
  }
}

/// Sums are of x/2^e, which lies in [−1, 1], so that no unit of money is too small or large for them.
void Design::find_moments(const ChildTable& table, Only only, Exchange& exchange, Team& team) {
  const std::size_t p = size();
  std::vector<double> power(p, 1.0);
  for (std::size_t k = 0; k < p; ++k)
    power[k] = std::ldexp(1.0, -std::ilogb(std::max({std::abs(least_[k]), std::abs(most_[k]), std::numeric_limits<double>::min()})));
  centre_.assign(p, 0.0);
  scale_.assign(p, 1.0);
  for (const bool spread : {false, true}) {
    const std::vector<double> sums = sum_over_chunks(table, p + 1, exchange, team, [&](const ChildChunk& chunk, double* out) {
      over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
        double weight[tile], x[tile], one[tile];
        std::fill_n(one, n, 1.0);
        load_weights(table, only, chunk, first, n, weight);
        out[p] += dot(weight, one, n);
        for (std::size_t k = 0; k < p; ++k) {
          load_raw(regressors_[k], chunk, first, n, x);
          for (std::size_t i = 0; i < n; ++i) x[i] = (x[i] - centre_[k]) * power[k];
          if (spread)
            for (std::size_t i = 0; i < n; ++i) x[i] *= x[i];
          out[k] += dot(weight, x, n);
        }
      });
    });
    for (std::size_t k = 0; k < p; ++k) {
      if (regressors_[k].column == Regressor::constant) continue;
      if (spread) scale_[k] = std::sqrt(sums[k] / sums[p]) / power[k];
      else centre_[k] = sums[k] / sums[p] / power[k];
    }
  }
}

void Design::require_independence(const ChildTable& table, Only only, const std::string& what, Exchange& exchange, Team& team) const {
  const std::size_t p = size();
  const std::vector<double> sums = sum_over_chunks(table, p * (p + 1) / 2, exchange, team, [&](const ChildChunk& chunk, double* out) {
    std::vector<double> z(p * tile), weighted(tile);
    over_tiles(chunk, tile, [&](std::size_t first, std::size_t n) {
      double weight[tile];
      load_weights(table, only, chunk, first, n, weight);
      load(chunk, first, n, z.data());
      double* sum = out;
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t i = 0; i < n; ++i) weighted[i] = weight[i] * z[a * tile + i];
        for (std::size_t b = 0; b <= a; ++b) *sum++ += dot(weighted.data(), z.data() + b * tile, n);
      }
    });
  });
  Matrix moments(p);
  const double* next = sums.data();
  for (std::size_t a = 0; a < p; ++a)
    for (std::size_t b = 0; b <= a; ++b) moments(a, b) = moments(b, a) = *next++;
  const Independence independence(moments);
  if (independence.dependent().empty()) return;
  const Independence::Dependent& dependent = independence.dependent().front();
  std::string others;
  for (std::size_t a = 0; a < dependent.share.size(); ++a)
    if (std::abs(dependent.share[a]) > 1e-6) others += (others.empty() ? "" : ", ") + quoted(regressors_[independence.kept()[a]].name);
  throw bad_input("covariate " + quoted(regressors_[dependent.row].name) + " of the " + what + " is collinear: " +
                  (others.empty() ? "it follows from the others" : "it follows from " + others) + ". Leave one of them out");
}

}  // namespace puente
