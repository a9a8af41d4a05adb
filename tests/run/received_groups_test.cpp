// Recipients and arms: six households worked out by hand, to the counts, the levels and the differences of the same units.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "io/hdf5/results_file.hpp"
#include "tests/programmes/policies.hpp"
#include "tests/support/survey_map.hpp"

namespace puente::test {
namespace {

// `share` is a person's own welfare, of the same mean in a household as `spending` a head. `place` is the order of the cash.
const char* const survey = R"(h,p,w,age,school,spending,farm,place,share
1,1,2,40,0,80,0,5,50
1,2,2,8,1,80,0,5,30
2,1,1,30,0,20,5,2,20
3,1,4,35,0,120,20,3,30
3,2,4,33,0,120,20,3,30
3,3,4,7,1,120,20,3,40
3,4,4,10,0,120,20,3,20
4,1,1,60,0,200,50,6,100
4,2,1,58,0,200,50,6,100
5,1,2,28,0,90,10,4,20
5,2,2,6,1,90,10,4,30
5,3,2,9,1,90,10,4,40
6,1,3,70,0,15,0,1,15
)";
const std::string map = map_of_persons(R"(spending = { from = "spending" }
farm = { from = "farm" }
place = { from = "place" }
)", R"(age = { from = "age", unit = "years" }
attends = { value = 'school == 1' }
share = { from = "share" }
)");

// Meals of 6 for those of 6 to 13 who attend: H1 one, H3 one, H5 two. Cash of 12 in the order H6 (weight 3), H2 (1), H3 (4):
// a budget of 72 buys 36 + 12 and half of H3; one of 84 three quarters. Cash brings 10 to the farm, with meals 4 more, of
// which half reaches welfare; and it brings the children to school. So, a head (H3 in its parts):
//            none   meals alone   cash alone   both
//   H1        40        43            -          -       persons 2 × weight 2
//   H2        20         -           37          -       1 × 1
//   H3        30       31.5           -        36.25     4 × 4
//   H4       100         -            -          -       2 × 1
//   H5        30        34            -          -       3 × 2
//   H6        15         -           32          -       1 × 3
const std::string policy = R"(format = 1
[population]
source = "p.h5"
[welfare]
resource = 'spending'
scale = 'size'
pass_through = { transfers = 1, in_kind = 1, farm = 0.5 }
[welfare.lines]
z = 35
[programmes.meals]
entity = "person"
eligible = '6 <= age <= 13'
condition = 'attends'
in_kind = { amount = 6, valued_at = 1 }
[programmes.cash]
eligible = 'true'
members = 'age < 14'
coverage = { mode = "ranked", by = 'place', budget = 72 }
cash = { amount = 12 }
[[programmes.cash.effects]]
outcome = "farm"
kind = "absolute"
size = 10
[[programmes.cash.effects]]
outcome = "attends"
kind = "points"
size = 0.5
base = 0.5
[[synergies]]
programmes = ["meals", "cash"]
outcome = "farm"
definition = "additive"
size = 4
[scenarios.none]
[scenarios.meals]
programmes = ["meals"]
[scenarios.both]
programmes = ["meals", "cash"]
[scenarios.more]
extends = "both"
against = "both"
set = { "programmes.cash.coverage.budget" = 84 }
[statistics]
include = ["poverty", "inequality", "distribution", "attendance", "programmes", "outcomes"]
age_bands = [[6, 13]]
deciles = false
[run]
reference = "none"
)";

/// Results of a run, by labels.
class Found {
 public:
  explicit Found(const std::string& file) : results_(io::read_results(file)) {}
  bool has(const std::string& group) const {
    const auto& labels = results_.dimension("group").labels;
    return std::find(labels.begin(), labels.end(), group) != labels.end();
  }
  double level(const std::string& scenario, const std::string& name, const std::string& group, std::vector<std::size_t> more = {}) const {
    return value(results_.variables, scenario, name, group, more);
  }
  double difference(const std::string& scenario, const std::string& name, const std::string& group, std::vector<std::size_t> more = {}) const {
    return value(results_.differences, scenario, name, group, more);
  }
  std::size_t outcome(const std::string& name) const { return place("outcome", name); }
  const Results& results() const { return results_; }

