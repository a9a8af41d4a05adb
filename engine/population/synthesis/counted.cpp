#include "engine/population/synthesis/counted.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace puente {

static_assert(IndexRanks::bins - 1 <= std::numeric_limits<std::uint16_t>::max());

void CountedHouseholds::clear() {
  members.clear();
  kinds.clear();
  bins.clear();
}

void CountedHouseholds::add(const MadeHousehold& made, const IndexRanks& ranks) {
  members.push_back(static_cast<std::uint8_t>(made.family.members));
  for (int m = 0; m < made.family.members; ++m) kinds.push_back(kind_of(made.family.member[static_cast<std::size_t>(m)]));
  bins.push_back(static_cast<std::uint16_t>(ranks.bin(made.index)));
}

CountedSums::CountedSums(std::size_t common, std::size_t cells) : weights(common, cells), order(IndexRanks::bins) {}

/// Their cells, and their weights all together.
void CountedSums::weigh(const CountedHouseholds& households, std::int64_t first, std::int64_t stride, const Layout& layout,
                        const CalibrationIndex& index, const WeightFunction& function) {
  const std::size_t n = households.members.size();
  cell_.resize(n);
  index_.resize(n);
  weight_.resize(n);
  derivative_.resize(n);
  const MemberKind* kinds = households.kinds.data();
  std::size_t cell = layout.cell_of(first);
  for (std::size_t h = 0; h < n; ++h) {
    while (first + static_cast<std::int64_t>(h) * stride >= layout.cells()[cell].last) ++cell;
    cell_[h] = static_cast<std::uint32_t>(cell);
    index_[h] = index.of(cell, {kinds, households.members[h]});
    kinds += households.members[h];
  }
  function.at(index_.data(), n, weight_.data(), derivative_.data());
}

/// Common counts that are not zero: persons by age group but the last, women, the household in its area.
void CountedSums::count(std::span<const MemberKind> members, int area) {
  constexpr std::size_t women = age_groups - 1, oldest = age_groups;  // the oldest are not counted
  std::array<int, age_groups + 1> persons{};
  std::uint32_t some = 0;
  for (const MemberKind kind : members) {
    const std::size_t group = kind / 2, at = group + 1 < age_groups ? group : oldest;
    ++persons[at];
    persons[women] += kind % 2;
    some |= 1U << at | static_cast<std::uint32_t>(kind % 2) << women;
  }
  counts_.clear();
  for (some &= (1U << oldest) - 1; some != 0; some &= some - 1) {
    const int i = std::countr_zero(some);
    counts_.emplace_back(i, persons[static_cast<std::size_t>(i)]);
  }
  counts_.emplace_back(static_cast<int>(age_groups) + area, 1);
}

void CountedSums::add(const CountedHouseholds& households, std::int64_t first, std::int64_t stride, const Layout& layout,
                      const CalibrationIndex& index, const WeightFunction& function, bool with_order) {
  weigh(households, first, stride, layout, index, function);
  const MemberKind* kinds = households.kinds.data();
  for (std::size_t h = 0; h < cell_.size(); ++h) {
    const int members = households.members[h];
    count({kinds, static_cast<std::size_t>(members)}, layout.cells()[cell_[h]].area);
    weights.add(counts_, cell_[h], members, weight_[h], derivative_[h]);
    kinds += members;
  }
  for (std::size_t h = 0; with_order && h < cell_.size(); ++h) {
    order[households.bins[h]] += weight_[h] * households.members[h];
    least = std::min(least, weight_[h]);
    most = std::max(most, weight_[h]);
  }
}

void CountedSums::merge(const CountedSums& other) {
  weights.merge(other.weights);
  for (std::size_t b = 0; b < order.size(); ++b) order[b] += other.order[b];
  least = std::min(least, other.least);
  most = std::max(most, other.most);
}

}  // namespace puente
