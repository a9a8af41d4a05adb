#include "engine/core/elementary.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace puente {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// ln 2 in two parts; the upper one has 11 trailing zeros, so that its product with a binary exponent is exact
// (Cody & Waite 1980, Software Manual for the Elementary Functions).
constexpr double ln2_upper = 0x1.62e42fefa38p-1;
constexpr double ln2_lower = 0x1.ef35793c7673p-45;
constexpr double log2_e = 0x1.71547652b82fep0;

/// A number as an unevaluated sum, |lower| ≤ ulp(upper)/2.
struct Pair {
  double upper, lower;
};

/// e^r - 1 - r for |r| ≤ ln2/2 by its Taylor series (remainder 4e-18).
inline double exp_tail(double r) {
  double p = 1.0 / 6227020800.0;
  p = std::fma(p, r, 1.0 / 479001600.0);
  p = std::fma(p, r, 1.0 / 39916800.0);
  p = std::fma(p, r, 1.0 / 3628800.0);
  p = std::fma(p, r, 1.0 / 362880.0);
  p = std::fma(p, r, 1.0 / 40320.0);
  p = std::fma(p, r, 1.0 / 5040.0);
  p = std::fma(p, r, 1.0 / 720.0);
  p = std::fma(p, r, 1.0 / 120.0);
  p = std::fma(p, r, 1.0 / 24.0);
  p = std::fma(p, r, 1.0 / 6.0);
  return std::fma(p, r, 0.5) * (r * r);
}

/// p·2^k for a whole k in [-1080, 1030] given as k + 1.5·2^52, in two steps so that subnormals round once.
inline double scale(double p, double k_shifted) {
  const std::uint64_t biased = std::bit_cast<std::uint64_t>(k_shifted) - std::bit_cast<std::uint64_t>(0x1.8p52) + 2046;
  const std::uint64_t half = biased >> 1;
  return p * std::bit_cast<double>(half << 52) * std::bit_cast<double>((biased - half) << 52);
}

/// e^(upper + lower).
inline double exp_of_pair(double upper, double lower) {
  double x = upper > 710.0 ? 710.0 : upper;
  x = x < -746.0 ? -746.0 : x;
  const double shifted = std::fma(x, log2_e, 0x1.8p52);
  const double k = shifted - 0x1.8p52;
  const double high = std::fma(-k, ln2_upper, x);
  const double low = std::fma(-k, ln2_lower, lower);
  const double r = high + low;
  const double lost = (high - r) + low;
  return scale(1.0 + (r + (exp_tail(r) + lost)), shifted);
}

/// x = m·2^k with m in [√½, √2), for positive finite x.
struct Split {
  double m, k;
};

inline Split split(double x) {
  constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000;
  const bool subnormal = x < 0x1p-1022;
  const double normal = subnormal ? x * 0x1p54 : x;
  const double bias = subnormal ? 0x1p52 + 1077.0 : 0x1p52 + 1023.0;
  const std::uint64_t u = std::bit_cast<std::uint64_t>(normal) + (one - root_half);
  const double k = std::bit_cast<double>((u >> 52) | std::bit_cast<std::uint64_t>(0x1p52)) - bias;
  return {std::bit_cast<double>((u & 0xfffffffffffff) + root_half), k};
}

/// 2·atanh(s)/s - 2 as a function of z = s², z ≤ 0.0295: the textbook series, remainder 2e-20.
inline double atanh_tail(double z) {
  double p = 2.0 / 25.0;
  p = std::fma(p, z, 2.0 / 23.0);
  p = std::fma(p, z, 2.0 / 21.0);
  p = std::fma(p, z, 2.0 / 19.0);
  p = std::fma(p, z, 2.0 / 17.0);
  p = std::fma(p, z, 2.0 / 15.0);
  p = std::fma(p, z, 2.0 / 13.0);
  p = std::fma(p, z, 2.0 / 11.0);
  p = std::fma(p, z, 2.0 / 9.0);
  p = std::fma(p, z, 2.0 / 7.0);
  p = std::fma(p, z, 2.0 / 5.0);
  p = std::fma(p, z, 2.0 / 3.0);
  return p * z;
}