 private:
  std::size_t place(const std::string& dimension, const std::string& label) const {
    const auto& labels = results_.dimension(dimension).labels;
    const auto at = std::find(labels.begin(), labels.end(), label);
    EXPECT_NE(at, labels.end()) << label;
    return static_cast<std::size_t>(at - labels.begin());
  }
  double value(const std::vector<Variable>& from, const std::string& scenario, const std::string& name, const std::string& group,
               const std::vector<std::size_t>& more) const {
    for (const Variable& variable : from) {
      if (variable.name != name) continue;
      std::vector<std::size_t> index = {place("scenario", scenario), place("group", group)};
      index.insert(index.end(), more.begin(), more.end());
      return results_.at(variable, index);
    }
    ADD_FAILURE() << "no variable " << name;
    return NAN;
  }
  Results results_;
};

class Received : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("s.csv", survey);
    const Ran ran = puente("import " + folder_.write("m.toml", map) + " -o " + (folder_ / "p.h5"));
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  Found run(const std::string& content, const std::string& options = "") {
    const Ran ran = puente("run " + folder_.write("policy.toml", content) + " --quiet " + options + " -o " + (folder_ / "r.h5"));
    EXPECT_EQ(ran.code, 0) << ran.text;
    return Found(folder_ / "r.h5");
  }
  Folder folder_;
};

void expect_counts(const Found& f, const std::string& scenario, const std::string& group, double households, double persons) {
  EXPECT_DOUBLE_EQ(f.level(scenario, "group_households", group), households) << scenario << ' ' << group;
  EXPECT_DOUBLE_EQ(f.level(scenario, "group_persons", group), persons) << scenario << ' ' << group;
}

void expect_mean(const Found& f, const std::string& scenario, const std::string& group, double mean, double compared) {
  EXPECT_NEAR(f.level(scenario, "mean_welfare", group), mean, 1e-12) << scenario << ' ' << group;
  EXPECT_NEAR(f.difference(scenario, "mean_welfare", group), mean - compared, 1e-12) << scenario << ' ' << group;
}

TEST_F(Received, ArmsHoldWhoGetsWhat) {
  const Found f = run(policy);
  expect_counts(f, "both", "arm=none", 1, 2);
  expect_counts(f, "both", "arm=meals", 6, 18);  // H1, half of H3, H5
  expect_counts(f, "both", "arm=cash", 4, 4);
  expect_counts(f, "both", "arm=meals+cash", 2, 8);
  expect_mean(f, "both", "arm=none", 100, 100);
  expect_mean(f, "both", "arm=meals", (4 * 43 + 8 * 31.5 + 6 * 34) / 18, (4 * 40 + 8 * 30 + 6 * 30) / 18.0);
  expect_mean(f, "both", "arm=cash", (37 + 3 * 32) / 4.0, (20 + 3 * 15) / 4.0);
  expect_mean(f, "both", "arm=meals+cash", 36.25, 30);
  expect_counts(f, "meals", "arm=meals", 8, 26);
  expect_mean(f, "meals", "arm=meals", (4 * 43 + 16 * 31.5 + 6 * 34) / 26, (4 * 40 + 16 * 30 + 6 * 30) / 26.0);
  // Below 35: H6 alone of the cash arm; a head it lacks 3 of 35, before 15 and H2 15.
  EXPECT_NEAR(f.level("both", "fgt", "arm=cash", {0, 0}), 0.75, 1e-15);
  EXPECT_NEAR(f.difference("both", "fgt", "arm=cash", {0, 0}), -0.25, 1e-15);
  EXPECT_NEAR(f.difference("both", "fgt", "arm=cash", {0, 1}), (3 * 3 - (3 * 20 + 15)) / (4 * 35.0), 1e-15);
  EXPECT_NEAR(f.difference("both", "total_gap", "arm=cash", {0}), 9 - 75, 1e-12);
  EXPECT_NEAR(f.difference("both", "poor_persons", "arm=cash", {0}), -1, 1e-12);
  // Gini of 37 and three of 32: 3·5/(4·133); before of 20 and three of 15: 3·5/(4·65).
  EXPECT_NEAR(f.level("both", "gini", "arm=cash"), 15 / 532.0, 1e-14);
  EXPECT_NEAR(f.difference("both", "gini", "arm=cash"), 15 / 532.0 - 15 / 260.0, 1e-14);
}

