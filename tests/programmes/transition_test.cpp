// Transitions between classes in order: by hand, and for many households.
#include "engine/programmes/transitions.hpp"

#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

const TransitionMatrix up = {{0.5, 0.5, 0}, {0, 0.25, 0.75}, {0, 0, 1}};
const TransitionMatrix further = {{0, 1, 0}, {0, 0, 1}, {0, 0, 1}};

std::vector<double> classes(const std::vector<double>& data, const std::vector<double>& uniform, const Composition& observed,
                            const Composition& now, const std::vector<const double*>& base = {}) {
  std::vector<double> level(data.size());
  const TransitionFaults faults = apply_transitions(data.data(), base, uniform.data(), 3, observed, now, data.size(), level.data());
  EXPECT_TRUE(faults.missing.empty() && faults.bad_base.empty() && faults.impossible.empty());
  return level;
}

Composition of(std::size_t n, const std::vector<const TransitionMatrix*>& matrices) {
  Composition c;
  c.reset(n);
  const std::vector<double> all(n, 1);
  for (const TransitionMatrix* matrix : matrices) add_transition(c, all.data(), *matrix, n);
  return c;
}

TEST(Transitions, TheRowIsCutByTheUniformByHand) {
  const std::vector<double> data = {0, 0, 1, 1, 2}, uniform = {0.4, 0.6, 0.2, 0.3, 0.99};
  EXPECT_EQ(classes(data, uniform, of(5, {}), of(5, {&up})), (std::vector<double>{0, 1, 1, 2, 2}));
  // up then further: rows {0, .5, .5}, {0, 0, 1}; further then up: {0, .25, .75}, {0, 0, 1}.
  EXPECT_EQ(classes(data, uniform, of(5, {}), of(5, {&up, &further})), (std::vector<double>{1, 2, 2, 2, 2}));
  EXPECT_EQ(classes(data, uniform, of(5, {}), of(5, {&further, &up})), (std::vector<double>{2, 2, 2, 2, 2}));
}

TEST(Transitions, WhatWasObservedIsTakenOutByBayesByHand) {
  // None-world shares .4, .4, .2: seen in 1 are .2 from 0 and .1 from 1, so two thirds come from 0.
  const std::vector<double> data = {0, 1, 1, 2, 2}, uniform = {0.5, 0.6, 0.7, 0.5, 0.7};
  const std::vector<double> a(5, 0.4), b(5, 0.4), c(5, 0.2);
  const std::vector<const double*> base = {a.data(), b.data(), c.data()};
  // Seen in 2 are .3 from 1 and .2 from 2: six tenths come from 1.
  EXPECT_EQ(classes(data, uniform, of(5, {&up}), of(5, {}), base), (std::vector<double>{0, 0, 1, 1, 2}));
  EXPECT_EQ(classes(data, uniform, of(5, {&up}), of(5, {&up}), base), data);
  const TransitionFaults faults = [&] {
    std::vector<double> level(5);
    const std::vector<double> none(5, 0.0), one(5, 1.0);
    return apply_transitions(data.data(), {none.data(), none.data(), one.data()}, uniform.data(), 3, of(5, {&up}), of(5, {}), 5, level.data());
  }();
  EXPECT_EQ(faults.impossible, (Culprits{0, 1, 2}));
}

TEST(Transitions, MatricesAreChecked) {
  const std::vector<std::string> names = {"severe", "mild", "secure"};
  EXPECT_EQ(matrix_mistake(up, names), "");
  EXPECT_NE(matrix_mistake({{1, 0}, {0, 1}}, names).find("2 rows for 3 classes"), std::string::npos);
  EXPECT_NE(matrix_mistake({{1, 0, 0}, {0, 1}, {0, 0, 1}}, names).find("row 2 ('mild') has 2 shares"), std::string::npos);
  EXPECT_NE(matrix_mistake({{1, 0, 0}, {0, 1, 0}, {0, 0.2, 0.7}}, names).find("row 3 ('secure') sums to 0.9"), std::string::npos);
  EXPECT_NE(matrix_mistake({{1.5, -0.5, 0}, {0, 1, 0}, {0, 0, 1}}, names).find("row 1 ('severe') has a share below 0"), std::string::npos);
  EXPECT_EQ(matrix_mistake({{1, 0, 0}, {0, 1, 0}, {0.1, 0.2, 0.7}}, names), "");  // 0.1 + 0.2 + 0.7 is 1 but for rounding
}

