#include "engine/behaviour/latent_choice.hpp"

#include <algorithm>
#include <numeric>

#include "engine/core/elementary.hpp"

namespace puente {

namespace {

double log_sum(std::span<const double> v) {
  const double most = *std::max_element(v.begin(), v.end());
  double sum = 0;
  for (const double x : v) sum += exp(x - most);
  return most + log(sum);
}

}  // namespace

/// With a = V_j − U*, the gap is a − ln(e^a − ln u) = −ln(1 − ln u · e^−a): each form where its exponential cannot overflow.
LatentDraw draw_latent(std::span<const double> v, std::size_t k, std::span<const double> u) {
  LatentDraw draw;
  const double best = log_sum(v) - log(-log(u[0]));
  draw.top = best - v[k];
  for (std::size_t j = 0, next = 1; j < v.size(); ++j) {
    if (j == k) continue;
    const double a = v[j] - best, waiting = -log(u[next++]);
    draw.gap[j] = std::min(0.0, a < 0 ? a - log(exp(a) + waiting) : -log(1 + waiting * exp(-a)));
  }
  return draw;
}

void choose(const AlternativeColumns& gap, const AlternativeColumns& change, std::span<const std::uint8_t> seen, std::size_t alternatives,
            std::uint8_t* chosen) {
  const std::size_t n = seen.size();
  if (alternatives == 2) {
    const double *g0 = gap[0], *g1 = gap[1], *c0 = change[0], *c1 = change[1];
    for (std::size_t i = 0; i < n; ++i) {
      const double u0 = g0[i] + c0[i], u1 = g1[i] + c1[i];
      chosen[i] = static_cast<std::uint8_t>(u1 > u0 ? 1 : u0 > u1 ? 0 : seen[i]);
    }
    return;
  }
  const double *g0 = gap[0], *g1 = gap[1], *g2 = gap[2], *c0 = change[0], *c1 = change[1], *c2 = change[2];
  for (std::size_t i = 0; i < n; ++i) {
    const double u0 = g0[i] + c0[i], u1 = g1[i] + c1[i], u2 = g2[i] + c2[i];
    const double most = std::max(u0, std::max(u1, u2));
    const unsigned at_most = (u0 == most ? 1U : 0U) | (u1 == most ? 2U : 0U) | (u2 == most ? 4U : 0U);
    const unsigned first = (at_most & 1U) != 0 ? 0U : (at_most & 2U) != 0 ? 1U : 2U;
    chosen[i] = static_cast<std::uint8_t>((at_most >> seen[i] & 1U) != 0 ? seen[i] : first);
  }
}

namespace {

/// The middle of a step of the grid, in standard deviations from −6 to 6.
double middle(std::size_t step, std::size_t steps) { return -6 + (static_cast<double>(step) + 0.5) * 12 / static_cast<double>(steps); }

}  // namespace

SharedTaste::SharedTaste(double sd) : sd_(sd) {
  for (std::size_t g = 0; g < steps; ++g) {
    const double z = middle(g, steps);
    normal_[g] = exp(-0.5 * z * z);
    lift_[g] = exp(sd * z);
    drop_[g] = exp(-sd * z);
  }
}

/// φ(t/sd) Π P(choice | t), even within each step.
void SharedTaste::densities(std::span<const double> advantage, std::span<const std::uint8_t> attends, Grid& density) const {
  density = normal_;
  for (std::size_t i = 0; i < advantage.size(); ++i) {
    const double odds = exp(attends[i] != 0 ? -advantage[i] : advantage[i]);
    const Grid& factor = attends[i] != 0 ? drop_ : lift_;
    for (std::size_t g = 0; g < steps; ++g) density[g] /= 1 + odds * factor[g];
  }
}

/// The same up to a factor, where the product is too small to be one.
void SharedTaste::densities_by_logs(std::span<const double> advantage, std::span<const std::uint8_t> attends, Grid& density) const {
  for (std::size_t g = 0; g < steps; ++g) {
    const double z = middle(g, steps);
    density[g] = -0.5 * z * z;
    for (std::size_t i = 0; i < advantage.size(); ++i) {
      const double against = (attends[i] != 0 ? -1 : 1) * (advantage[i] + sd_ * z);
      density[g] -= against > 40 ? against : log(1 + exp(against));
    }
  }
  const double most = *std::max_element(density.begin(), density.end());
  for (double& d : density) d = exp(d - most);
}

double SharedTaste::draw(std::span<const double> advantage, std::span<const std::uint8_t> attends, double uniform) const {
  Grid density;
  densities(advantage, attends, density);
  double sum = std::accumulate(density.begin(), density.end(), 0.0);
  if (!(sum > 0x1p-900)) {
    densities_by_logs(advantage, attends, density);
    sum = std::accumulate(density.begin(), density.end(), 0.0);
  }
  double left = uniform * sum;
  std::size_t g = 0;
  while (g + 1 < steps && left > density[g]) left -= density[g++];
  const double within = density[g] > 0 ? std::clamp(left / density[g], 0.0, 1.0) - 0.5 : 0;
  return sd_ * (middle(g, steps) + within * 12 / static_cast<double>(steps));
}

}  // namespace puente