TEST_F(Received, RecipientsAreHouseholdsOrPersons) {
  const Found f = run(policy);
  expect_counts(f, "both", "recipient.cash", 6, 12);
  expect_mean(f, "both", "recipient.cash", (37 + 96 + 8 * 36.25) / 12, (20 + 45 + 240) / 12.0);
  // Those who eat: H1's child, H3's (half of it in a household with cash), H5's two; their part of their households.
  expect_counts(f, "both", "recipient.meals", 1 + 1 + 4 / 3.0, 10);
  expect_mean(f, "both", "recipient.meals", (2 * 43 + 2 * 36.25 + 2 * 31.5 + 4 * 34) / 10, (2 * 40 + 4 * 30 + 4 * 30) / 10.0);
}

TEST_F(Received, OutcomesAndAttendanceFollowTheSameUnits) {
  const Found f = run(policy);
  const std::size_t farm = f.outcome("farm");
  EXPECT_NEAR(f.level("both", "outcome_mean", "arm=meals+cash", {farm}), 34, 1e-12);
  EXPECT_NEAR(f.difference("both", "outcome_mean", "arm=meals+cash", {farm}), 14, 1e-12);
  EXPECT_NEAR(f.level("both", "outcome_mean", "recipient.cash", {farm}), (15 + 30 + 68) / 6.0, 1e-12);
  EXPECT_NEAR(f.difference("both", "outcome_mean", "recipient.cash", {farm}), 68 / 6.0, 1e-12);
  // A household counts by the part of its members who eat: H1 1, H3 half with and half without cash, H5 4/3.
  EXPECT_NEAR(f.level("both", "outcome_mean", "recipient.meals", {farm}), (17 + 10 + 40 / 3.0) / (10 / 3.0), 1e-12);
  EXPECT_NEAR(f.difference("both", "outcome_mean", "recipient.meals", {farm}), 7 / (10 / 3.0), 1e-12);
  // Of the part of H3 with cash both children attend, one of them did before.
  EXPECT_EQ(f.level("both", "attendance", "arm=meals+cash", {0, 0}), 1);
  EXPECT_EQ(f.difference("both", "attendance", "arm=meals+cash", {0, 0}), 0.5);
  EXPECT_NEAR(f.level("both", "attendance", "arm=meals", {0, 0}), 8 / 10.0, 1e-15);
  EXPECT_EQ(f.difference("both", "attendance", "arm=meals", {0, 0}), 0);
  EXPECT_EQ(f.level("both", "attendance", "recipient.meals", {0, 0}), 1);
  EXPECT_TRUE(std::isnan(f.level("both", "attendance", "arm=cash", {0, 0}))) << "nobody of that age";
  EXPECT_TRUE(std::isnan(f.difference("both", "attendance", "arm=cash", {0, 0})));
}

/// Where no programme changes attendance it is looked at once for all, and arms still have their own.
TEST_F(Received, AttendanceThatDoesNotVaryIsThatOfTheArm) {
  const std::string content = policy.substr(0, policy.find("[[programmes.cash.effects]]")) + policy.substr(policy.find("[scenarios.none]"));
  const Found f = run(content);
  EXPECT_EQ(f.level("both", "attendance", "arm=meals+cash", {0, 0}), 0.5);
  EXPECT_EQ(f.difference("both", "attendance", "arm=meals+cash", {0, 0}), 0);
  EXPECT_NEAR(f.level("both", "attendance", "arm=meals", {0, 0}), 0.8, 1e-15);
  EXPECT_NEAR(f.level("both", "attendance", "all", {0, 0}), 10 / 14.0, 1e-15);
}

