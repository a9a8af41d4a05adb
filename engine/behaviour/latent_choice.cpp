#include "engine/behaviour/latent_choice.hpp"

#include <algorithm>

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

/// The density of the taste is φ(t/sd) Π P(choice | t) over standard deviations −6 … 6, even within each step.
double draw_taste(double sd, std::span<const double> advantage, std::span<const std::uint8_t> attends, double uniform) {
  constexpr std::size_t steps = 192;
  constexpr double from = -6, step = 12.0 / steps;
  std::array<double, steps> upto{};
  for (std::size_t g = 0; g < steps; ++g) {
    const double z = from + (static_cast<double>(g) + 0.5) * step;
    upto[g] = -0.5 * z * z;
    for (std::size_t i = 0; i < advantage.size(); ++i) {
      const double against = (attends[i] != 0 ? -1 : 1) * (advantage[i] + sd * z);
      upto[g] -= against > 40 ? against : log(1 + exp(against));
    }
  }
  const double most = *std::max_element(upto.begin(), upto.end());
  double sum = 0;
  for (double& density : upto) density = sum += exp(density - most);
  const double target = uniform * sum;
  const auto g = std::min<std::size_t>(static_cast<std::size_t>(std::lower_bound(upto.begin(), upto.end(), target) - upto.begin()), steps - 1);
  const double before = g == 0 ? 0.0 : upto[g - 1], within = (target - before) / (upto[g] - before);
  return sd * (from + (static_cast<double>(g) + within) * step);
}

}  // namespace puente
