// What the language means: binding, three-valued logic, missing values and every function, against values worked out
// by hand.
#include <gtest/gtest.h>

#include <sstream>

#include <iomanip>

#include <bit>

#include <cmath>

#include "tests/rules/village.hpp"

namespace puente::rules {
namespace {

/// Three households of three, one and no persons.
struct Hamlet : Village {
  Hamlet() {
    add_household(11, 3);
    add_household(12, 1);
    add_household(13, 0);
    add(Entity::household, info("id", ColumnType::i64), {11, 12, 13});
    add(Entity::household, info("weight", ColumnType::f64), {2, 3, 4});
    add(Entity::household, info("area", ColumnType::i8, "", {"urban", "rural"}), {0, 1, missing});
    add(Entity::household, info("class", ColumnType::i8, "", {"low", "mid", "high"}, true), {0, 1, 2});
    add(Entity::household, info("income", ColumnType::f64), {100, -40, missing});
    add(Entity::household, info("land", ColumnType::f32, "ha"), {0.5, 4, 9});
    add(Entity::household, info("rural", ColumnType::boolean), {1, 0, missing});
    add(Entity::person, info("line", ColumnType::i16), {1, 2, 3, 1});
    add(Entity::person, info("age", ColumnType::i8), {41, 7, missing, 66});
    add(Entity::person, info("sex", ColumnType::i8, "", {"male", "female"}), {1, 0, 1, 0});
    add(Entity::person, info("attends", ColumnType::boolean), {0, 1, 1, missing});
    scope.parameters = {{"rate", Unit::one()}};
    parameter_values = {0.25};
  }
};

void expect_values(const Village& village, const std::string& expression, const std::vector<double>& expected) {
  const Answer answer = evaluate(village, expression);
  ASSERT_EQ(answer.mistakes, "") << expression;
  ASSERT_EQ(answer.values.size(), expected.size()) << expression;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) EXPECT_TRUE(std::isnan(answer.values[i])) << expression << " row " << i;
    else EXPECT_EQ(answer.values[i], expected[i]) << expression << " row " << i;
    EXPECT_TRUE(answer.may_be_missing || !std::isnan(answer.values[i])) << expression << " row " << i;
  }
}

/// The same value on every household.
void expect_constant(const std::string& expression, double expected) {
  expect_values(Hamlet(), expression, {expected, expected, expected});
}

TEST(Binding, TighterOperatorsFirst) {
  expect_constant("-2^2", -4);
  expect_constant("2^-1", 0.5);
  expect_constant("2^3^2", 512);
  expect_constant("-2^-2", -0.25);
  expect_constant("2 + 3*4", 14);
  expect_constant("2*3^2", 18);
  expect_constant("12/2/3", 2);
  expect_constant("10 - 4 - 3", 3);
  expect_constant("8/2*4", 16);
  expect_constant("- -3", 3);
  expect_constant("2 - -3", 5);
  expect_constant("(2 + 3)*4", 20);
  expect_constant("1 + 1 == 2", 1);
  expect_constant("not 1 == 2", 1);
  expect_constant("not not true", 1);
  expect_constant("not true or true", 1);
  expect_constant("not (true or true)", 0);
  expect_constant("true or false and false", 1);
  expect_constant("(true or false) and false", 0);
  expect_constant("false and not 3 in [1 + 2] or true", 1);
  expect_constant("1 + 2 in [3, 4]", 1);
}

TEST(Binding, ComparisonsChain) {
  expect_constant("1 < 2 < 3", 1);
  expect_constant("1 < 3 < 2", 0);
  expect_constant("3 > 2 >= 2 == 2 != 3", 1);
  expect_constant("1 < 2 <= 2 < 2", 0);
  expect_values(Hamlet(), "7 <= age <= 41", {1, 1, missing, 0});
}

TEST(Numbers, AreWrittenInManyWays) {
  expect_constant("1_000", 1000);
  expect_constant(".5", 0.5);
  expect_constant("2e-3", 0.002);
  expect_constant("1E+2", 100);
  expect_constant("0.1", 0.1);
}

const char* const truths[3] = {"false", "true", "(0/0 > 1)"};
const double truth_values[3] = {0, 1, missing};

