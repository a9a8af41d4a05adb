// Families that could be: nobody heads a household at five, mothers are older than their children.
#include <gtest/gtest.h>

#include "engine/population/synthesis/family.hpp"
#include "tests/population/synthetic.hpp"

namespace puente::test {
namespace {

constexpr std::int64_t families = 100'000;

class Families : public testing::TestWithParam<const char*> {
 protected:
  template <class Look>
  void look_at_all(Look&& look) {
    const Profile profile = profile_of(GetParam(), families);
    for (const Area& area : profile.areas) {
      const FamilyMaker maker(area.family);
      Family family;
      for (std::int64_t h = 0; h < families; ++h) {
        std::array<std::uint32_t, household_words> first{};
        draw_household_words(1, 1, &h, first.data());
        Words words(1, h, first.data());
        maker.make(words, family);
        look(area, family);
      }
    }
  }
};

TEST_P(Families, TheHeadComesFirstAndIsGrown) {
  look_at_all([](const Area&, const Family& family) {
    ASSERT_GE(family.members, 1);
    ASSERT_EQ(family.member[0].relation, Relation::head);
    ASSERT_GE(family.member[0].age, 15);
    for (int m = 1; m < family.members; ++m) {
      const Member& member = family.member[static_cast<std::size_t>(m)];
      ASSERT_NE(member.relation, Relation::head);
      ASSERT_TRUE(member.age >= 0 && member.age < 100);
    }
  });
}

TEST_P(Families, CouplesAreOfBothSexesAndGrown) {
  look_at_all([](const Area&, const Family& family) {
    for (int m = 1; m < family.members; ++m) {
      const Member& member = family.member[static_cast<std::size_t>(m)];
      if (member.relation != Relation::partner) continue;
      ASSERT_EQ(m, 1);
      ASSERT_NE(member.sex, family.member[0].sex);
      ASSERT_GE(member.age, 15);
    }
  });
}

/// The woman of the house was 15 to 49 when each child was born; a father was 15 at least; the head's parent likewise.
TEST_P(Families, ParentsAreOlderThanTheirChildren) {
  look_at_all([](const Area&, const Family& family) {
    const Member& head = family.member[0];
    const bool couple = family.members > 1 && family.member[1].relation == Relation::partner;
    for (int m = 1; m < family.members; ++m) {
      const Member& member = family.member[static_cast<std::size_t>(m)];
      if (member.relation == Relation::parent) {
        ASSERT_TRUE(member.age - head.age >= 15 && member.age - head.age <= 49);
      }
      if (member.relation != Relation::child) continue;
      for (int adult = 0; adult <= (couple ? 1 : 0); ++adult) {
        const Member& parent = family.member[static_cast<std::size_t>(adult)];
        ASSERT_GE(parent.age - member.age, 15);
        if (parent.sex == Sex::female) {
          ASSERT_LE(parent.age - member.age, 49);
        }
      }
    }
  });
}

TEST_P(Families, HeadsAndGapsAreAsTheProfileSays) {
  double women = 0, couples = 0, gap = 0, men = 0, all = 0;
  const Profile profile = profile_of(GetParam(), families);
  look_at_all([&](const Area&, const Family& family) {
    const Member& head = family.member[0];
    all += 1;
    women += head.sex == Sex::female ? 1 : 0;
    men += head.sex == Sex::male ? 1 : 0;
    if (head.sex != Sex::male || family.members < 2 || family.member[1].relation != Relation::partner || head.age < 35 || head.age > 80) return;
    couples += 1;
    gap += head.age - family.member[1].age;
  });
  const FamilyPattern &a = profile.areas[0].family, &b = profile.areas[1].family;
  EXPECT_NEAR(women / all, (a.female_head + b.female_head) / 2, 0.005);
  EXPECT_NEAR(gap / couples, (a.age_gap + b.age_gap) / 2, 0.1);
}

INSTANTIATE_TEST_SUITE_P(Profiles, Families, testing::ValuesIn(countries), [](const auto& country) { return std::string(country.param); });

}  // namespace
}  // namespace puente::test