/// log(1 + f) = f - (f²/2 - s·(f²/2 + R)), s = f/(2 + f), R = atanh_tail(s²): the leading term is exact (the form
/// used by Sun's fdlibm).
inline double log_kernel(double x) {
  const Split parts = split(x);
  const double f = parts.m - 1.0;
  const double s = f / (2.0 + f);
  const double half_square = 0.5 * f * f;
  const double correction = std::fma(s, half_square + atanh_tail(s * s), parts.k * ln2_lower);
  const double finite = std::fma(parts.k, ln2_upper, f - (half_square - correction));
  const double positive = x == infinity ? infinity : finite;
  const double real = x == 0.0 ? -infinity : positive;
  return x >= 0.0 ? real : not_a_number;
}

/// log x to about 2^-65, for positive finite x.
inline Pair log_pair(double x) {
  const Split parts = split(x);
  const double f = parts.m - 1.0;
  const double t = 2.0 + f;
  const double t_lost = f - (t - 2.0);
  const double s = f / t;
  const double s_lost = (std::fma(-s, t, f) - s * t_lost) / t;
  const double small = std::fma(s, atanh_tail(s * s), 2.0 * s_lost);
  const double whole = parts.k * ln2_upper;
  const double sum = whole + 2.0 * s;
  const double back = sum - whole;
  const double lost = (whole - (sum - back)) + (2.0 * s - back);
  const double lower = lost + std::fma(parts.k, ln2_lower, small);
  const double upper = sum + lower;
  return {upper, (sum - upper) + lower};
}

double whole_power(double x, int n) {
  double result = 1.0;
  for (int left = n < 0 ? -n : n; left > 0; left >>= 1) {
    if (left & 1) result *= x;
    x *= x;
  }
  return n < 0 ? 1.0 / result : result;
}

/// Exponents of powers by multiplication.
inline bool is_small_whole(double y) { return (std::fabs(y) <= 64.0) & (std::floor(y) == y); }

/// x^y for positive finite x.
inline double real_power(double x, double y) {
  const Pair l = log_pair(x);
  const double upper = y * l.upper;
  const double lower = std::fma(y, l.upper, -upper) + y * l.lower;
  return exp_of_pair(upper, std::fabs(upper) < 1000.0 ? lower : 0.0);
}

inline double rational(const double (&numerator)[8], const double (&denominator)[8], double r) {
  double n = numerator[7], d = denominator[7];
#pragma GCC unroll 7
  for (int i = 6; i >= 0; --i) {
    n = std::fma(n, r, numerator[i]);
    d = std::fma(d, r, denominator[i]);
  }
  return n / d;
}

