#include "engine/behaviour/taste_tile.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"

namespace puente {

namespace {

constexpr double farthest = 7.2;     ///< standard deviations: 49 nodes at steps of 0.3
constexpr double smallest = 1e-300;  ///< of a probability whose logarithm is taken

}  // namespace

TasteTile::TasteTile(const Design& design, const ChildTable& table)
    : logit_(design, table), alternatives_(table.alternatives), within_((table.alternatives - 1) * tile), residual_((table.alternatives - 1) * tile), advantage_(tile),
      attends_(tile), log_within_(tile), excess_(tile), of_sd_(tile), cross_sd_(tile) {
  double sum = 0;
  for (std::size_t g = 0; g < nodes; ++g) {
    node_.push_back(farthest * (2 * static_cast<double>(g) / static_cast<double>(nodes - 1) - 1));
    log_weight_.push_back(-0.5 * node_[g] * node_[g]);
    sum += exp(log_weight_[g]);
  }
  for (double& w : log_weight_) w -= log(sum);
}

void TasteTile::load(const ChildChunk& chunk, const WholeHouseholds& which, const double* coefficients, double sd) {
  n_ = which.n;
  logit_.load(chunk, which.first, n_, coefficients);
  find_advantages(chunk, which.first);
  begin_.clear();
  size_.clear();
  place_.clear();
  coupling_.clear();
  log_likelihood_ = curvature_sd_ = 0;
  for (std::size_t h = which.begin, first = 0; h < which.end; ++h) {
    const std::size_t end = chunk.households[h].end - which.first;
    begin_.push_back(first);
    size_.push_back(end - first);
    integrate(first, end - first, sd);
    first = end;
  }
  for (std::size_t j = 1; j < alternatives_; ++j) {
    const double *pi = within(j), *w = logit_.weight();
    double* r = residual_.data() + (j - 1) * tile;
    for (std::size_t i = 0; i < n_; ++i) r[i] = excess_[i] * pi[i] + (chunk.state[which.first + i] == j ? w[i] : 0.0);
  }
}

/// A and π of each child, from the probabilities of a logit without the taste.
void TasteTile::find_advantages(const ChildChunk& chunk, std::size_t first) {
  for (std::size_t i = 0; i < n_; ++i) {
    double school = 0;
    for (std::size_t j = 1; j < alternatives_; ++j) school += logit_.probability(j)[i];
    school = std::max(school, smallest);
    advantage_[i] = log(school) - log(std::max(logit_.probability(0)[i], smallest));
    const std::uint8_t k = chunk.state[first + i];
    attends_[i] = k > 0 ? 1 : 0;
    for (std::size_t j = 1; j < alternatives_; ++j) within_[(j - 1) * tile + i] = logit_.probability(j)[i] / school;
    log_within_[i] = k > 0 ? log(std::max(within(k)[i], smallest)) : 0.0;
  }
}

/// What is known of z once the choices of a household's children are: a weight a node, in all 1. Adds to the log-likelihood.
void TasteTile::find_densities(std::size_t first, std::size_t n, double sd, double* posterior) {
  double small[nodes], gain[nodes];
  attending_.resize(n * nodes);
  std::copy(log_weight_.begin(), log_weight_.end(), posterior);
  double within = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double a = advantage_[first + i], sign = attends_[first + i] > 0 ? 1 : -1;
    double* p = attending_.data() + i * nodes;
    for (std::size_t g = 0; g < nodes; ++g) small[g] = -std::abs(a + sd * node_[g]);
    exp(small, nodes, small);
    for (std::size_t g = 0; g < nodes; ++g) gain[g] = 1 + small[g];
    for (std::size_t g = 0; g < nodes; ++g) p[g] = (a + sd * node_[g] >= 0 ? 1 : small[g]) / gain[g];
    log(gain, nodes, gain);
    for (std::size_t g = 0; g < nodes; ++g) posterior[g] += std::min(0.0, sign * (a + sd * node_[g])) - gain[g];
    within += log_within_[first + i];
  }
  const double most = *std::max_element(posterior, posterior + nodes);
  for (std::size_t g = 0; g < nodes; ++g) posterior[g] -= most;
  exp(posterior, nodes, posterior);
  double sum = 0;
  for (std::size_t g = 0; g < nodes; ++g) sum += posterior[g];
  for (std::size_t g = 0; g < nodes; ++g) posterior[g] /= sum;
  log_likelihood_ += logit_.weight()[first] * (within + most + log(sum));
}

/// Moments under what is known of z: r is 1 where a child attends, less its probability; R their sum.
void TasteTile::integrate(std::size_t first, std::size_t n, double sd) {
  double posterior[nodes];
  find_densities(first, n, sd, posterior);
  const double w = logit_.weight()[first];
  double all[nodes] = {}, spread[nodes] = {};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t g = 0; g < nodes; ++g) {
      const double p = attending_[i * nodes + g];
      all[g] += attends_[first + i] - p;
      spread[g] += p * (1 - p);
    }
  double slope = 0, square = 0;
  for (std::size_t g = 0; g < nodes; ++g) {
    slope += posterior[g] * node_[g] * all[g];
    square += posterior[g] * node_[g] * node_[g] * (all[g] * all[g] - spread[g]);
  }
  curvature_sd_ += w * (square - slope * slope);
  place_.push_back(coupling_.size());
  coupling_.resize(coupling_.size() + n * n);
  double* coupling = coupling_.data() + place_.back();
  std::vector<double> mean(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double a = attends_[first + i], *p = attending_.data() + i * nodes;
    double e = 0, z_r = 0, z_all = 0;
    for (std::size_t g = 0; g < nodes; ++g) {
      const double r = a - p[g], by = posterior[g] * node_[g];
      e += posterior[g] * r;
      z_r += by * r;
      z_all += by * (r * all[g] - p[g] * (1 - p[g]));
    }
    mean[i] = e;
    excess_[first + i] = w * (e - a);
    of_sd_[first + i] = w * z_r;
    cross_sd_[first + i] = w * (z_all - e * slope);
    for (std::size_t m = 0; m <= i; ++m) {
      const double b = attends_[first + m], *q = attending_.data() + m * nodes;
      double both = 0;
      for (std::size_t g = 0; g < nodes; ++g) both += posterior[g] * ((a - p[g]) * (b - q[g]) - (m == i ? p[g] * (1 - p[g]) : 0.0));
      coupling[i * n + m] = coupling[m * n + i] = w * (both - e * mean[m]);
    }
  }
}

}  // namespace puente
