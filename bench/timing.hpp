// Time, and the speed of memory in the same run: what other numbers are held against. Pure, but for the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <vector>

namespace puente::bench {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  /// Of the processor, all threads together: what a busy machine disturbs less.
  double processor_seconds() const {
    return static_cast<double>(std::clock() - processor_start_) / CLOCKS_PER_SEC;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t processor_start_ = std::clock();
};

/// The middle one of an odd number of times, the mean of the middle two of an even number.
inline double median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const std::size_t half = seconds.size() / 2;
  return seconds.size() % 2 == 1 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
}

/// a = b + s·c over arrays far larger than caches (McCalpin's STREAM triad), bytes counted as 3 × 8 an element.
class Triad {
 public:
  static constexpr std::size_t elements = std::size_t{1} << 24;
  static constexpr std::size_t bytes = 3 * sizeof(double) * elements;

  Triad() : a_(elements), b_(elements, 1), c_(elements, 2) {}
  void run(int threads) {
    double* a = a_.data();
    const double *b = b_.data(), *c = c_.data();
#pragma omp parallel for simd schedule(static) num_threads(threads)
    for (std::size_t i = 0; i < elements; ++i) a[i] = b[i] + 3 * c[i];
  }

 private:
  std::vector<double> a_, b_, c_;
};

inline double triad_bytes_per_second(int threads) {
  Triad triad;
  std::vector<double> seconds;
  for (int round = 0; round < 9; ++round) {
    const Stopwatch watch;
    triad.run(threads);
    if (round > 0) seconds.push_back(watch.seconds());
  }
  return static_cast<double>(Triad::bytes) / median(seconds);
}

}  // namespace puente::bench