TEST(Kleene, AndOrNotTables) {
  const double conjunction[3][3] = {{0, 0, 0}, {0, 1, missing}, {0, missing, missing}};
  const double disjunction[3][3] = {{0, 1, missing}, {1, 1, 1}, {missing, 1, missing}};
  for (int a = 0; a < 3; ++a) {
    expect_constant(std::string("not ") + truths[a], std::isnan(truth_values[a]) ? missing : 1 - truth_values[a]);
    for (int b = 0; b < 3; ++b) {
      expect_constant(std::string(truths[a]) + " and " + truths[b], conjunction[a][b]);
      expect_constant(std::string(truths[a]) + " or " + truths[b], disjunction[a][b]);
    }
  }
}

TEST(Missing, ArithmeticAndComparisonsKeepIt) {
  const Hamlet hamlet;
  for (const char* op : {"+", "-", "*", "/", "^"})
    expect_values(hamlet, std::string("is_missing(income ") + op + " 2)", {0, 0, 1});
  for (const char* op : {"<", "<=", ">", ">=", "==", "!="}) {
    expect_values(hamlet, std::string("is_missing(income ") + op + " 2)", {0, 0, 1});
    expect_values(hamlet, std::string("is_missing(2 ") + op + " income)", {0, 0, 1});
  }
  expect_values(hamlet, "income in [100, 3]", {1, 0, missing});
  expect_values(hamlet, "3 in [income, 3]", {1, 1, 1});
  expect_values(hamlet, "4 in [income, 3]", {0, 0, missing});
  expect_values(hamlet, "min(income, 0)", {0, -40, missing});
  expect_values(hamlet, "max(0, income)", {100, 0, missing});
  expect_values(hamlet, "if(rural, 1, 2)", {1, 2, missing});
  expect_values(hamlet, "if(true, land, income)", {0.5, 4, 9});
  expect_values(hamlet, "coalesce(income, 5)", {100, -40, 5});
  expect_values(hamlet, "coalesce(income, income, land*0 + 7)", {100, -40, 7});
  expect_values(hamlet, "is_missing(area)", {0, 0, 1});
  expect_values(hamlet, "coalesce(rural, false)", {1, 0, 0});
}

TEST(Functions, RowByRow) {
  const Hamlet hamlet;
  expect_values(hamlet, "clamp(income, -10, 50)", {50, -10, missing});
  expect_values(hamlet, "abs(income)", {100, 40, missing});
  expect_values(hamlet, "sqrt(abs(income))", {10, std::sqrt(40.0), missing});
  expect_constant("sqrt(-1)", missing);
  expect_constant("sqrt(49)", 7);
  expect_constant("exp(0)", 1);
  expect_constant("log(1)", 0);
  expect_constant("log(-1)", missing);
  expect_constant("floor(-1.5)", -2);
  expect_constant("ceil(-1.5)", -1);
  expect_constant("0/0", missing);
  expect_constant("min(4, 2, 3)", 2);
  expect_constant("max(4, 2, 9, 3)", 9);
  expect_constant("rate*4", 1);
  expect_values(hamlet, "exp(income*0)", {1, 1, missing});
  expect_values(hamlet, "land^2", {0.25, 16, 81});
}

TEST(Functions, RoundTakesHalvesAwayFromZero) {
  expect_constant("round(2.5)", 3);
  expect_constant("round(-2.5)", -3);
  expect_constant("round(0.49999999999999994)", 0);
  expect_constant("round(4503599627370497)", 4503599627370497);
  expect_constant("round(-0.4)", 0);
  expect_constant("round(1.4999)", 1);
}

TEST(Categories, MeetTheirLabels) {
  const Hamlet hamlet;
  expect_values(hamlet, "area == \"rural\"", {0, 1, missing});
  expect_values(hamlet, "\"rural\" != area", {1, 0, missing});
  expect_values(hamlet, "area in [\"rural\", 'urban']", {1, 1, missing});
  expect_values(hamlet, "class >= \"mid\"", {0, 1, 1});
  expect_values(hamlet, "\"low\" < class < \"high\"", {0, 1, 0});
  expect_values(hamlet, "if(rural, class, \"high\") == \"high\"", {0, 1, missing});
  expect_values(hamlet, "coalesce(area, \"urban\")", {0, 1, 0});
  expect_values(hamlet, "rural == true", {1, 0, missing});
  Hamlet schooled;
  schooled.add(Entity::person, info("grade", ColumnType::i8, "", {"none", "some", "all"}, true), {0, 2, 1, 1});
  expect_values(schooled, "largest(grade) > \"some\"", {1, 0, missing});
  EXPECT_EQ(evaluate(hamlet, "coalesce(area, \"urban\")").typed.labels, (std::vector<std::string>{"urban", "rural"}));
}

