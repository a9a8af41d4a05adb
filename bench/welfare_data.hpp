// Made-up welfare for the kernels' benchmarks: lognormal incomes and uneven weights, the same in every run.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace puente::bench {

struct WelfareData {
  explicit WelfareData(std::size_t n) : y(n), w(n), line(n, 214.0), slot(n) {
    std::mt19937_64 source(1);
    std::lognormal_distribution<double> income(6.2, 0.8);
    std::uniform_real_distribution<double> weight(2.5, 7.5);
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = income(source);
      w[i] = weight(source);
      slot[i] = static_cast<std::int32_t>(source() & 0x7fffffff);
    }
  }
  std::vector<double> y, w, line;
  std::vector<std::int32_t> slot;  ///< large: to be taken modulo a number of labels
};

}  // namespace puente::bench
