#include "engine/population/synthesis/family.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"

namespace puente {

namespace {

/// 103 boys are born to 100 girls.
constexpr double girls = 100.0 / 203;

std::vector<double> cumulate(std::vector<double> shares) {
  double total = 0;
  for (double& share : shares) share = total += share;
  for (double& share : shares) share = total > 0 ? share / total : 1;
  return shares;
}

struct Picked {
  std::size_t index;
  double within;  ///< [0, 1): where in the class u fell, uniform again
};

Picked pick(const std::vector<double>& cumulated, double u) {
  std::size_t i = 0;
  while (i + 1 < cumulated.size() && u >= cumulated[i]) ++i;
  const double from = i == 0 ? 0 : cumulated[i - 1];
  return {i, std::min((u - from) / (cumulated[i] - from), 1 - 0x1p-53)};
}

std::vector<double> poisson(double mean, int most) {
  std::vector<double> share{exp(-mean)};
  for (int n = 1; n <= most; ++n) share.push_back(share.back() * mean / n);
  return cumulate(std::move(share));
}

/// Five-year groups from `first`; the last one is ten years wide and thins out.
double age_in(Picked group, int first, std::size_t groups) {
  const double from = first + 5.0 * static_cast<double>(group.index);
  if (group.index + 1 < groups) return std::floor(from + 5 * group.within);
  return std::floor(from + 12 * group.within * group.within);
}

}  // namespace

/// Uniforms of one household, four from each Philox block, in a fixed order.
struct FamilyMaker::Draws {
  std::uint64_t key;
  DrawPlace place;
  std::array<std::uint32_t, 4> words{};
  int next = 4;

  double operator()() {
    if (next == 4) {
      words = draw_words(key, place);
      ++place.replicate;
      next = 0;
    }
    return (static_cast<double>(words[static_cast<std::size_t>(next++)]) + 0.5) * 0x1p-32;
  }
  Sex sex(double female) { return (*this)() < female ? Sex::female : Sex::male; }
};

FamilyMaker::FamilyMaker(const FamilyPattern& pattern, std::uint64_t seed)
    : pattern_(pattern), key_(purpose_key(seed, "synthesis.family")), children_(oldest + 1) {
  head_ = cumulate({pattern.head_age.begin(), pattern.head_age.end()});
  other_ = cumulate({pattern.other_age.begin(), pattern.other_age.end()});
  others_ = poisson(pattern.others, most_children);
  std::vector<double> birth;
  for (int b = 0; b < mother_years; ++b) birth.push_back(pattern.birth_age[static_cast<std::size_t>(b / 5)] / 5);
  birth_ = cumulate(birth);
  for (int mother = youngest_mother; mother <= oldest; ++mother) {
    std::vector<double> home;  // Poisson births thinned by who has left are Poisson again
    double mean = 0;
    for (int b = 0; b < mother_years; ++b) {
      const int age = mother - youngest_mother - b;
      home.push_back(age < 0 ? 0 : birth[static_cast<std::size_t>(b)] / (1 + exp((age - pattern.leave_age) / pattern.leave_spread)));
      mean += pattern.births * home.back();
    }
    children_[static_cast<std::size_t>(mother)] = {poisson(mean, most_children), cumulate(home)};
  }
}

/// No child is older than `oldest_child`, which the father's age allows.
void FamilyMaker::add_children(Draws& draws, int mother, int oldest_child, Family& family) const {
  const Children& children = children_[static_cast<std::size_t>(mother)];
  const std::size_t number = pick(children.number, draws()).index;
  const int first = family.members;
  for (std::size_t i = 0; i < number; ++i) {
    const int age = mother - youngest_mother - static_cast<int>(pick(children.birth, draws()).index);
    family.add(Relation::child, std::min(age, oldest_child), draws.sex(girls));
  }
  const auto elder = [](const Member& a, const Member& b) { return a.age > b.age; };
  std::stable_sort(family.member.begin() + first, family.member.begin() + family.members, elder);
}

int FamilyMaker::parent_age(double u, int child) const {
  return child + youngest_mother + static_cast<int>(pick(birth_, u).index);
}

void FamilyMaker::make(std::int64_t household, Family& family) const {
  Draws draws{key_, {household, 0, 0, 0}};
  family.members = 0;
  const int age = static_cast<int>(age_in(pick(head_, draws()), 15, head_groups));
  const Sex sex = draws.sex(pattern_.female_head);
  const bool man = sex == Sex::male;
  family.add(Relation::head, age, sex);
  const bool partnered = draws() < (man ? pattern_.partner_of_man : pattern_.partner_of_woman);
  const double gap = pattern_.age_gap + pattern_.age_gap_spread * 2.449489742783178 * (draws() + draws() - 1);  // triangular
  const int other_age = static_cast<int>(std::clamp(std::round(age + (man ? -gap : gap)), 15.0, double{oldest}));
  if (partnered) family.add(Relation::partner, other_age, man ? Sex::female : Sex::male);
  const double alone = draws();
  const int mother = man ? other_age : age, father = man ? age : partnered ? other_age : oldest;
  if (partnered || !man || alone < pattern_.lone_father) add_children(draws, mother, father - youngest_mother, family);
  if (draws() < pattern_.parent) {
    const int parent = parent_age(draws(), age);
    if (parent <= oldest) family.add(Relation::parent, parent, draws.sex(pattern_.parent_female));
  }
  const std::size_t others = pick(others_, draws()).index;
  for (std::size_t i = 0; i < others; ++i) {
    const double other = age_in(pick(other_, draws()), 0, age_groups);
    family.add(Relation::other, other, draws.sex(0.5));
  }
}

}  // namespace puente
