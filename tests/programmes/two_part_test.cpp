// Ownership, then level given ownership: by hand, and for many households.
#include "engine/programmes/ownership.hpp"

#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// +0.3 of owning, 2 for those who come to own, +50 % for those who own already.
Composition gift(std::size_t n) {
  Composition c;
  c.reset(n);
  const std::vector<double> all(n, 1), points(n, 0.3), level(n, 2), relative(n, 0.5);
  add_points(c, all.data(), points.data(), n);
  add_ownership(c, all.data(), level.data(), relative.data(), n);
  return c;
}

TEST(Ownership, OneThresholdOfTheLatentUniformByHand) {
  const std::vector<double> data = {0, 0, 5, 10}, base(4, 0.5), uniform = {0.1, 0.9, 0.2, 0.8};
  Composition nothing;
  nothing.reset(4);
  std::vector<double> level(4);
  // Latent: 0.55, 0.95, 0.1, 0.4. Owners below 0.5 without, below 0.8 with the gift.
  EXPECT_TRUE(apply_ownership(data.data(), base.data(), uniform.data(), nothing, gift(4), 4, level.data()).unknown.empty());
  EXPECT_EQ(level, (std::vector<double>{2, 0, 7.5, 15}));
  // Had the gift been observed, owners below 0.2 without it: 0.1 owned before, 0.4 only because of it.
  EXPECT_TRUE(apply_ownership(data.data(), base.data(), uniform.data(), gift(4), nothing, 4, level.data()).unknown.empty());
  EXPECT_EQ(level, (std::vector<double>{0, 0, 5 / 1.5, 0}));
  EXPECT_TRUE(apply_ownership(data.data(), base.data(), uniform.data(), gift(4), gift(4), 4, level.data()).outside.empty());
  EXPECT_EQ(level, data);
}

TEST(Ownership, TheGiftKeepsItsLevelBesideAnotherProgramme) {
  const std::vector<double> data = {10}, base = {0.5}, uniform = {0.8}, all = {1}, third = {0.25};
  Composition now = gift(1);
  add_relative(now, all.data(), third.data(), false, 1);
  std::vector<double> level(1);
  apply_ownership(data.data(), base.data(), uniform.data(), gift(1), now, 1, level.data());
  EXPECT_EQ(level[0], 12.5);  // owns 10 in the data because of the gift; the other programme makes it a quarter more
}

TEST(Ownership, FaultsNameTheirUnits) {
  const std::vector<double> data = {-1, 0, 1}, base = {0.5, 0.9, 0.5}, uniform = {0.5, 0.01, 0.5}, all(3, 1), less(3, -0.3), level(3, 2);
  Composition nothing, lost;
  nothing.reset(3);
  lost.reset(3);
  add_points(lost, all.data(), less.data(), 3);
  add_ownership(lost, all.data(), level.data(), nullptr, 3);
  std::vector<double> out(3);
  const OwnershipFaults faults = apply_ownership(data.data(), base.data(), uniform.data(), lost, nothing, 3, out.data());
  EXPECT_EQ(faults.negative, Culprits{0});
  EXPECT_EQ(faults.unknown, (Culprits{0, 1}));
  EXPECT_EQ(faults.outside, Culprits{1});  // 0.9 + 0.3
}

const std::string herd = many_households + R"(in_data = 'chance(0.5, "in_data")'
owns = 'chance(if(in_data, 0.6, 0.4), "owns")'
goats = 'if(owns, 4, 0)'
[welfare]
resource = 'income'
pass_through = { goats = 0 }
[statistics]
outcomes = ['goats > 0', 'goats']
[programmes.goats]
eligible = 'true'
observed = 'in_data'
[[programmes.goats.effects]]
outcome = "goats"
kind = "two_part"
size = 0.2
base = 'if(in_data, 0.6, 0.4)'
level = 4
)";

TEST_F(Policies, TwoPartEffectsMoveOwnershipAndAreTakenOut) {
  const auto s = run_worlds(herd, "goats");
  EXPECT_NEAR(outcome(s["none"], "goats > 0"), 0.4, 0.006);
  EXPECT_NEAR(outcome(s["all"], "goats > 0"), 0.6, 0.006);
  EXPECT_NEAR(outcome(s["none"], "goats"), 1.6, 0.024);
  EXPECT_NEAR(outcome(s["all"], "goats"), 2.4, 0.024);
}

TEST_F(Policies, MoreOwnershipOnlyAddsOwners) {
  const std::string swept = with(with(herd, "size = 0.2\nbase", "size = 'by'\nbase"), "observed = 'in_data'\n", "");
  const auto s = run(swept + R"(
[parameters]
by = 0
[scenarios.all]
programmes = ["goats"]
[sweeps.by]
scenario = "all"
set = { "parameters.by" = [0.1, 0.2, 0.4] }
[groups]
owned = 'owns'
)");
  // Owners stay owners; the others come to own one after another.
  double before = 0;
  for (const char* step : {"all", "by=0.1", "by=0.2", "by=0.4"}) {
    EXPECT_EQ(outcome(s[step], "goats", "owned=true"), 4);
    EXPECT_GE(outcome(s[step], "goats", "owned=false"), before);
    before = outcome(s[step], "goats", "owned=false");
  }
  EXPECT_NEAR(before, 4 * 0.8, 0.03);
  expect_same_for_all_layouts(swept + "[parameters]\nby = 0.3\n[scenarios.all]\nprogrammes = [\"goats\"]\n");
}

TEST_F(Policies, OwnershipCanMoveByARatioOfOdds) {
  // Odds of 2/3 half as high again are even; those who own already have a quarter more.
  const std::string odds = with(with(herd, "size = 0.2", "size = 1.5\nownership = \"odds\"\nrelative = 0.25"), "observed = 'in_data'\n", "");
  const auto s = run(with(odds, "level = 4", "level = 2") + "[scenarios.none]\n[scenarios.all]\nprogrammes = [\"goats\"]\n[groups]\nin_data = 'in_data'\nowned = 'owns'\n");
  EXPECT_NEAR(outcome(s["all"], "goats > 0", "in_data=false"), 0.5, 0.007);
  EXPECT_EQ(outcome(s["all"], "goats", "owned=true"), 5);
  EXPECT_EQ(outcome(s["all"], "goats", "owned=false"), 2 * outcome(s["all"], "goats > 0", "owned=false"));
}

TEST_F(Policies, TwoPartMistakes) {
  const std::string none = "[scenarios.all]\nprogrammes = [\"goats\"]\n";
  const std::string good = herd + none;
  expect_refused(with(good, "level = 4\n", ""), "needs `level`");
  expect_refused(with(good, "base = 'if(in_data, 0.6, 0.4)'\n", ""), "needs `base`, the probability of owning");
  expect_refused(with(good, "size = 0.2", "size = 0.7"), "would leave [0, 1]");
  expect_refused(with(good, "outcome = \"goats\"", "outcome = \"owns\""), "need a level");
  expect_refused(with(good, "level = 4\n", "level = 4\nmatrix = [[1]]\n"), "is for effects of kind \"transition\"");
  expect_refused(herd + none + "[[programmes.goats.effects]]\noutcome = \"goats\"\nkind = \"absolute\"\nsize = 1\n",
                 "would give a level to those who do not own");
}

}  // namespace
}  // namespace puente::test
