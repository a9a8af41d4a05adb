// Expressions as long as one likes, and as deep as is sane.
#include <gtest/gtest.h>

#include "tests/rules/village.hpp"

namespace puente::rules {
namespace {

struct Plot : Village {
  Plot() {
    add_household(1, 2);
    add(Entity::household, info("a", ColumnType::f64), {1});
    add(Entity::household, info("yes", ColumnType::boolean), {1});
    add(Entity::person, info("b", ColumnType::f64), {1, 2});
  }
};

std::string repeated(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

TEST(Deep, LongChainsSimplyWork) {
  const Plot plot;
  constexpr int n = 10'000;
  EXPECT_EQ(evaluate(plot, std::string("a") + repeated("+a", n)).values.front(), n + 1);
  EXPECT_EQ(evaluate(plot, std::string("a") + repeated("-a", n)).values.front(), 1 - n);
  EXPECT_EQ(evaluate(plot, std::string("a") + repeated("*a/a", n)).values.front(), 1);
  EXPECT_EQ(evaluate(plot, std::string("yes") + repeated(" and yes", n)).values.front(), 1);
  EXPECT_EQ(evaluate(plot, std::string("not yes") + repeated(" or yes", n)).values.front(), 1);
  EXPECT_EQ(evaluate(plot, std::string("a") + repeated(" <= a", n)).values.front(), 1);
  EXPECT_EQ(evaluate(plot, std::string("a in [2") + repeated(", 2", n) + ", 1]").values.front(), 1);
  EXPECT_EQ(evaluate(plot, std::string("min(3") + repeated(", a + 1", n) + ")").values.front(), 2);
  EXPECT_EQ(evaluate(plot, std::string("sum(b") + repeated("+b", n) + ")").values.front(), 3.0 * (n + 1));
  EXPECT_EQ(evaluate(plot, std::string("1") + repeated("+1", n)).values.front(), n + 1);
}

TEST(Deep, SaneNestingWorks) {
  const Plot plot;
  EXPECT_EQ(evaluate(plot, repeated("(", 500) + "a" + repeated(")", 500)).values.front(), 1);
  EXPECT_EQ(evaluate(plot, repeated("a+(", 300) + "a" + repeated(")", 300)).values.front(), 301);
  EXPECT_EQ(evaluate(plot, repeated("abs(", 400) + "-a" + repeated(")", 400)).values.front(), 1);
}

TEST(Deep, MoreIsAnErrorAtItsPlace) {
  const Plot plot;
  for (const std::string& opening : {std::string("("), std::string("-"), std::string("not "), std::string("abs("),
                                     std::string("a^"), std::string("a+("), std::string("a in [")}) {
    const std::string mistakes = evaluate(plot, repeated(opening, 10'000) + "a").mistakes;
    EXPECT_NE(mistakes.find("levels deep: cut it into [variables]"), std::string::npos) << opening;
    EXPECT_EQ(mistakes.find("rule:1:1:"), std::string::npos) << opening;
  }
}

TEST(Deep, LongChainsOfVariables) {
  Plot plot;
  constexpr int n = 3000;
  std::string before = "a";
  for (int i = 0; i < n; ++i) {
    const std::string name = std::string("v").append(std::to_string(i));
    plot.scope.variables.push_back({name, Text::standalone("v", before + " + 1"), {}, {}});
    before = name;
  }
  EXPECT_EQ(evaluate(plot, before).values.front(), n + 1);
}

}  // namespace
}  // namespace puente::rules