TEST(Members, AggregatesByHand) {
  const Hamlet hamlet;
  expect_values(hamlet, "size", {3, 1, 0});
  expect_values(hamlet, "count(attends)", {2, missing, 0});
  expect_values(hamlet, "count(true)", {3, 1, 0});
  expect_values(hamlet, "count(sex == \"female\")", {2, 0, 0});
  expect_values(hamlet, "sum(age)", {missing, 66, 0});
  expect_values(hamlet, "sum(skip_missing(age))", {48, 66, 0});
  expect_values(hamlet, "sum(age where line < 3)", {48, 66, 0});
  expect_values(hamlet, "sum(line where attends)", {5, missing, 0});
  expect_values(hamlet, "sum(line where skip_missing(attends))", {5, 0, 0});
  expect_values(hamlet, "mean(line)", {2, 1, missing});
  expect_values(hamlet, "mean(skip_missing(age))", {24, 66, missing});
  expect_values(hamlet, "mean(line where line > 1)", {2.5, missing, missing});
  expect_values(hamlet, "mean(sex == \"male\")", {1.0 / 3, 1, missing});
  expect_values(hamlet, "largest(skip_missing(age))", {41, 66, missing});
  expect_values(hamlet, "smallest(line where line > 1)", {2, missing, missing});
  expect_values(hamlet, "largest(age where line < 3)", {41, 66, missing});
  expect_values(hamlet, "smallest(age)", {missing, 66, missing});
  expect_values(hamlet, "any(line == 2)", {1, 0, 0});
  expect_values(hamlet, "any(age > 40)", {missing, 1, 0});
  expect_values(hamlet, "any(skip_missing(age > 40))", {1, 1, 0});
  expect_values(hamlet, "all(line < 3)", {0, 1, 1});
  expect_values(hamlet, "all(age > 6 where line < 3)", {1, 1, 1});
  expect_values(hamlet, "all(skip_missing(age > 6))", {1, 1, 1});
  expect_values(hamlet, "head(age)", {41, 66, missing});
  expect_values(hamlet, "head(sex) == \"female\"", {1, 0, missing});
}

TEST(Members, HouseholdsAndPersonsMix) {
  const Hamlet hamlet;
  expect_values(hamlet, "age - mean(skip_missing(age))", {17, -17, missing, 0});
  expect_values(hamlet, "line*land", {0.5, 1, 1.5, 4});
  expect_values(hamlet, "count(line > 1 and rural)", {2, 0, 0});
  expect_values(hamlet, "sum(land where line < size)", {1, 0, 0});
  EXPECT_EQ(evaluate(hamlet, "land", {Entity::person, {}, {}, ""}).values, (std::vector<double>{0.5, 0.5, 0.5, 4}));
  EXPECT_EQ(evaluate(hamlet, "3", {Entity::person, {}, {}, ""}).values, (std::vector<double>{3, 3, 3, 3}));
}

TEST(Members, SizeIsTheColumnWhereThereIsOne) {
  Hamlet hamlet;
  hamlet.add(Entity::household, info("size", ColumnType::i8), {5, 6, 7});
  expect_values(hamlet, "size", {5, 6, 7});
}

TEST(Names, AnyAlphabetAndBackQuotes) {
  Hamlet hamlet;
  hamlet.add(Entity::household, info("größe", ColumnType::f64), {1, 2, 3});
  hamlet.add(Entity::household, info("приход 2015", ColumnType::f64), {4, 5, 6});
  hamlet.add(Entity::household, info("and", ColumnType::f64), {7, 8, 9});
  hamlet.add(Entity::household, info("count", ColumnType::f64), {1, 1, 2});
  hamlet.add(Entity::person, info("weight", ColumnType::f64), {1, 2, 3, 4});
  expect_values(hamlet, "größe + `приход 2015`*`and`", {29, 42, 57});
  expect_values(hamlet, "count + count(true)", {4, 2, 2});
  expect_values(hamlet, "household.weight", {2, 3, 4});
  expect_values(hamlet, "person.`weight` + household.weight", {3, 4, 5, 7});
}

