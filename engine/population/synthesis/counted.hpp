// What calibration and the order of welfare ask of households, about eight bytes each: kept from the first pass over them,
// so that the passes after it need not make them again.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "engine/population/synthesis/solution.hpp"

namespace puente {

/// A run of households, one after the other.
struct CountedHouseholds {
  std::vector<std::uint8_t> members;  ///< how many, of each household
  std::vector<MemberKind> kinds;      ///< of all members
  std::vector<std::uint16_t> bins;    ///< of the welfare index

  void clear();
  void add(const MadeHousehold& made, const IndexRanks& ranks);
};

/// Weighted sums of one pass over counted households; one object a thread.
class CountedSums {
 public:
  CountedSums(std::size_t common, std::size_t cells);
  /// Households first, first + stride, … of the layout. `with_order`: also the order of welfare.
  void add(const CountedHouseholds& households, std::int64_t first, std::int64_t stride, const Layout& layout,
           const CalibrationIndex& index, const WeightFunction& function, bool with_order);
  void merge(const CountedSums& other);

  WeightSums weights;
  std::vector<std::int64_t> order;  ///< weight of persons by bin of the welfare index
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0;  ///< weight of a household

 private:
  void weigh(const CountedHouseholds& households, std::int64_t first, std::int64_t stride, const Layout& layout, const CalibrationIndex& index,
             const WeightFunction& function);
  void count(std::span<const MemberKind> members, int area);

  std::vector<std::uint32_t> cell_;
  std::vector<double> index_, derivative_;
  std::vector<std::int64_t> weight_;
  std::vector<std::pair<int, int>> counts_;
};

}  // namespace puente
