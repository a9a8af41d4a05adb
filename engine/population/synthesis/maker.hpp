// Makes a household as far as nothing of the whole population is needed: place, livelihood, family, and the index by which
// households are put in order of welfare. A pure function of (profile, number of households, household's number).
// Immutable after construction; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/random.hpp"
#include "engine/population/synthesis/family.hpp"
#include "engine/population/synthesis/layout.hpp"
#include "engine/population/synthesis/profile.hpp"

namespace puente {

struct MadeHousehold {
  std::int64_t number = 0;
  std::size_t cell = 0;
  int region = 0, area = 0, livelihood = 0;
  Family family;
  double index = 0;                    ///< of welfare
  int quartile = 0;                    ///< of persons by welfare; set by who knows the whole population
  std::array<std::uint32_t, most_traits> traits{};  ///< bit m for member m; all bits for a household's

  Sex head_sex() const { return family.member[0].sex; }
};

class HouseholdMaker {
 public:
  HouseholdMaker(const Profile& profile, std::int64_t households);
  /// A household of the cell; `words` are its first ones under `key`, `noise` a normal deviate of the first two.
  void make(std::int64_t household, std::size_t cell, const std::uint32_t* words, double noise, MadeHousehold& made) const;
  std::uint64_t key() const { return key_; }
  const Layout& layout() const { return layout_; }
  const Profile& profile() const { return profile_; }
  std::int64_t households() const { return households_; }

 private:
  const Profile& profile_;
  std::int64_t households_;
  Layout layout_;
  std::vector<FamilyMaker> families_;               ///< one an area
  std::vector<Distribution> livelihoods_;           ///< one an area
  std::vector<double> log_size_, place_welfare_;    ///< by members; shift of the index by cell
  std::uint64_t key_;
};

/// Households first, first + stride, …, a batch after the other, whose words are drawn together and which stay in the first
/// cache. One thread an object.
class HouseholdRun {
 public:
  static constexpr std::size_t batch = 64;
  HouseholdRun(const HouseholdMaker& maker, std::int64_t first, std::int64_t stride = 1);
  /// The next `count` households, at most `batch`; they stay until the next call.
  std::span<MadeHousehold> next(std::size_t count);

 private:
  const HouseholdMaker& maker_;
  std::int64_t next_, stride_;
  std::size_t cell_;
  std::array<std::int64_t, batch> number_{};
  std::array<std::uint32_t, batch * household_words> words_{};
  std::array<double, batch> noise_{};
  std::array<MadeHousehold, batch> made_;
};

}  // namespace puente
