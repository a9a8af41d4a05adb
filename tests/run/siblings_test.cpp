// Siblings who choose between school and work, worked out by hand: who is paid first, what each would earn, what a household
// gets.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/programmes/policies.hpp"
#include "tests/support/survey_map.hpp"

namespace puente::test {
namespace {

/// Two households of an adult and children of 9 and 12 years, an income of 100 of which the older earns 30. In the first
/// nobody attends, in the second the younger does.
const std::string siblings_csv = "h,p,w,age,income,attends,earns\n1,1,1,40,100,0,0\n1,2,1,9,100,0,0\n1,3,1,12,100,0,30\n"
                                 "2,1,1,40,100,0,0\n2,2,1,9,100,1,0\n2,3,1,12,100,0,30\n";

/// A child attends for 12 of money or more, and not for 8 or less: the residual is small beside 10 a unit.
const std::string money_decides = R"(format = 1
model = "schooling"
title = "typed"
alternatives = ["out", "school"]
[[utility]]
name = "constant"
value = '1'
coefficients = [-100.0]
[income]
coefficients = [0.0]
[earnings]
sigma = 0
[[earnings.covariates]]
name = "constant"
value = '1'
coefficients = [0.0]
[structure]
D = 0.4
alpha = [10.0, 10.0]
)";

const std::string siblings = R"(format = 1
[population]
source = "siblings.h5"
[welfare]
resource = 'income'
scale = '1'
pass_through = { transfers = 1, child_earnings = 0.5 }
[groups]
h = 'household'
[statistics]
count = "households"
age_bands = [[6, 17]]
[schooling]
children = '5 < age < 18'
earnings = 'earns'
model = "model.toml"
[programmes.grant]
entity = "person"
eligible = '5 < age < 18'
condition = 'attends'
cash = { amount = 20 }
cost = { per_recipient = 1 }
SAYS
[programmes.family]
eligible = 'true'
condition = 'all(attends where 5 < age < 18)'
cash = { amount = 20 }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
[scenarios.family]
programmes = ["family"]
)";

class SiblingsTest : public Policies {
 protected:
  void model(const std::string& text) { folder_.write("model.toml", text); }
  SiblingsTest() {
    model(money_decides);
    import(siblings_csv, "");
  }
  void import(const std::string& csv, const std::string& more_columns) {
    folder_.write("s.csv", csv);
    const std::string map = folder_.write("map.toml", map_of_persons("income = { from = \"income\", type = \"f64\" }\nhousehold = { from = \"h\", type = \"i8\" }\n",
                                                                     "age = { from = \"age\", type = \"i16\" }\nattends = { from = \"attends\", type = \"bool\" }\n"
                                                                     "earns = { from = \"earns\", type = \"f64\" }\n" + more_columns));
    const Ran ran = puente("import " + map + " -o " + (folder_ / "siblings.h5"));
    EXPECT_EQ(ran.code, 0) << ran.text;
  }
  /// Welfare and attendance of each household, money spent and recipients.
  struct Told {
    double welfare[2], attendance[2], spending, recipients, cost;
  };
  Told told(const std::string& grant_says, const std::string& scenario = "grant") {
    const auto s = run(with(siblings, "SAYS", grant_says))[scenario];
    const auto& paid = s["programmes"][scenario]["all"];
    const auto of = [&](const char* h) { return s["groups"][std::string("h=") + h]; };
    return {{of("1")["mean"], of("2")["mean"]}, {of("1")["attendance"]["6-17"], of("2")["attendance"]["6-17"]}, paid["spending"], paid["recipients"], paid["cost"]};
  }
};

TEST_F(SiblingsTest, EachIsPaidAndLosesWhatItEarns) {
  const Told is = told("");
  for (const int h : {0, 1}) {
    EXPECT_EQ(is.attendance[h], 1) << h;
    EXPECT_DOUBLE_EQ(is.welfare[h], 100 + 40 - 0.5 * (30 - 0.4 * 30)) << h;
  }
  EXPECT_EQ(is.spending, 80);
  EXPECT_EQ(is.recipients, 4);
  EXPECT_EQ(is.cost, 84);
}

