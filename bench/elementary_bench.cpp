// Elementary functions, ours beside libm's (whose bits depend on the processor, so that no result may use them).
#include "engine/core/elementary.hpp"

#include <cmath>

#include "bench/kernel.hpp"

namespace puente::bench {

namespace {

constexpr std::size_t n = 1024;

/// n numbers spread evenly over (from, to).
std::vector<double> spread(double from, double to) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = from + (to - from) * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
  return x;
}

template <class F>
void over(benchmark::State& state, double from, double to, F f) {
  const std::vector<double> x = spread(from, to);
  std::vector<double> y(n);
  for (auto _ : state) {
    f(x.data(), y.data());
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  count(state, n);
}

template <class F>
auto each(F f) {
  return [f](const double* x, double* y) {
    for (std::size_t i = 0; i < n; ++i) y[i] = f(x[i]);
  };
}

void exp_ours(benchmark::State& state) {
  over(state, -20, 20, [](const double* x, double* y) { puente::exp(x, n, y); });
}
void exp_libm(benchmark::State& state) { over(state, -20, 20, each([](double x) { return std::exp(x); })); }
void log_ours(benchmark::State& state) {
  over(state, 1e-3, 1e6, [](const double* x, double* y) { puente::log(x, n, y); });
}
void log_libm(benchmark::State& state) { over(state, 1e-3, 1e6, each([](double x) { return std::log(x); })); }
void pow_ours(benchmark::State& state) {
  over(state, 1e-3, 1e6, [](const double* x, double* y) { puente::pow(x, 1.7, n, y); });
}
void pow_one_by_one(benchmark::State& state) { over(state, 1e-3, 1e6, each([](double x) { return puente::pow(x, 1.7); })); }
void pow_libm(benchmark::State& state) { over(state, 1e-3, 1e6, each([](double x) { return std::pow(x, 1.7); })); }

/// Newton's steps on libm's erfc from the middle: slow and obvious.
double newton_inverse_normal(double p) {
  double x = 0;
  for (int step = 0; step < 60; ++step) {
    const double error = 0.5 * std::erfc(-x * M_SQRT1_2) - p;
    const double move = error * std::sqrt(2 * M_PI) * std::exp(x * x / 2);
    x -= std::clamp(move, -1.0, 1.0);
    if (std::abs(move) < 1e-15) break;
  }
  return x;
}
void inverse_normal_ours(benchmark::State& state) {
  over(state, 0, 1, [](const double* p, double* x) { puente::inverse_normal_cdf(p, n, x); });
}
void inverse_normal_newton(benchmark::State& state) { over(state, 0, 1, each(newton_inverse_normal)); }

BENCHMARK(triad);
BENCHMARK(exp_ours);
BENCHMARK(exp_libm);
BENCHMARK(log_ours);
BENCHMARK(log_libm);
BENCHMARK(pow_ours);
BENCHMARK(pow_one_by_one);
BENCHMARK(pow_libm);
BENCHMARK(inverse_normal_ours);
BENCHMARK(inverse_normal_newton);

}  // namespace

}  // namespace puente::bench
