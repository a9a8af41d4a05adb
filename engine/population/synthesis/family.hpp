// Makes one family: head, partner, children of the woman of the house, perhaps a parent of the head and others. A pure
// function of the household's own words. Children come from births, so that mothers were 15 to 49
// at each birth; those who have left home are not there. Immutable after construction; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/population/synthesis/distribution.hpp"
#include "engine/population/synthesis/profile.hpp"
#include "engine/population/synthesis/words.hpp"

namespace puente {

enum class Relation : std::int8_t { head, partner, child, parent, other };
enum class Sex : std::int8_t { male, female };

struct Member {
  Relation relation = Relation::head;
  Sex sex = Sex::male;
  std::int16_t age = 0;  ///< two bytes: a store of one may be to anything, for all a compiler knows
};

struct Family {
  static constexpr int most_members = 32;
  int members = 0;
  std::array<Member, most_members> member;

  void add(Relation relation, int age, Sex sex) {
    if (members < most_members) member[static_cast<std::size_t>(members++)] = {relation, sex, static_cast<std::int16_t>(age)};
  }
};

class FamilyMaker {
 public:
  explicit FamilyMaker(const FamilyPattern& pattern);
  void make(Words& words, Family& family) const;

 private:
  static constexpr int youngest_mother = 15, mother_years = 35, oldest = 95, most_children = 14;
  struct Children {
    Distribution number;  ///< living at home, by their number
    Distribution birth;   ///< of one of them: mother's age at birth less 15
  };
  void add_children(Words& words, int mother, int oldest_child, Family& family) const;
  int parent_age(double u, int child) const;

  FamilyPattern pattern_;
  Distribution head_, other_, others_, birth_;
  std::vector<Children> children_;  ///< by the mother's age, 0 … oldest
};

}  // namespace puente