// `more` is compared with `both`: a quarter of H3 changes from meals to both, the rest of its arm was there before.
TEST_F(Received, AgainstAnotherScenarioComparesItsValues) {
  const Found f = run(policy);
  expect_counts(f, "more", "arm=meals+cash", 3, 12);
  expect_mean(f, "more", "arm=meals+cash", 36.25, (8 * 36.25 + 4 * 31.5) / 12);
  expect_mean(f, "more", "arm=meals", (4 * 43 + 4 * 31.5 + 6 * 34) / 14, (4 * 43 + 4 * 31.5 + 6 * 34) / 14);
  expect_mean(f, "more", "recipient.cash", (37 + 96 + 12 * 36.25) / 16, (37 + 96 + 8 * 36.25 + 4 * 31.5) / 16);
  expect_counts(f, "more", "recipient.cash", 7, 16);
  EXPECT_NEAR(f.difference("more", "outcome_mean", "arm=meals+cash", {f.outcome("farm")}), 34 - (2 * 34 + 20) / 3.0, 1e-12);
  EXPECT_NEAR(f.difference("more", "attendance", "arm=meals+cash", {0, 0}), 1 - 5 / 6.0, 1e-15);
  EXPECT_NEAR(f.difference("more", "mean_welfare", "all"), 4 * 4.75 / 32, 1e-12);
}

// The reference itself may split a household's weight.
TEST_F(Received, AReferenceWithAHouseholdAtTheMargin) {
  std::string content = with(policy, "reference = \"none\"", "reference = \"both\"");
  content = with(content, "against = \"both\"\n", "");
  const Found f = run(content);
  expect_mean(f, "more", "arm=meals+cash", 36.25, (8 * 36.25 + 4 * 31.5) / 12);
  expect_counts(f, "none", "arm=none", 13, 32);
  expect_mean(f, "none", "arm=none", 1085 / 32.0, 1251 / 32.0);
  EXPECT_EQ(f.difference("both", "mean_welfare", "arm=meals+cash"), 0);
  EXPECT_EQ(f.level("both", "mean_welfare", "all"), 1251 / 32.0);
}

/// A scenario that is compared with itself may stand before the reference, whose groups are the fixed ones.
TEST_F(Received, AScenarioComparedWithItselfHasNoDifferences) {
  std::string content = with(policy, "[scenarios.none]\n", "[scenarios.first]\nprogrammes = [\"cash\"]\nagainst = \"first\"\n[scenarios.none]\n");
  content = with(content, "[programmes.meals]", "[groups]\ntall = 'place'\nchild = 'age < 14'\n[programmes.meals]");
  const Found f = run(content, "--block 2");
  EXPECT_EQ(f.difference("first", "mean_welfare", "all"), 0);
  EXPECT_DOUBLE_EQ(f.level("first", "mean_welfare", "tall=1"), 32);
  EXPECT_DOUBLE_EQ(f.level("first", "mean_welfare", "tall=6"), 100);
}

// Welfare of persons: changes are a head. H1 +3, H2 +17, H3 +1.5 or +6.25, H5 +4, H6 +17.
TEST_F(Received, RecordsOfPersons) {
  const Found f = run(with(policy, "resource = 'spending'\nscale = 'size'\n", "resource = 'person.share'\n"));
  expect_counts(f, "both", "arm=meals", 6, 18);
  expect_counts(f, "both", "arm=meals+cash", 2, 8);
  expect_counts(f, "both", "recipient.cash", 6, 12);
  expect_counts(f, "both", "recipient.meals", 1 + 1 + 4 / 3.0, 10);
  expect_mean(f, "both", "recipient.meals", (2 * 33 + 2 * 46.25 + 2 * 41.5 + 2 * 34 + 2 * 44) / 10, (2 * 30 + 4 * 40 + 2 * 30 + 2 * 40) / 10.0);
  expect_mean(f, "both", "arm=meals+cash", 36.25, 30);
  expect_mean(f, "both", "recipient.cash", (37 + 96 + 8 * 36.25) / 12, (20 + 45 + 240) / 12.0);
  expect_mean(f, "more", "arm=meals+cash", 36.25, (8 * 36.25 + 4 * 31.5) / 12);
  EXPECT_EQ(f.difference("both", "attendance", "arm=meals+cash", {0, 0}), 0.5);
}