TEST_F(SiblingsTest, TheOldestComesFirstUnderACap) {
  const Told low = told("schooling = { cap = 28 }");
  EXPECT_EQ(low.attendance[0], 0.5) << "the younger would get 8";
  EXPECT_DOUBLE_EQ(low.welfare[0], 100 + 20 - 9);
  EXPECT_EQ(low.attendance[1], 1) << "the younger attends anyway";
  EXPECT_DOUBLE_EQ(low.welfare[1], 100 + 28 - 9);
  const Told high = told("schooling = { cap = 35 }");
  EXPECT_EQ(high.attendance[0], 1) << "the younger would get 15";
  EXPECT_DOUBLE_EQ(high.welfare[0], 100 + 35 - 9);
  EXPECT_EQ(high.spending, 70);
}

TEST_F(SiblingsTest, AMeansTestLooksAtWhatTheChildWouldEarn) {
  // Of the older 100 - 30 + 12 = 82, of the younger 100.
  for (const char* test : {"{ limit = 90 }", "{ limit = 30, per = \"person\" }"}) {
    const Told is = told(std::string("schooling = { means_test = ") + test + " }");
    EXPECT_EQ(is.attendance[0], 0.5) << test;
    EXPECT_DOUBLE_EQ(is.welfare[0], 100 + 20 - 9) << test;
    EXPECT_EQ(is.recipients, 2) << test << ": the younger who attends does not pass";
  }
  EXPECT_EQ(told("schooling = { means_test = { limit = 81 } }").recipients, 0);
  EXPECT_EQ(told("schooling = { means_test = { limit = 82 } }").recipients, 2);
}

TEST_F(SiblingsTest, AConditionOnAllSiblingsIsMetByTheLast) {
  const Told is = told("", "family");
  EXPECT_EQ(is.attendance[0], 0) << "alone, neither of the two is paid";
  EXPECT_EQ(is.attendance[1], 1) << "the younger attends already";
  EXPECT_EQ(is.welfare[0], 100);
  EXPECT_DOUBLE_EQ(is.welfare[1], 100 + 20 - 9);
  EXPECT_EQ(is.spending, 20);
}

/// One child at school is enough: the first to decide is paid for it, and what others would lose no more is no reason to go.
TEST_F(SiblingsTest, AHouseholdIsPaidForWhatOneChildAloneChanges) {
  const std::string any = with(siblings, "'all(attends where", "'any(attends where");
  const auto s = run(with(any, "SAYS", ""))["family"];
  EXPECT_EQ(s["groups"]["h=1"]["attendance"]["6-17"], 0.5) << "the older goes; then the younger brings nothing more";
  EXPECT_EQ(s["groups"]["h=2"]["attendance"]["6-17"], 0.5) << "the younger is there already";
  EXPECT_DOUBLE_EQ(s["groups"]["h=1"]["mean"].get<double>(), 100 + 20 - 9);
  EXPECT_EQ(s["groups"]["h=2"]["mean"], 100 + 20);
  EXPECT_EQ(s["programmes"]["family"]["all"]["spending"], 40);
}

