#include "engine/population/synthesis/family.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"

namespace puente {

namespace {

/// 103 boys are born to 100 girls.
constexpr double girls = 100.0 / 203;

/// Five-year groups from `first`; the last one is ten years wide and thins out.
int age_in(Distribution::Picked group, int first, std::size_t groups) {
  const double from = first + 5.0 * static_cast<double>(static_cast<std::int64_t>(group.index));
  if (group.index + 1 < groups) return static_cast<int>(from + 5 * group.within);
  return static_cast<int>(from + 12 * group.within * group.within);
}

Sex sex_of(Words& words, double female) { return words.uniform() < female ? Sex::female : Sex::male; }

}  // namespace

FamilyMaker::FamilyMaker(const FamilyPattern& pattern) : pattern_(pattern), children_(oldest + 1) {
  head_ = Distribution({pattern.head_age.begin(), pattern.head_age.end()});
  other_ = Distribution({pattern.other_age.begin(), pattern.other_age.end()});
  others_ = Distribution::poisson(pattern.others, most_children);
  std::vector<double> birth;
  for (int b = 0; b < mother_years; ++b) birth.push_back(pattern.birth_age[static_cast<std::size_t>(b / 5)] / 5);
  birth_ = Distribution(birth);
  for (int mother = youngest_mother; mother <= oldest; ++mother) {
    std::vector<double> home;  // Poisson births thinned by who has left are Poisson again
    double mean = 0;
    for (int b = 0; b < mother_years; ++b) {
      const int age = mother - youngest_mother - b;
      home.push_back(age < 0 ? 0 : birth[static_cast<std::size_t>(b)] / (1 + exp((age - pattern.leave_age) / pattern.leave_spread)));
      mean += pattern.births * home.back();
    }
    children_[static_cast<std::size_t>(mother)] = {Distribution::poisson(mean, most_children), Distribution(home)};
  }
}

/// No child is older than `oldest_child`, which the father's age allows.
inline void FamilyMaker::add_children(Words& words, int mother, int oldest_child, Family& family) const {
  const Children& children = children_[static_cast<std::size_t>(mother)];
  const std::size_t number = children.number.pick(words.uniform()).index;
  for (std::size_t i = 0; i < number; ++i) {
    const Distribution::Picked birth = children.birth.pick(words.uniform());
    const int age = mother - youngest_mother - static_cast<int>(birth.index);
    family.add(Relation::child, std::min(age, oldest_child), birth.within < girls ? Sex::female : Sex::male);
  }
}

int FamilyMaker::parent_age(double u, int child) const {
  return child + youngest_mother + static_cast<int>(birth_.pick(u).index);
}

void FamilyMaker::make(Words& words, Family& family) const {
  family.members = 0;
  const int age = age_in(head_.pick(words.uniform()), 15, head_groups);
  const Sex sex = sex_of(words, pattern_.female_head);
  const bool man = sex == Sex::male;
  family.add(Relation::head, age, sex);
  const bool partnered = words.uniform() < (man ? pattern_.partner_of_man : pattern_.partner_of_woman);
  const double gap = pattern_.age_gap + pattern_.age_gap_spread * 2.449489742783178 * (words.uniform() + words.uniform() - 1);  // triangular
  const int other_age = static_cast<int>(std::clamp(std::round(age + (man ? -gap : gap)), 15.0, double{oldest}));
  if (partnered) family.add(Relation::partner, other_age, man ? Sex::female : Sex::male);
  const int mother = man ? other_age : age, father = man ? age : partnered ? other_age : oldest;
  if (partnered || !man || words.uniform() < pattern_.lone_father) add_children(words, mother, father - youngest_mother, family);
  if (words.uniform() < pattern_.parent) {
    const int parent = parent_age(words.uniform(), age);
    if (parent <= oldest) family.add(Relation::parent, parent, sex_of(words, pattern_.parent_female));
  }
  const std::size_t others = others_.pick(words.uniform()).index;
  for (std::size_t i = 0; i < others; ++i) {
    const int other = age_in(other_.pick(words.uniform()), 0, age_groups);
    family.add(Relation::other, other, sex_of(words, 0.5));
  }
}

}  // namespace puente
