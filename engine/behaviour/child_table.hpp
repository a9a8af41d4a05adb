// The children of a population as estimation needs them: columns of covariates, weights, states and the households they live
// in, kept in memory in canonical chunks of 4,096 household numbers. Whole numbers take a byte. Filled once (a chunk at a time,
// by many threads), then read-only and safe to share; `add_column` is called by one thread between reads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/exchange.hpp"

namespace puente {

/// Numbers, as bytes where all of them are small whole ones.
class PackedColumn {
 public:
  PackedColumn() = default;
  explicit PackedColumn(std::vector<double> values);
  /// Values [first, first + n) to `out`.
  void unpack(std::size_t first, std::size_t n, double* out) const;
  /// 1 where the value is `label`, else 0.
  void unpack_equal(std::size_t first, std::size_t n, double label, double* out) const;
  double operator[](std::size_t i) const { return wide_.empty() ? small_[i] : wide_[i]; }

 private:
  std::vector<std::int8_t> small_;
  std::vector<double> wide_;
};

/// One household that has children in the table.
struct ChildHousehold {
  std::int64_t id = 0;
  std::uint32_t end = 0;           ///< of its children in the chunk
  double stratum = 0, psu = 0;     ///< 0 where the population does not know them
};

/// The children of 4,096 consecutive household numbers, in the population's order.
struct ChildChunk {
  std::size_t n = 0;
  std::vector<std::uint8_t> state;
  std::vector<PackedColumn> columns;
  std::vector<ChildHousehold> households;
};

/// A primary sampling unit of the design, whether or not children live there.
struct SamplingUnit {
  double stratum = 0, psu = 0;
  auto operator<=>(const SamplingUnit&) const = default;
};

class ChildTable {
 public:
  static constexpr std::int64_t chunk_households = 4096;

  std::vector<ChildChunk> chunks;        ///< this rank's, in order
  std::size_t alternatives = 2;
  std::size_t weight = 0;                ///< column of the weight, above 0
  std::size_t columns = 1;
  std::vector<SamplingUnit> sampling_units;  ///< of all ranks, sorted; empty: not known
  bool stratified = false;               ///< strata are known

  /// A new column, computed a chunk at a time; returns its number.
  std::size_t add_column(const std::function<std::vector<double>(const ChildChunk&)>& values, Team& team);
};

}  // namespace puente
