#include "engine/uncertainty/special_functions.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "engine/core/elementary.hpp"

namespace puente {

namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;
constexpr double root_two_pi = 2.50662827463100050242;

/// P(Z <= -z) for z >= 2.5 by the continued fraction of Mills' ratio, from its far end (120 levels leave nothing there).
double normal_tail(double z) {
  double fraction = z;
  for (int level = 120; level > 0; --level) fraction = z + level / fraction;
  return exp(-0.5 * z * z) / (root_two_pi * fraction);
}

/// P(0 <= Z <= z) by z + z^3/3 + z^5/15 + …, all of one sign (Marsaglia 2004, J. Stat. Software 11(4)).
double normal_centre(double z) {
  double term = z, sum = z;
  for (int odd = 3; std::fabs(term) > 1e-18 * std::fabs(sum); odd += 2) sum += term *= z * z / odd;
  return sum * exp(-0.5 * z * z) / root_two_pi;
}

}  // namespace

double normal_cdf(double z) {
  if (z <= -2.5) return normal_tail(-z);
  if (z >= 2.5) return 1.0 - normal_tail(z);
  return 0.5 + normal_centre(z);
}

/// Stirling's series at x >= 12, reached by Γ(x + 1) = x Γ(x).
double log_gamma(double x) {
  double product = 1.0;
  for (; x < 12.0; x += 1.0) product *= x;
  const double r = 1.0 / (x * x);
  double series = -691.0 / 360360.0;
  for (const double coefficient : {1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0})
    series = series * r + coefficient;
  return (x - 0.5) * log(x) - x + half_log_two_pi + series / x - log(product);
}

namespace {

/// ln(x^a (1-x)^b / B(a, b)).
double log_power(double a, double b, double x) {
  return a * log(x) + b * log(1.0 - x) + log_gamma(a + b) - log_gamma(a) - log_gamma(b);
}

/// Away from 0, as Lentz's method wants its partial results.
double not_zero(double x) { return std::fabs(x) < 1e-300 ? 1e-300 : x; }

/// The continued fraction of I_x(a, b) for x < (a+1)/(a+b+2), by Lentz's method as modified by Thompson and Barnett (1986).
double beta_fraction(double a, double b, double x) {
  double c = 1.0, d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)), result = d;
  for (double m = 1.0; m < 1e6; m += 1.0) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1.0 / not_zero(1.0 + even * d);
    c = not_zero(1.0 + even / c);
    result *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1.0 / not_zero(1.0 + odd * d);
    c = not_zero(1.0 + odd / c);
    result *= c * d;
    if (std::fabs(c * d - 1.0) < 3e-16) break;
  }
  return result;
}

/// The double halfway between two positive ones in the order of their bits: roughly the geometric mean, so that a search
/// reaches the smallest numbers as fast as the largest.
double halfway(double low, double high) {
  const std::uint64_t a = std::bit_cast<std::uint64_t>(low), b = std::bit_cast<std::uint64_t>(high);
  return std::bit_cast<double>(a + (b - a) / 2);
}

/// x <= 1/2 with I_x(a, b) = p: Newton's steps, kept between bounds that shrink.
double lower_half(double a, double b, double p) {
  double low = 0.0, high = 0.5, x = a / (a + b) < 0.5 ? a / (a + b) : 0.25;
  for (int step = 0; step < 200; ++step) {
    const double miss = incomplete_beta(a, b, x) - p;
    if (miss == 0) return x;
    (miss < 0 ? low : high) = x;
    const double next = x - miss / exp(log_power(a, b, x) - log(x) - log(1.0 - x));
    if (std::fabs(next - x) <= 2e-16 * x) return x;
    x = next > low && next < high ? next : halfway(low, high);
    if (x <= low || x >= high) return x;
  }
  return x;
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double front = exp(log_power(a, b, x));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

double inverse_incomplete_beta(double a, double b, double p) {
  if (p <= incomplete_beta(a, b, 0.5)) return lower_half(a, b, p);
  return 1.0 - lower_half(b, a, 1.0 - p);
}

}  // namespace puente