/// Half are in the programme in the data: of (.4, .4, .2) it made (.2, .3, .5).
const std::string village = many_households + R"(in_data = 'chance(0.5, "in_data")'
u = 'uniform("class")'
food = { value = 'if(in_data, if(u < 0.2, 0, if(u < 0.5, 1, 2)), if(u < 0.4, 0, if(u < 0.8, 1, 2)))', labels = ["severe", "mild", "secure"], ordered = true }
[welfare]
resource = 'income'
[statistics]
outcomes = ['food == "severe"', 'food == "mild"', 'food == "secure"']
[groups]
seen = 'in_data'
[programmes.farm]
eligible = 'true'
observed = 'in_data'
[[programmes.farm.effects]]
outcome = "food"
kind = "transition"
matrix = [[0.5, 0.5, 0], [0, 0.25, 0.75], [0, 0, 1]]
base = [0.4, 0.4, 0.2]
)";

TEST_F(Policies, TransitionsAreMadeAndTakenOut) {
  const auto s = run_worlds(village, "farm");
  EXPECT_NEAR(outcome(s["none"], "food=severe", "seen=true"), 0.4, 0.007);
  EXPECT_NEAR(outcome(s["none"], "food=mild", "seen=true"), 0.4, 0.007);
  EXPECT_NEAR(outcome(s["all"], "food=severe", "seen=false"), 0.2, 0.007);
  EXPECT_NEAR(outcome(s["all"], "food=mild", "seen=false"), 0.3, 0.007);
  EXPECT_NEAR(outcome(s["all"], "food=secure", "seen=false"), 0.5, 0.007);
  for (const char* label : {"severe", "mild", "secure"}) {
    const std::string share = "food == \"" + std::string(label) + "\"";
    EXPECT_EQ(outcome(s["seen"], share), outcome(s["seen"], "food=" + std::string(label)));
    // Those who were in the programme in the data are as they were when everyone is.
    EXPECT_EQ(outcome(s["all"], share, "seen=true"), outcome(s["seen"], share, "seen=true"));
  }
  expect_same_for_all_layouts(village + "[scenarios.none]\n[scenarios.all]\nprogrammes = [\"farm\"]\n");
}

TEST_F(Policies, TransitionMistakes) {
  const std::string good = village + "[scenarios.all]\nprogrammes = [\"farm\"]\n";
  expect_refused(with(good, ", [0, 0, 1]]", "]"), "2 rows for 3 classes");
  expect_refused(with(good, "[0, 0.25, 0.75]", "[0, 0.25, 0.7]"), "row 2 ('mild') sums to 0.95");
  expect_refused(with(good, ", ordered = true", ""), "declared `ordered`");
  expect_refused(with(good, "base = [0.4, 0.4, 0.2]\n", ""), "the class without it is not in the data");
  expect_refused(with(good, "base = [0.4, 0.4, 0.2]", "base = [0.4, 0.4, 0.3]"), "do not sum to 1");
  expect_refused(with(good, "base = [0.4, 0.4, 0.2]", "base = [0, 0, 1]"), "leave no probability for the class seen");
  expect_refused(with(good, "base =", "size = 1\nbase ="), "is for effects of kind \"relative\"");
  expect_refused(with(good, "matrix = [[0.5, 0.5, 0], [0, 0.25, 0.75], [0, 0, 1]]\n", ""), "matrix is missing");
}

}  // namespace
}  // namespace puente::test