// Algorithm AS 241, PPND16 (Wichura 1988, Applied Statistics 37): centre, tail, far tail.
constexpr double centre_above[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                    3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr double centre_below[8] = {1.0,
                                    4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                                    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                                    5.2264952788528545610e3};
constexpr double tail_above[8] = {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                                  3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double tail_below[8] = {1.0,
                                  2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                                  1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
constexpr double far_above[8] = {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double far_below[8] = {1.0,
                                 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};

}  // namespace

double exp(double x) { return exp_of_pair(x, 0.0); }

double log(double x) { return log_kernel(x); }

double pow(double x, double y) {
  if (std::isnan(x) || std::isnan(y)) return not_a_number;
  if (is_small_whole(y)) return whole_power(x, static_cast<int>(y));
  if (y == 0.5) return std::sqrt(x);
  if (y == -0.5) return 1.0 / std::sqrt(x);
  if (x < 0.0) return not_a_number;
  if (x == 0.0 || x == infinity) return (x == 0.0) == (y > 0.0) ? 0.0 : infinity;
  return real_power(x, y);
}

namespace {

constexpr double centre = 0.425;

inline double inverse_normal_centre(double q) { return q * rational(centre_above, centre_below, 0.180625 - q * q); }

/// The distance of a tail from the middle, by r = √(-log of what lies beyond).
inline double inverse_normal_tail(double r) { return rational(tail_above, tail_below, r - 1.6); }
inline double inverse_normal_far_tail(double r) { return rational(far_above, far_below, r - 5.0); }

}  // namespace

double inverse_normal_cdf(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= centre) return inverse_normal_centre(q);
  const double r = std::sqrt(-log(q < 0 ? p : 1.0 - p));
  const double x = r <= 5.0 ? inverse_normal_tail(r) : inverse_normal_far_tail(r);
  return q < 0 ? -x : x;
}

void exp(const double* x, unsigned long n, double* out) {
  for (unsigned long i = 0; i < n; ++i) out[i] = exp_of_pair(x[i], 0.0);
}

void log(const double* x, unsigned long n, double* out) {
  for (unsigned long i = 0; i < n; ++i) out[i] = log_kernel(x[i]);
}

namespace {

/// Arrays are worked on in runs of this many, whose parts stay in the first cache.
constexpr unsigned long run_length = 256;

/// Calls f(first, count) for each run of [0, n).
template <class F>
void in_runs(unsigned long n, F&& f) {
  for (unsigned long first = 0; first < n; first += run_length) f(first, std::min(run_length, n - first));
}

/// A run of whole powers, in the order of multiplications of the scalar.
void whole_powers(const double* x, int exponent, unsigned long n, double* out) {
  double base[run_length], result[run_length];
  std::copy_n(x, n, base);
  std::fill_n(result, n, 1.0);
  for (int left = exponent < 0 ? -exponent : exponent; left > 0; left >>= 1) {
    if (left & 1)
      for (unsigned long i = 0; i < n; ++i) result[i] *= base[i];
    if (left > 1)
      for (unsigned long i = 0; i < n; ++i) base[i] *= base[i];
  }
  for (unsigned long i = 0; i < n; ++i) {
    const double power = exponent < 0 ? 1.0 / result[i] : result[i];
    out[i] = x[i] != x[i] ? not_a_number : power;
  }
}

/// A run of powers: all as of positive finite bases, then the others one by one.
void real_powers(const double* x, const double* y, unsigned long n, double* out) {
  double result[run_length];
  std::int64_t others = 0;
  const auto is_other = [](double base, double exponent) {
    return !((base > 0.0) & (base < infinity)) | is_small_whole(exponent) | (std::fabs(exponent) == 0.5) | (exponent != exponent);
  };
  for (unsigned long i = 0; i < n; ++i) result[i] = real_power(x[i], y[i]);
  for (unsigned long i = 0; i < n; ++i) others += is_other(x[i], y[i]) ? 1 : 0;
  for (unsigned long i = 0; others > 0 && i < n; ++i)
    if (is_other(x[i], y[i])) result[i] = pow(x[i], y[i]);
  std::copy_n(result, n, out);
}

/// A run: all as in the centre, then the tails among themselves.
void inverse_normals(const double* p, unsigned long n, double* out) {
  double result[run_length], beyond[run_length], root[run_length];
  unsigned long place[run_length], tails = 0;
  for (unsigned long i = 0; i < n; ++i) result[i] = inverse_normal_centre(p[i] - 0.5);
  for (unsigned long i = 0; i < n; ++i) {
    const double q = p[i] - 0.5;
    place[tails] = i;
    beyond[tails] = q < 0 ? p[i] : 1.0 - p[i];
    tails += std::fabs(q) <= centre ? 0 : 1;
  }
  for (unsigned long t = 0; t < tails; ++t) root[t] = std::sqrt(-log_kernel(beyond[t]));
  for (unsigned long t = 0; t < tails; ++t) beyond[t] = inverse_normal_tail(root[t]);
  for (unsigned long t = 0; t < tails; ++t) {
    const double x = root[t] <= 5.0 ? beyond[t] : inverse_normal_far_tail(root[t]);
    result[place[t]] = p[place[t]] - 0.5 < 0 ? -x : x;
  }
  std::copy_n(result, n, out);
}

}  // namespace

void pow(const double* x, const double* y, unsigned long n, double* out) {
  in_runs(n, [&](unsigned long first, unsigned long count) { real_powers(x + first, y + first, count, out + first); });
}

void pow(const double* x, double y, unsigned long n, double* out) {
  double exponents[run_length];
  std::fill_n(exponents, run_length, y);
  in_runs(n, [&](unsigned long first, unsigned long count) {
    if (is_small_whole(y)) whole_powers(x + first, static_cast<int>(y), count, out + first);
    else real_powers(x + first, exponents, count, out + first);
  });
}

void inverse_normal_cdf(const double* p, unsigned long n, double* out) {
  in_runs(n, [&](unsigned long first, unsigned long count) { inverse_normals(p + first, count, out + first); });
}

}  // namespace puente
