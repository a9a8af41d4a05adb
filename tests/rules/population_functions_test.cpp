// Functions of the whole population: what is asked of the earlier pass, and how its answer is used.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/rules/village.hpp"

namespace puente::rules {
namespace {

struct County : Village {
  County() {
    add_household(1, 2);
    add_household(2, 1);
    add_household(3, 1);
    add(Entity::household, info("income", ColumnType::f64), {10, 20, missing});
    add(Entity::household, info("district", ColumnType::i8, "", {"east", "west"}), {0, 1, missing});
    add(Entity::household, info("rural", ColumnType::boolean), {1, 0, 1});
    add(Entity::person, info("age", ColumnType::f64), {40, 5, 66, 30});
    scope.parameters = {{"p", Unit::one()}};
    parameter_values = {0.4};
  }
};

struct Compiled {
  Program program;
  Output output;
};

Compiled compile(const Village& village, const std::string& expression, const Wanted& wanted = {}) {
  Diagnostics diagnostics;
  Compiler compiler(village.scope, diagnostics);
  const Output output = compiler.add(Text::standalone("rule", expression), wanted);
  EXPECT_EQ(diagnostics.text(), "");
  return {compiler.finish(), output};
}

std::vector<double> values_with(County& county, const std::string& expression, std::vector<GlobalValue> globals) {
  county.globals = std::move(globals);
  return evaluate(county, expression).values;
}

void expect_equal(const std::vector<double>& values, const std::vector<double>& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_TRUE(values[i] == expected[i] || (std::isnan(values[i]) && std::isnan(expected[i]))) << i << ": " << values[i];
}

TEST(Quantile, AsksForItsArgumentAndShare) {
  County county;
  const Compiled c = compile(county, "income < 2*quantile(age + income, p/2)");
  ASSERT_EQ(c.program.globals().size(), 1U);
  const Global& g = c.program.globals().front();
  EXPECT_EQ(g.kind, Global::Kind::quantile);
  EXPECT_EQ(g.entity, Entity::person);
  EXPECT_EQ(g.text, "quantile(age + income, p/2)");
  EXPECT_FALSE(g.reference_world || g.weigh_households);
  expect_equal(run(county, *g.argument, g.x), {50, 15, 86, missing});
  expect_equal(run(county, *g.argument, g.where), {1, 1, 1, 1});
  expect_equal(run(county, *g.argument, g.by), {0, 0, 0, 0});
  expect_equal(run(county, *g.argument, g.p), {0.2, 0.2, 0.2, 0.2});
  EXPECT_TRUE(g.p_alone->inputs().empty());
  Workspace workspace;
  g.p_alone->run({1, 0, nullptr, nullptr, nullptr, nullptr}, {{}, county.parameter_values, {}, 0, 0}, workspace);
  EXPECT_EQ(g.p_alone->result({0}, workspace)[0], 0.2);
  expect_equal(values_with(county, "income < quantile(income, 0.4)", {{{}, {15}}}), {1, 0, missing});
  expect_equal(values_with(county, "quantile(income, 0.4)", {{{}, {missing}}}), {missing, missing, missing});
}

TEST(Rank, ComparedWithANumberIsACutOff) {
  County county;
  struct { const char* rule; bool inclusive; std::vector<double> expected; } const table[] = {
      {"rank(income) < 0.4", false, {1, 0, missing}},
      {"rank(income) <= p", true, {1, 0, missing}},
      {"rank(income) > 0.4", true, {0, 1, missing}},
      {"rank(income) >= 0.4", false, {0, 1, missing}},
      {"0.4 > rank(income)", false, {1, 0, missing}},
      {"p >= rank(income)", true, {1, 0, missing}},
      {"0.4 < rank(income)", true, {0, 1, missing}},
      {"0.4 <= rank(income)", false, {0, 1, missing}}};
  for (const auto& [rule, inclusive, expected] : table) {
    const Compiled c = compile(county, rule);
    ASSERT_EQ(c.program.globals().size(), 1U) << rule;
    EXPECT_EQ(c.program.globals().front().kind, Global::Kind::rank_cut) << rule;
    EXPECT_EQ(c.program.globals().front().inclusive, inclusive) << rule;
    EXPECT_EQ(c.program.globals().front().entity, Entity::household) << rule;
    expect_equal(values_with(county, rule, {{{}, {10}}}), expected);
  }
  // Nobody is below the cut: everybody known is above it.
  expect_equal(values_with(county, "rank(income) < 0", {{{}, {missing}}}), {0, 0, missing});
  expect_equal(values_with(county, "rank(income) >= 0", {{{}, {missing}}}), {1, 1, missing});
}

TEST(Rank, OtherwiseIsLookedUp) {
  County county;
  for (const char* rule : {"rank(income)*2", "rank(income) == 0.5", "rank(income) < income"}) {
    const Compiled c = compile(county, rule);
    ASSERT_EQ(c.program.globals().size(), 1U) << rule;
    EXPECT_EQ(c.program.globals().front().kind, Global::Kind::rank) << rule;
  }
  expect_equal(values_with(county, "rank(income)", {{{10, 20}, {0.25, 0.75}}}), {0.25, 0.75, missing});
  // Values from another world stand between their neighbours.
  expect_equal(values_with(county, "rank(income + 5)", {{{10, 20}, {0.25, 0.75}}}), {0.5, 1, missing});
  expect_equal(values_with(county, "rank(income - 5)", {{{10, 20}, {0.25, 0.75}}}), {0, 0.5, missing});
}

TEST(Rank, ChainsTakeTwoCuts) {
  County county;
  const Compiled c = compile(county, "0.2 <= rank(income) < 0.4");
  ASSERT_EQ(c.program.globals().size(), 2U);
  EXPECT_EQ(c.program.globals()[0].kind, Global::Kind::rank_cut);
  EXPECT_EQ(c.program.globals()[1].kind, Global::Kind::rank_cut);
  expect_equal(values_with(county, "0.2 <= rank(income) < 0.4", {{{}, {missing}}, {{}, {10}}}), {1, 0, missing});
}

TEST(Wrappers, SayWhereAndWhomToWeigh) {
  County county;
  const Compiled c = compile(county, "if(reference(households(rank(income))) < 0.5, households(quantile(income, 0.5)), "
                                     "reference(mean_of(income where income < quantile(income, 0.9))) + quantile(income, 0.5))");
  const auto& globals = c.program.globals();
  ASSERT_EQ(globals.size(), 4U);
  EXPECT_EQ(globals[0].kind, Global::Kind::rank_cut);
  EXPECT_TRUE(globals[0].reference_world && globals[0].weigh_households);
  EXPECT_TRUE(!globals[1].reference_world && globals[1].weigh_households);
  EXPECT_EQ(globals[2].kind, Global::Kind::mean_of);
  EXPECT_TRUE(globals[2].reference_world && !globals[2].weigh_households);
  ASSERT_EQ(globals[2].argument->globals().size(), 1U);
  EXPECT_TRUE(globals[2].argument->globals().front().reference_world);
  EXPECT_TRUE(!globals[3].reference_world && !globals[3].weigh_households);
}

TEST(Wrappers, ReachThroughVariables) {
  County county;
  county.scope.variables = {{"middle", Text::standalone("v", "quantile(income, 0.5)"), {}, {}}};
  const Compiled c = compile(county, "reference(middle) - middle");
  ASSERT_EQ(c.program.globals().size(), 2U);
  EXPECT_NE(c.program.globals()[0].reference_world, c.program.globals()[1].reference_world);
}

TEST(Means, WithWhereAndBy) {
  County county;
  const std::string rule = "mean_of(skip_missing(age) where skip_missing(income > 15), by = district)";
  const Compiled c = compile(county, rule);
  EXPECT_EQ(c.program.typed(c.output).entity, Entity::household);
  ASSERT_EQ(c.program.globals().size(), 1U);
  const Global& g = c.program.globals().front();
  EXPECT_EQ(g.kind, Global::Kind::mean_of);
  EXPECT_EQ(g.entity, Entity::person);
  EXPECT_EQ(g.by_labels, 2U);
  expect_equal(run(county, *g.argument, g.x), {40, 5, 66, 30});
  expect_equal(run(county, *g.argument, g.where), {0, 0, 1, 0});
  expect_equal(run(county, *g.argument, g.by), {0, 0, 1, missing});
  expect_equal(values_with(county, rule, {{{}, {3, 4}}}), {3, 4, missing});
  expect_equal(values_with(county, "count_of(age > 20, by = rural)", {{{}, {3, 4}}}), {4, 3, 4});
  expect_equal(values_with(county, "sum_of(age)/count_of(true)", {{{}, {12}}, {{}, {4}}}), {3, 3, 3});
}

TEST(Globals, EqualOnesAreAskedOnce) {
  County county;
  EXPECT_EQ(compile(county, "quantile(income, 0.5) + quantile(income, 0.5)*2").program.globals().size(), 1U);
  EXPECT_EQ(compile(county, "quantile(income, 0.5) + quantile(income, 0.6)*2").program.globals().size(), 2U);
}

TEST(Globals, OnlyThoseThatAnOutputNeeds) {
  County county;
  Diagnostics diagnostics;
  Compiler compiler(county.scope, diagnostics);
  const Output wrong = compiler.add(Text::standalone("rule", "quantile(income, 0.5) + nothing"), {});
  const Output right = compiler.add(Text::standalone("rule", "income"), {});
  EXPECT_EQ(wrong.index, -1);
  EXPECT_EQ(right.index, 0);
}

}  // namespace
}  // namespace puente::rules
