// What a population owes to itself as a whole, found by named passes over the households: multipliers of the weights, the
// order of welfare, the probabilities of traits. With these, every household is a pure function of its number.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/population/synthesis/maker.hpp"
#include "engine/population/synthesis/traits.hpp"
#include "engine/population/synthesis/weights.hpp"

namespace puente {

/// Share of persons whose household's index lies below x: by bins of equal width, straight inside each.
class IndexRanks {
 public:
  static constexpr std::size_t bins = 1 << 14;
  IndexRanks() = default;
  IndexRanks(double least, double most) : least_(least), per_unit_(static_cast<double>(bins) / (most - least)) {}
  std::size_t bin(double index) const;
  void finish(const std::vector<std::int64_t>& weight);
  /// In [0, 1].
  double at(double index) const;

 private:
  double least_ = 0, per_unit_ = 1;
  std::vector<double> below_;  ///< [bins + 1]
};

struct Solution {
  WeightFunction function;
  Multipliers multipliers;
  double scale = 1;                      ///< households of the country in a record of weight 1
  double least_weight = 1, most_weight = 1;  ///< of all relative weights, as found
  IndexRanks ranks;
  std::vector<std::vector<double>> traits;  ///< [trait][cell] probability
  std::vector<std::string> passes;       ///< what was done, for the record
};

/// Quarter of persons by welfare, 0 the poorest.
int quartile_of(double rank);

/// A member as calibration sees it: twice the five-year group, and one more for women.
using MemberKind = std::uint8_t;
constexpr std::size_t member_kinds = 2 * age_groups;
MemberKind kind_of(const Member& member);

/// x·λ of the counts of a household: its persons in its cell, itself in its area, persons by five-year group but the last,
/// and women, in this order.
class CalibrationIndex {
 public:
  CalibrationIndex(const Multipliers& multipliers, const Layout& layout);
  double of(std::size_t cell, std::span<const MemberKind> members) const {
    double u = person_in_[cell] * static_cast<double>(members.size()) + household_in_[cell];
    for (const MemberKind kind : members) u += member_[kind];
    return u;
  }
  double of(const MadeHousehold& made) const;

 private:
  std::vector<double> person_in_, household_in_;  ///< by cell
  std::array<double, member_kinds> member_{};
};

/// Fewer households than this are not calibrated for themselves: they get the multipliers of as many as this.
constexpr std::int64_t fewest_calibrated = 1 << 18;

/// Runs the passes. Collective; the same on every rank. Throws Error (bad_input) naming margins that cannot be reached.
Solution solve_profile(const Profile& profile, std::int64_t households, Exchange& exchange, Team& team);

}  // namespace puente