/// Of a household paid today, the child that alone could lose it stays; taken away, it has 20 less reason to.
TEST_F(SiblingsTest, AHouseholdThatIsPaidTodayLosesItByTheChildWhoLeaves) {
  model(with(money_decides, "[-100.0]", "[-150.0]"));  // 20 move a child from school as they bring one there
  import("h,p,w,age,income,attends,earns\n1,1,1,40,100,0,0\n1,2,1,9,100,1,0\n1,3,1,12,100,1,0\n2,1,1,40,100,0,0\n2,2,1,9,100,1,0\n2,3,1,12,100,0,0\n", "");
  const std::string seen = with(with(siblings, "SAYS", ""), "eligible = 'true'\ncondition = 'all(", "eligible = 'true'\nobserved = 'true'\ncondition = 'all(") +
                           "[scenarios.seen]\nprogrammes = { family = \"observed\" }\n";
  const auto s = run(seen);
  EXPECT_EQ(s["seen"]["groups"]["h=1"]["attendance"]["6-17"], 1);
  EXPECT_EQ(s["seen"]["groups"]["h=2"]["attendance"]["6-17"], 0.5);
  EXPECT_EQ(s["none"]["groups"]["h=1"]["attendance"]["6-17"], 0) << "each attends for the 20 that all bring";
  EXPECT_EQ(s["none"]["groups"]["h=2"]["attendance"]["6-17"], 0.5) << "nobody was paid";
  EXPECT_EQ(s["none"]["groups"]["h=1"]["mean"], 80);
}

TEST_F(SiblingsTest, AMotherPaidByWhatChildrenDoIsRefused) {
  const std::string family = "[programmes.family]\neligible = 'true'";
  expect_refused(with(with(siblings, "SAYS", ""), family, "[programmes.family]\nentity = \"person\"\neligible = 'age > 18'"),
                 "programme 'family' pays a person who does not choose by what children choose");
  const auto children = run(with(with(siblings, "SAYS", ""), family, "[programmes.family]\nentity = \"person\"\neligible = '5 < age < 18'"))["family"];
  EXPECT_EQ(children["groups"]["h=2"]["attendance"]["6-17"], 1) << "children paid for all of them see their own";
  EXPECT_DOUBLE_EQ(children["groups"]["h=2"]["mean"].get<double>(), 100 + 40 - 9);
}

const std::string only_in_2 = "if(household == 2, ";

TEST_F(SiblingsTest, LimitsNeedNotBeKnownOfThoseWhoAreNotEligible) {
  const std::string of_2 = with(siblings, "[programmes.grant]\nentity = \"person\"\neligible = '5 < age < 18'", "[programmes.grant]\nentity = \"person\"\neligible = 'household == 2 and (5 < age < 18)'");
  const std::string test = "schooling = { means_test = { limit = '" + only_in_2 + "90, log(0 - 1))' } }", cap = "schooling = { cap = '" + only_in_2 + "35, log(0 - 1))' }";
  EXPECT_EQ(run(with(of_2, "SAYS", test))["grant"]["programmes"]["grant"]["all"]["recipients"], 1);
  EXPECT_EQ(run(with(of_2, "SAYS", cap))["grant"]["programmes"]["grant"]["all"]["spending"], 35);
  expect_refused(with(siblings, "SAYS", test), "schooling.means_test.limit is missing");
  expect_refused(with(siblings, "SAYS", cap), "schooling.cap is missing");
}

