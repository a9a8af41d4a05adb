#include "engine/population/synthesis/family.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"

namespace puente {

namespace {

/// 103 boys are born to 100 girls.
constexpr double girls = 100.0 / 203;

/// Five-year groups from `first`; the last one is ten years wide and thins out.
double age_in(Distribution::Picked group, int first, std::size_t groups) {
  const double from = first + 5.0 * static_cast<double>(group.index);
  if (group.index + 1 < groups) return std::floor(from + 5 * group.within);
  return std::floor(from + 12 * group.within * group.within);
}

}  // namespace

Distribution::Distribution(std::vector<double> shares) : cumulated_(std::move(shares)) {
  double total = 0;
  for (double& share : cumulated_) share = total += share;
  for (double& share : cumulated_) share = total > 0 ? share / total : 1;
  for (std::size_t g = 0; g < guides; ++g) {
    std::size_t i = 0;
    while (i + 1 < cumulated_.size() && static_cast<double>(g) / guides >= cumulated_[i]) ++i;
    guide_[g] = static_cast<std::uint16_t>(i);
  }
}

Distribution Distribution::poisson(double mean, int most) {
  std::vector<double> share{exp(-mean)};
  for (int n = 1; n <= most; ++n) share.push_back(share.back() * mean / n);
  return Distribution(std::move(share));
}

Distribution::Picked Distribution::pick(double u) const {
  std::size_t i = guide_[static_cast<std::size_t>(u * guides)];
  while (i + 1 < cumulated_.size() && u >= cumulated_[i]) ++i;
  const double from = i == 0 ? 0 : cumulated_[i - 1];
  return {i, std::min((u - from) / (cumulated_[i] - from), 1 - 0x1p-53)};
}

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

/// No child is older than `oldest_child`, which the father's age allows. The eldest comes first.
void FamilyMaker::add_children(Draws& draws, int mother, int oldest_child, Family& family) const {
  const Children& children = children_[static_cast<std::size_t>(mother)];
  const std::size_t number = children.number.pick(draws()).index;
  const int first = family.members;
  for (std::size_t i = 0; i < number; ++i) {
    const Distribution::Picked birth = children.birth.pick(draws());
    const int age = mother - youngest_mother - static_cast<int>(birth.index);
    family.add(Relation::child, std::min(age, oldest_child), birth.within < girls ? Sex::female : Sex::male);
    for (int m = family.members - 1; m > first; --m) {
      Member &younger = family.member[static_cast<std::size_t>(m)], &elder = family.member[static_cast<std::size_t>(m - 1)];
      if (younger.age > elder.age) std::swap(younger, elder);
    }
  }
}

int FamilyMaker::parent_age(double u, int child) const {
  return child + youngest_mother + static_cast<int>(birth_.pick(u).index);
}

void FamilyMaker::make(std::int64_t household, Family& family) const {
  Draws draws{key_, {household, 0, 0, 0}};
  family.members = 0;
  const int age = static_cast<int>(age_in(head_.pick(draws()), 15, head_groups));
  const Sex sex = draws.sex(pattern_.female_head);
  const bool man = sex == Sex::male;
  family.add(Relation::head, age, sex);
  const bool partnered = draws() < (man ? pattern_.partner_of_man : pattern_.partner_of_woman);
  const double gap = pattern_.age_gap + pattern_.age_gap_spread * 2.449489742783178 * (draws() + draws() - 1);  // triangular
  const int other_age = static_cast<int>(std::clamp(std::round(age + (man ? -gap : gap)), 15.0, double{oldest}));
  if (partnered) family.add(Relation::partner, other_age, man ? Sex::female : Sex::male);
  const int mother = man ? other_age : age, father = man ? age : partnered ? other_age : oldest;
  if (partnered || !man || draws() < pattern_.lone_father) add_children(draws, mother, father - youngest_mother, family);
  if (draws() < pattern_.parent) {
    const int parent = parent_age(draws(), age);
    if (parent <= oldest) family.add(Relation::parent, parent, draws.sex(pattern_.parent_female));
  }
  const std::size_t others = others_.pick(draws()).index;
  for (std::size_t i = 0; i < others; ++i) {
    const double other = age_in(other_.pick(draws()), 0, age_groups);
    family.add(Relation::other, other, draws.sex(0.5));
  }
}

}  // namespace puente
