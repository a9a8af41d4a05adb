// Makes a household as far as nothing of the whole population is needed: place, livelihood, family, and the index by which
// households are put in order of welfare. A pure function of (profile, number of households, household's number).
// Immutable after construction; thread-safe.
#pragma once

#include <array>
#include <cstdint>
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
  /// `words` are the household's first ones under `key`.
  void make(std::int64_t household, const std::uint32_t* words, MadeHousehold& made) const;
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
  std::vector<double> log_size_;
  std::uint64_t key_;
};

/// Households first, first + stride, … one after the other, their words drawn many at a time.
class HouseholdRun {
 public:
  HouseholdRun(const HouseholdMaker& maker, std::int64_t first, std::int64_t stride = 1) : maker_(maker), next_(first), stride_(stride) {}
  void next(MadeHousehold& made);

 private:
  static constexpr std::size_t ahead = 64;
  const HouseholdMaker& maker_;
  std::int64_t next_, stride_;
  std::size_t used_ = ahead;
  std::array<std::int64_t, ahead> number_{};
  std::array<std::uint32_t, ahead * household_words> words_{};
};

}  // namespace puente