TEST_F(Received, NobodyIsMissingAndNotZero) {
  const Found f = run(policy);
  for (const char* group : {"recipient.cash", "arm=cash", "arm=meals+cash"}) {
    expect_counts(f, "meals", group, 0, 0);
    for (const char* name : {"mean_welfare", "gini", "palma", "s80_s20", "p90_p10"}) {
      EXPECT_TRUE(std::isnan(f.level("meals", name, group))) << name << ' ' << group;
      EXPECT_TRUE(std::isnan(f.difference("meals", name, group))) << name << ' ' << group;
    }
    EXPECT_TRUE(std::isnan(f.level("meals", "fgt", group, {0, 0})));
    EXPECT_TRUE(std::isnan(f.level("meals", "attendance", group, {0, 0})));
    EXPECT_TRUE(std::isnan(f.level("meals", "outcome_mean", group, {0})));
    EXPECT_EQ(f.level("meals", "poor_persons", group, {0}), 0) << "a count of nobody";
  }
}

TEST_F(Received, CanBeSwitchedOff) {
  const Found on = run(policy);
  EXPECT_TRUE(on.has("recipient.meals") && on.has("arm=none"));
  const Found off = run(policy, "--set statistics.recipients=false --set statistics.arms=false");
  EXPECT_FALSE(off.has("recipient.meals") || off.has("arm=none"));
  EXPECT_EQ(off.results().find("group_persons"), nullptr);
  EXPECT_EQ(off.level("both", "mean_welfare", "all"), on.level("both", "mean_welfare", "all"));
}

TEST_F(Received, MoreThanSixProgrammesHaveNoArms) {
  std::string content = R"(format = 1
[population]
source = "p.h5"
[welfare]
resource = 'spending'
pass_through = { transfers = 1 }
)";
  std::string all;
  for (int p = 1; p <= 7; ++p) {
    const std::string name = "p" + std::to_string(p);
    content += "[programmes." + name + "]\neligible = 'place == " + std::to_string(p) + "'\ncash = { amount = 1 }\n";
    all += (p > 1 ? ", \"" : "\"") + name + "\"";
  }
  content += "[scenarios.none]\n[scenarios.all]\nprogrammes = [" + all + "]\n";
  const Found f = run(content);
  EXPECT_FALSE(f.has("arm=none"));
  EXPECT_DOUBLE_EQ(f.difference("all", "mean_welfare", "recipient.p3"), 0.25);
  const Ran refused = puente("check " + folder_.write("seven.toml", content + "[statistics]\narms = true\n"));
  EXPECT_EQ(refused.code, 65);
  EXPECT_NE(refused.text.find("7 programmes have too many arms"), std::string::npos) << refused.text;
}

// Households counted once each, whatever their size; in a group of persons by the part of them that is in it.
TEST_F(Received, HouseholdsAsUnits) {
  const Found f = run(policy + "", "--set statistics.count=households");
  expect_mean(f, "both", "arm=meals", (43 + 31.5 + 34) / 3, 100 / 3.0);
  expect_mean(f, "both", "recipient.meals", (43 + 0.5 * 36.25 + 0.5 * 31.5 + 4 / 3.0 * 34) / (10 / 3.0), 33);
  expect_counts(f, "both", "arm=meals", 6, 18);
}

}  // namespace
}  // namespace puente::test
