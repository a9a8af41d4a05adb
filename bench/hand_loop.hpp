// The reference workload (DESIGN 10) written by hand for its one scenario alone: what the general engine is measured
// against. One pass over compact arrays, everything fused; Gini and deciles from a histogram over the bits of welfare.
// Compiled with `-O3 -march=native`, so its bits are this machine's. `run` may be called again; one call at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace puente::bench {

/// Columns of n households, borrowed. `land` in ha, money in the recipe's unit, `rural` 0 or 1.
struct HandColumns {
  std::size_t n = 0;
  const float* income = nullptr;
  const float* weight = nullptr;
  const float* land = nullptr;
  const std::uint8_t* rural = nullptr;
  const std::int8_t* kids = nullptr;
};

/// What the workload asks for. Money in the recipe's unit; shares of all welfare.
struct Figures {
  double persons = 0, mean = 0, gini = 0;
  std::array<double, 3> fgt{};
  std::array<double, 9> decile_limit{};
  std::array<double, 10> decile_share{};
  /// A histogram's: no record is further than its bin is wide from where it is taken to be. 0 where all is exact.
  double gini_error_bound = 0, limit_error_bound = 0, share_error_bound = 0;
};

class HandLoop {
 public:
  explicit HandLoop(int threads);
  ~HandLoop();
  Figures run(const HandColumns& columns);

 private:
  struct Bins;
  int threads_;
  std::unique_ptr<Bins[]> bins_;  ///< one a thread
};

}  // namespace puente::bench