TEST_F(SiblingsTest, WhoComesFirstMustBeKnown) {
  import("h,p,w,age,income,attends,earns,years\n1,1,1,40,100,0,0,40\n1,2,1,9,100,0,0,\n1,3,1,12,100,0,30,12\n2,1,1,40,100,0,0,\n2,2,1,9,100,1,0,\n",
         "years = { from = \"years\", type = \"i16\" }\n");
  const std::string ages = with(with(siblings, "age_bands = [[6, 17]]", "include = [\"programmes\"]\nage = 'years'"), "[programmes.family]\neligible = 'true'\ncondition = 'all(attends where 5 < age < 18)'", "[programmes.family]\neligible = 'true'");
  EXPECT_EQ(run(with(ages, "SAYS", ""))["grant"]["programmes"]["grant"]["all"]["recipients"], 3) << "all decide at once";
  const std::string capped = with(ages, "SAYS", "schooling = { cap = 28 }");
  const Ran ran = puente("run " + folder_.write("policy.toml", capped) + " --quiet");
  EXPECT_EQ(ran.code, 65) << ran.text;
  EXPECT_NE(ran.text.find("the age of a child with siblings is missing"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find(": 1 time, first in household 1"), std::string::npos) << ran.text << ": an only child waits for nobody";
}

/// Of three states: a child in each, one of them paid to attend. M is 0.7 and w is 20; who leaves school finds work.
TEST_F(SiblingsTest, EarningsFollowTheState) {
  model(with(with(with(with(with(with(money_decides, "[\"out\", \"school\"]", "[\"out\", \"both\", \"school\"]\nworking_when_out = 1"), "[-100.0]", "[-100.0, -100.0]"),
                            "[income]\ncoefficients = [0.0]", "[income]\ncoefficients = [0.0, 0.0]"),
                       "coefficients = [0.0]\n[structure]", "coefficients = [2.995732273553991]\n[structure]"),
                  "D = 0.4", "M = 0.7"),
             "[10.0, 10.0]", "[10.0, 10.0, 10.0]"));
  import("h,p,w,age,income,attends,earns,works,paid\n1,1,1,9,100,0,30,1,0\n2,1,1,9,100,0,0,0,0\n3,1,1,9,100,1,21,1,1\n4,1,1,9,100,1,0,0,1\n",
         "works = { from = \"works\", type = \"bool\" }\npaid = { from = \"paid\", type = \"bool\" }\n");
  const auto s = run(with(with(with(siblings, "SAYS", "observed = 'paid'"), "earnings = 'earns'", "earnings = 'earns'\nworks = \"works\""), "[scenarios.none]", R"([programmes.both]
entity = "person"
eligible = 'true'
condition = 'attends and works'
cash = { amount = 40 }
[scenarios.seen]
programmes = { grant = "observed" }
[scenarios.both]
programmes = ["both"]
[scenarios.none])"));
  const auto earned = [&](const char* scenario, const char* h) { return s[scenario]["groups"][std::string("h=") + h]["child_earnings_change"].get<double>(); };
  for (const char* h : {"1", "2", "3", "4"}) EXPECT_EQ(earned("seen", h), 0) << h;
  EXPECT_EQ(earned("none", "1"), 0);
  EXPECT_DOUBLE_EQ(earned("none", "3"), 21 / 0.7 - 21) << "goes on working, without school";
  EXPECT_NEAR(earned("none", "4"), 20, 1e-12) << "finds work";
  EXPECT_EQ(earned("grant", "1") == -30 || std::fabs(earned("grant", "1") + 9) < 1e-12, true) << "school only, or beside work";
  EXPECT_NEAR(earned("both", "1"), 0.7 * 30 - 30, 1e-12);
  EXPECT_NEAR(earned("both", "2"), 0.7 * 20, 1e-12);
  EXPECT_EQ(earned("both", "3"), 0);
  EXPECT_NEAR(earned("both", "4"), 0.7 * 20, 1e-12);
  EXPECT_DOUBLE_EQ(s["both"]["groups"]["h=2"]["mean"], 100 + 40 + 0.5 * 0.7 * 20);
  EXPECT_DOUBLE_EQ(s["none"]["groups"]["h=4"]["mean"], 100 - 20 + 0.5 * 20);
  EXPECT_EQ(s["none"]["groups"]["all"]["outcomes"]["works"], 0.75);
  EXPECT_EQ(s["none"]["groups"]["all"]["work"]["6-17"], 0.75);
  EXPECT_EQ(s["none"]["groups"]["all"]["attendance"]["6-17"], 0);
  EXPECT_EQ(s["both"]["groups"]["all"]["pupils"], 4);
  EXPECT_EQ(s["both"]["cost_per_additional_pupil"], (4 * 40 - 2 * 21) / 2.0) << "against `seen`, the first scenario";
}

}  // namespace
}  // namespace puente::test
