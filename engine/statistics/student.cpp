#include "engine/statistics/student.hpp"

#include <cmath>
#include <numbers>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"

namespace puente {

namespace {

/// Γ(x + 1/2)/Γ(x): its asymptotic series from x = 64 on, by recurrence below (Tricomi and Erdélyi 1951).
double gamma_ratio(double x) {
  double factor = 1;
  for (; x < 64; ++x) factor *= x / (x + 0.5);
  const double u = 1 / x;
  const double series = 1 + u * (-1.0 / 8 + u * (1.0 / 128 + u * (5.0 / 1024 + u * (-21.0 / 32768 + u * (-399.0 / 262144 + u * 869.0 / 4194304)))));
  return factor * std::sqrt(x) * series;
}

/// The continued fraction of I_x(a, b), x < (a + 1)/(a + b + 2) (DLMF 8.17.22, by Lentz's method).
double beta_fraction(double x, double a, double b) {
  constexpr double tiny = 1e-300;
  const auto safe = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / safe(1 - (a + b) * x / (a + 1)), value = d;
  for (int m = 1; m < 10'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    value *= d * c;
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    value *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

/// 1/B(df/2, 1/2).
double reciprocal_beta(double df) { return gamma_ratio(df / 2) / std::sqrt(std::numbers::pi); }

/// (1 + t²/df)^(−df/2).
double body(double t, double df) { return pow(df / (df + t * t), df / 2); }

double student_density(double t, double df) {
  return reciprocal_beta(df) / std::sqrt(df) * body(t, df) * std::sqrt(df / (df + t * t));
}

/// Abramowitz and Stegun 26.7.5.
double expansion(double x, double df) {
  const double s = x * x;
  const double g1 = x * (s + 1) / 4;
  const double g2 = x * ((5 * s + 16) * s + 3) / 96;
  const double g3 = x * (((3 * s + 19) * s + 17) * s - 15) / 384;
  const double g4 = x * ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160;
  return x + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df;
}

}  // namespace

double student_tail(double t, double df) {
  const double x = df / (df + t * t), y = t * t / (df + t * t), a = df / 2, b = 0.5;
  const double front = reciprocal_beta(df) * body(t, df) * std::sqrt(y);
  if (x < (a + 1) / (a + b + 2)) return 0.5 * front * beta_fraction(x, a, b) / a;
  return 0.5 - 0.5 * front * beta_fraction(y, b, a) / b;
}

double student_quantile(double p, double df) {
  expect(p > 0 && p < 1 && df > 0, "a quantile of t needs p in (0, 1) and df > 0");
  if (p < 0.5) return -student_quantile(1 - p, df);
  if (p == 0.5) return 0;
  if (std::isinf(df)) return inverse_normal_cdf(p);
  if (df > 5000) return expansion(inverse_normal_cdf(p), df);
  const double tail = 1 - p;
  double low = 0, high = 1;
  while (student_tail(high, df) > tail) {
    low = high;
    high *= 2;
  }
  double t = 0.5 * (low + high);
  for (int step = 0; step < 200; ++step) {
    const double off = student_tail(t, df) - tail;
    (off > 0 ? low : high) = t;
    double next = t + off / student_density(t, df);
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const double moved = std::abs(next - t);
    t = next;
    if (moved <= 1e-15 * t) break;
  }
  return t;
}

}  // namespace puente