TEST(Variables, AreComputedWhereNeeded) {
  Hamlet hamlet;
  hamlet.scope.variables = {{"twice", Text::standalone("v", "once*2"), {}, {}},
                            {"once", Text::standalone("v", "land + 1"), {}, {}},
                            {"of_person", Text::standalone("v", "once"), {}, Entity::person}};
  expect_values(hamlet, "twice + once", {4.5, 15, 30});
  expect_values(hamlet, "of_person", {1.5, 1.5, 1.5, 5});
  expect_values(hamlet, "sum(of_person)", {4.5, 5, 0});
}

TEST(Program, RunsOverNoRows) {
  Hamlet hamlet;
  Diagnostics diagnostics;
  Compiler compiler(hamlet.scope, diagnostics);
  const Output total = compiler.add(Text::standalone("rule", "sum(age) + rate"), {});
  const Output draw = compiler.add(Text::standalone("rule", "if(uniform(\"x\") < 0.5, age, 0)"), {});
  const Program program = compiler.finish();
  const std::vector<const double*> inputs(program.inputs().size(), nullptr);
  Workspace workspace;
  program.run({}, {inputs, hamlet.parameter_values, {}, 0, 0}, workspace);
  EXPECT_EQ(program.typed(total).entity, Entity::household);
  EXPECT_EQ(program.typed(draw).entity, Entity::person);
}

TEST(Program, SharesWhatIsEqual) {
  const Hamlet hamlet;
  Diagnostics diagnostics;
  Compiler compiler(hamlet.scope, diagnostics);
  const Output a = compiler.add(Text::standalone("rule", "land*2 + income"), {});
  const Output b = compiler.add(Text::standalone("rule", "(land * 2) + income"), {});
  const Program program = compiler.finish();
  EXPECT_EQ(program.inputs().size(), 2U);
  std::vector<double> ignored;
  Workspace workspace;
  run_block(hamlet, program, a, 0, 3, workspace, ignored);
  EXPECT_EQ(program.result(a, workspace), program.result(b, workspace));
}

TEST(Program, KnowsWhatCannotBeMissing) {
  const Hamlet hamlet;
  for (const char* sure : {"weight > 3", "size + 1", "uniform(\"u\") < 0.3", "count(line > 1)", "is_missing(income)",
                           "coalesce(income, 0)", "if(size > 2, 1, 0)", "min(size, 3)*20 + 5"})
    EXPECT_FALSE(evaluate(hamlet, sure).may_be_missing) << sure;
  for (const char* unsure : {"income", "weight/weight", "weight*weight - weight*weight", "mean(line)", "rate",
                             "largest(line)", "log(size)", "count(age > 3)"})
    EXPECT_TRUE(evaluate(hamlet, unsure).may_be_missing) << unsure;
}

/// A power of two may be multiplied by its reciprocal instead: no digit changes.
TEST(Division, IsTheProcessorsForEveryDivisor) {
  Village village;
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back((i % 3 == 0 ? -1 : 1) * (0.1 + i / 7.0));
  values.push_back(0x1p-1074);
  values.push_back(0x1.fffffffffffffp1023);
  for (std::size_t h = 0; h < values.size(); ++h) village.add_household(static_cast<std::int64_t>(h), 0);
  village.add(Entity::household, info("x", ColumnType::f64), values);
  for (const double divisor : {4.0, 0.5, 3.0, 0.1, 0x1p-1000, 0x1p1000, 0x1p-1074, 1e308}) {
    std::ostringstream text;
    text << std::setprecision(17) << "x / " << divisor;
    const Answer answer = evaluate(village, text.str());
    ASSERT_EQ(answer.mistakes, "") << text.str();
    for (std::size_t h = 0; h < values.size(); ++h)
      EXPECT_EQ(std::bit_cast<std::uint64_t>(answer.values[h]), std::bit_cast<std::uint64_t>(values[h] / divisor)) << text.str() << ", " << values[h];
  }
}

}  // namespace
}  // namespace puente::rules
