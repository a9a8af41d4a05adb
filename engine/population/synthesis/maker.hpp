// Makes a household as far as nothing of the whole population is needed: place, livelihood, family, and the index by which
// households are put in order of welfare. A pure function of (profile, number of households, household's number).
// Immutable after construction; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

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
  std::vector<std::uint32_t> traits;   ///< [trait]: bit m for member m; all bits for a household's

  Sex head_sex() const { return family.member[0].sex; }
};

class HouseholdMaker {
 public:
  HouseholdMaker(const Profile& profile, std::int64_t households);
  void make(std::int64_t household, MadeHousehold& made) const;
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

}  // namespace puente
