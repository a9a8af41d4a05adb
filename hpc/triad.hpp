// The speed of memory, for other numbers to be held against. Pure, but for the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace puente {

/// a = b + s·c over arrays far larger than caches (McCalpin's STREAM triad), bytes counted as 3 × 8 an element.
class Triad {
 public:
  static constexpr std::size_t elements = std::size_t{1} << 24;
  static constexpr std::size_t bytes = 3 * sizeof(double) * elements;

  explicit Triad(std::size_t size = elements) : a_(size), b_(size, 1), c_(size, 2) {}
  void run(int threads) {
    double* a = a_.data();
    const double *b = b_.data(), *c = c_.data();
    const std::size_t n = a_.size();
#pragma omp parallel for simd schedule(static) num_threads(threads)
    for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + 3 * c[i];
  }

 private:
  std::vector<double> a_, b_, c_;
};

/// The middle of eight rounds, after one that is not counted.
inline double triad_bytes_per_second(int threads, std::size_t size = Triad::elements) {
  Triad triad(size);
  std::vector<double> seconds;
  for (int round = 0; round < 9; ++round) {
    const auto start = std::chrono::steady_clock::now();
    triad.run(threads);
    if (round > 0) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return static_cast<double>(size * 3 * sizeof(double)) / ((seconds[3] + seconds[4]) / 2);
}

}  // namespace puente
