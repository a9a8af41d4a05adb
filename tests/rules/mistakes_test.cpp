// Every kind of mistake is reported at its place, with what to do about it.
#include <gtest/gtest.h>

#include "tests/rules/village.hpp"

namespace puente::rules {
namespace {

struct Town : Village {
  Town() {
    add_household(1, 1);
    add(Entity::household, info("id", ColumnType::i64), {1});
    add(Entity::household, info("weight", ColumnType::f64), {1});
    add(Entity::household, info("area", ColumnType::i8, "", {"urban", "rural"}), {0});
    add(Entity::household, info("province", ColumnType::i8, "", {"Luapula", "Northern"}), {0});
    add(Entity::household, info("wealth", ColumnType::i8, "", {"low", "high"}, true), {0});
    add(Entity::household, info("income", ColumnType::f64, "ZMW@2015/month/household"), {1});
    add(Entity::household, info("old_income", ColumnType::f64, "ZMW@2010/month/household"), {1});
    add(Entity::household, info("yearly", ColumnType::f64, "ZMW@2015/year/household"), {1});
    add(Entity::household, info("land", ColumnType::f64, "ha"), {1});
    add(Entity::household, info("rural", ColumnType::boolean), {1});
    add(Entity::household, info("plain", ColumnType::f64), {1});
    add(Entity::household, info("sex", ColumnType::i8), {1});
    add(Entity::person, info("line", ColumnType::i16), {1});
    add(Entity::person, info("age", ColumnType::i8, "years"), {30});
    add(Entity::person, info("attends", ColumnType::boolean), {1});
    add(Entity::person, info("sex", ColumnType::i8, "", {"male", "female"}), {1});
    scope.parameters = {{"poverty_line", Unit::parse("ZMW@2015/month/person")}, {"share", Unit::one()}};
    parameter_values = {1, 1};
  }
};

struct Mistake {
  const char* expression;
  int column;
  const char* says;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreReportedAtTheirPlace) {
  const Town town;
  Diagnostics diagnostics;
  Compiler compiler(town.scope, diagnostics);
  const Output output = compiler.add(Text::standalone("rule", GetParam().expression), {Entity::household, {}, {}, "this"});
  EXPECT_EQ(output.index, -1) << GetParam().expression;
  ASSERT_EQ(diagnostics.all().size(), 1U) << diagnostics.text();
  const Diagnostic& d = diagnostics.all().front();
  EXPECT_EQ(d.place.line, 1);
  EXPECT_EQ(d.place.column, GetParam().column) << diagnostics.text();
  EXPECT_NE(d.message.find(GetParam().says), std::string::npos) << diagnostics.text();
  EXPECT_EQ(d.excerpt, GetParam().expression);
}

INSTANTIATE_TEST_SUITE_P(Form, Mistakes, testing::Values(
    Mistake{"", 1, "there is no expression"},
    Mistake{"1 +", 4, "the expression ends"},
    Mistake{"(1 + 2", 7, "')' is expected"},
    Mistake{"1 + 2)", 6, "closes nothing"},
    Mistake{"1 2", 3, "an operator is missing before '2'"},
    Mistake{"land = 2", 6, "write '=='"},
    Mistake{"rural && rural", 7, "write 'and'"},
    Mistake{"rural || rural", 7, "write 'or'"},
    Mistake{"!rural", 1, "write 'not'"},
    Mistake{"land ** 2", 6, "write '^'"},
    Mistake{"land \u2264 2", 6, "write '<='"},
    Mistake{"land > 40%", 10, "as in 0.4"},
    Mistake{"area == \"urban", 9, "no closing quote"},
    Mistake{"area == \u201curban\u201d", 9, "straight quotes"},
    Mistake{"`area == 2", 1, "no closing back-quote"},
    Mistake{"`` + 1", 1, "no name between"},
    Mistake{"12abc", 1, "not a number"},
    Mistake{"1.2.3", 1, "not a number"},
    Mistake{"land # 2", 6, "no meaning"},
    Mistake{"+land", 1, "a sign '+'"},
    Mistake{"area in \"urban\"", 9, "a list"},
    Mistake{"area in [\"urban\"", 17, "']'"},
    Mistake{"area not in [\"urban\"]", 6, "not (x in"},
    Mistake{"land == not rural", 9, "binds weaker"},
    Mistake{"land in [1] == true", 13, "does not chain"},
    Mistake{"[1, 2]", 1, "behind 'in'"},
    Mistake{"land where rural", 6, "inside an aggregate"},
    Mistake{"town.land", 1, "only 'household.' and 'person.'"},
    Mistake{"sum(line, by = area", 20, "')'"}));

INSTANTIATE_TEST_SUITE_P(Names, Mistakes, testing::Values(
    Mistake{"incme * 2", 1, "did you mean 'income'"},
    Mistake{"2 * xyzzyx", 5, "no column, variable or parameter 'xyzzyx'"},
    Mistake{"cuont(attends)", 1, "did you mean 'count'"},
    Mistake{"2*count", 3, "is a function"},
    Mistake{"person.land", 1, "no column of the person but a household column"},
    Mistake{"sum(line where sex == 1)", 16, "household.sex or person.sex"},
    Mistake{"area == \"rurl\"", 9, "did you mean \"rural\""},
    Mistake{"province in [\"Luapula\", \"Nothern\"]", 25, "did you mean \"Northern\""},
    Mistake{"area == \"xyzzyxxyzzy\"", 9, "it has \"urban\", \"rural\""}));

INSTANTIATE_TEST_SUITE_P(Types, Mistakes, testing::Values(
    Mistake{"if(land, 1, 2)", 4, "a condition belongs here"},
    Mistake{"land and rural", 1, "compare it, as in land > 0"},
    Mistake{"not area", 5, "area == \"urban\""},
    Mistake{"rural + 1", 1, "if(rural, 1, 0)"},
    Mistake{"area * 2", 1, "is a category"},
    Mistake{"\"urban\"", 1, "a text stands only beside a category"},
    Mistake{"\"a\" == \"b\"", 1, "a text stands only beside a category"},
    Mistake{"land == \"urban\"", 9, "is a text, but 'land' is a number"},
    Mistake{"area == 1", 9, "its labels are texts"},
    Mistake{"area == province", 6, "different labels"},
    Mistake{"area < \"rural\"", 6, "have no order"},
    Mistake{"rural < true", 7, "conditions have no order"},
    Mistake{"rural == 1", 10, "is a number, but 'rural' is a condition"},
    Mistake{"if(rural, land, area)", 17, "is a category, but 'land' is a number"},
    Mistake{"sum(attends)", 5, "count("},
    Mistake{"count(age)", 7, "a condition belongs here"},
    Mistake{"mean(line where age)", 17, "a condition belongs here"},
    Mistake{"min(land)", 1, "smallest(x)"},
    Mistake{"abs(1, 2)", 1, "takes 1 argument, not 2"},
    Mistake{"abs()", 1, "takes 1 argument, not 0"},
    Mistake{"head(age where attends)", 1, "takes no 'where'"},
    Mistake{"sum(line, by = area)", 1, "takes no 'by'"},
    Mistake{"skip_missing(land)", 1, "directly inside an aggregate"},
    Mistake{"uniform(land)", 9, "named by a text"},
    Mistake{"uniform(\"\")", 9, "not empty"},
    Mistake{"chance(land, \"x\")", 8, "without unit"},
    Mistake{"mean_of(land, by = land)", 20, "no category"},
    Mistake{"quantile(land, plain)", 16, "one number for everybody"},
    Mistake{"reference(land)", 1, "whole population"},
    Mistake{"households(land + 1)", 1, "whole population"}));

INSTANTIATE_TEST_SUITE_P(Entities, Mistakes, testing::Values(
    Mistake{"age", 1, "sum(age) or mean(age)"},
    Mistake{"land * 2 > 1 and attends", 18, "any(attends) or count(attends)"},
    Mistake{"person.sex == \"male\"", 1, "head(person.sex)"},
    Mistake{"rank(age) > 0.5 or rural", 6, "belongs to its persons"}));

INSTANTIATE_TEST_SUITE_P(Units, Mistakes, testing::Values(
    Mistake{"income + land", 8, "units differ"},
    Mistake{"income < poverty_line", 8, "'poverty_line' is in ZMW@2015/month/person"},
    Mistake{"income + old_income", 8, "units differ"},
    Mistake{"income + yearly", 8, "to(…, \"ZMW@2015/month/household\")"},
    Mistake{"min(income, land)", 1, "units differ"},
    Mistake{"if(rural, income, land)", 1, "units differ"},
    Mistake{"income in [land]", 8, "units differ"},
    Mistake{"exp(income)", 5, "without unit"},
    Mistake{"log(land)", 5, "without unit"},
    Mistake{"sqrt(land)", 1, "no square root"},
    Mistake{"land ^ plain", 6, "whole number"},
    Mistake{"2 ^ land", 5, "without unit"},
    Mistake{"share + land", 7, "units differ"},
    Mistake{"to(income, \"ZMW//year\")", 12, "a name is missing"},
    Mistake{"to(income, \"ha\")", 12, "only the period"},
    Mistake{"to(plain, \"ha\")", 4, "has no unit"},
    Mistake{"to(income, land)", 12, "written as a text"}));

TEST(ManyMistakes, AllOfAnExpressionInOneGo) {
  const Town town;
  const Answer answer = evaluate(town, "incme * (rural + 1) >\n  lnd and area == \"rurl\" or exp(land) > cuont(attends)");
  EXPECT_EQ(answer.mistakes,
            "rule:1:1: error: there is no column, variable or parameter 'incme'; did you mean 'income'?\n"
            "  incme * (rural + 1) >\n  ^\n"
            "rule:1:10: error: a number belongs here, but 'rural' is a condition: if(rural, 1, 0) makes one of it\n"
            "  incme * (rural + 1) >\n           ^\n"
            "rule:2:3: error: there is no column, variable or parameter 'lnd'; did you mean 'land'?\n"
            "    lnd and area == \"rurl\" or exp(land) > cuont(attends)\n    ^\n"
            "rule:2:19: error: 'area' has no label \"rurl\"; did you mean \"rural\"?\n"
            "    lnd and area == \"rurl\" or exp(land) > cuont(attends)\n                    ^\n"
            "rule:2:33: error: a number without unit belongs here, but 'land' is in ha\n"
            "    lnd and area == \"rurl\" or exp(land) > cuont(attends)\n                                  ^\n"
            "rule:2:41: error: there is no function 'cuont'; did you mean 'count'?\n"
            "    lnd and area == \"rurl\" or exp(land) > cuont(attends)\n                                          ^\n");
}

TEST(ManyMistakes, StandWhereTheyStandInTheFile) {
  auto file = std::make_shared<SourceFile>(SourceFile{"s.toml", "title = 'x'\r\neligible = 'lnd > 2'\r\n"});
  const Text text{"lnd > 2", file, file->content.find("lnd")};
  const Town town;
  Diagnostics diagnostics;
  Compiler(town.scope, diagnostics).add(text, {});
  EXPECT_EQ(diagnostics.text(), "s.toml:2:13: error: there is no column, variable or parameter 'lnd'; did you mean 'land'?\n"
                                "  eligible = 'lnd > 2'\n              ^\n");
}

TEST(Wanted, TypeAndUnit) {
  const Town town;
  const auto mistakes = [&](const char* expression, const Wanted& wanted) { return evaluate(town, expression, wanted).mistakes; };
  EXPECT_NE(mistakes("land", {{}, Type::boolean, {}, "eligible"}).find("a condition belongs here"), std::string::npos);
  EXPECT_NE(mistakes("rural", {{}, Type::number, {}, "amount"}).find("a number belongs here"), std::string::npos);
  EXPECT_NE(mistakes("land", {{}, Type::category, {}, "group"}).find("group is a category"), std::string::npos);
  EXPECT_NE(mistakes("land", {{}, {}, Unit::parse("ZMW/month"), "amount"}).find("amount is in ZMW/month, but 'land' is in ha"),
            std::string::npos);
  EXPECT_NE(mistakes("yearly", {{}, {}, Unit::parse("ZMW/month"), "amount"}).find("converts it"), std::string::npos);
  EXPECT_EQ(mistakes("20", {{}, {}, Unit::parse("ZMW/month"), "amount"}), "");
  EXPECT_EQ(mistakes("plain", {{}, {}, Unit::parse("ZMW/month"), "amount"}), "");
  EXPECT_EQ(evaluate(town, "20", {{}, {}, Unit::parse("ZMW/month"), ""}).typed.unit.text(), "ZMW/month");
}

TEST(Units, FollowTheAlgebra) {
  const Town town;
  const auto unit = [&](const char* expression) {
    const Answer answer = evaluate(town, expression);
    return answer.mistakes.empty() ? answer.typed.unit.text() : answer.mistakes;
  };
  EXPECT_EQ(unit("income*2 + 5"), "ZMW@2015/month/household");
  EXPECT_EQ(unit("income/land"), "ZMW@2015/ha/month/household");
  EXPECT_EQ(unit("income/income"), "1");
  EXPECT_EQ(unit("1/land"), "1/ha");
  EXPECT_EQ(unit("land^2"), "ha^2");
  EXPECT_EQ(unit("(land*land)^0.5"), "ha");
  EXPECT_EQ(unit("sqrt(land^2)"), "ha");
  EXPECT_EQ(unit("income/size"), "ZMW@2015/month");
  EXPECT_EQ(unit("income*share"), "ZMW@2015/month/household");
  EXPECT_EQ(unit("max(income/size, poverty_line)"), "ZMW@2015/month/person");
  EXPECT_EQ(unit("sum(if(attends, poverty_line, 0))"), "ZMW@2015/month/household");
  EXPECT_EQ(unit("income + to(yearly, \"ZMW/month\")"), "ZMW@2015/month/household");
  EXPECT_EQ(unit("to(12, \"ha\") + land"), "ha");
  EXPECT_EQ(unit("count(attends)"), "1");
  EXPECT_EQ(unit("mean(age)"), "years");
  EXPECT_EQ(unit("log(income/100/income)"), "1");
  EXPECT_EQ(unit("plain + land"), "ha");
  EXPECT_EQ(unit("plain*land"), "");
  EXPECT_EQ(unit("quantile(income, 0.4)"), "ZMW@2015/month/household");
  EXPECT_EQ(unit("sum_of(poverty_line)"), "ZMW@2015/month");
  EXPECT_EQ(unit("rank(income)"), "1");
}

TEST(Units, ToConvertsThePeriod) {
  Town town;
  town.household[5] = {30};
  EXPECT_EQ(evaluate(town, "to(income, \"ZMW/year\")").values.front(), 360);
  EXPECT_EQ(evaluate(town, "to(yearly, \"ZMW/month\")*12").values.front(), 1);
}

TEST(Scope, NamesCyclesInOrder) {
  Town town;
  town.scope.variables = {{"a", Text::standalone("a", "1 + b"), {}, {}},
                          {"b", Text::standalone("b", "2*c"), {}, {}},
                          {"c", Text::standalone("c", "land + a"), {}, {}},
                          {"itself", Text::standalone("d", "itself"), {}, {}},
                          {"user", Text::standalone("e", "a + 1"), {}, {}}};
  Diagnostics diagnostics;
  check_scope(town.scope, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 2U) << diagnostics.text();
  EXPECT_NE(diagnostics.text().find("c:1:8: error: these variables need each other in a circle: a -> b -> c -> a"),
            std::string::npos) << diagnostics.text();
  EXPECT_NE(diagnostics.text().find("itself -> itself"), std::string::npos);
  EXPECT_NE(evaluate(town, "user*2").mistakes.find("a -> b -> c -> a"), std::string::npos);
}

TEST(Scope, TwoThingsOfOneNameAreAnError) {
  Town town;
  town.scope.variables = {{"land", Text::standalone("v", "1"), {}, {}}, {"x", Text::standalone("w", "1"), {}, {}}};
  town.scope.parameters.push_back({"x", Unit::one()});
  Diagnostics diagnostics;
  check_scope(town.scope, diagnostics);
  EXPECT_NE(diagnostics.text().find("'land' is the name of a household column and a variable: rename"), std::string::npos);
  EXPECT_NE(diagnostics.text().find("'x' is the name of a variable and a parameter: rename"), std::string::npos);
  EXPECT_EQ(diagnostics.all().size(), 2U) << diagnostics.text();
}

TEST(Scope, ChecksVariablesAgainstWhatTheyDeclare) {
  Town town;
  town.scope.variables = {{"a", Text::standalone("a", "age"), {}, Entity::household},
                          {"b", Text::standalone("b", "land"), Unit::parse("ZMW/month"), {}},
                          {"c", Text::standalone("c", "3 +"), {}, {}},
                          {"d", Text::standalone("d", "c + a + nothing_here"), {}, {}}};
  Diagnostics diagnostics;
  check_scope(town.scope, diagnostics);
  EXPECT_EQ(diagnostics.all().size(), 4U) << diagnostics.text();
  EXPECT_NE(diagnostics.text().find("variable 'a' is of the household"), std::string::npos);
  EXPECT_NE(diagnostics.text().find("variable 'b' is in ZMW/month, but 'land' is in ha"), std::string::npos);
}

TEST(Scope, NotesAColumnWithoutUnitOnce) {
  Town town;
  town.scope.variables = {{"a", Text::standalone("a", "plain + land"), {}, {}},
                          {"b", Text::standalone("b", "land - plain"), {}, {}},
                          {"c", Text::standalone("c", "yearly > plain"), {}, {}}};
  Diagnostics diagnostics;
  check_scope(town.scope, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 1U) << diagnostics.text();
  EXPECT_EQ(diagnostics.all().front().severity, Diagnostic::Severity::note);
  EXPECT_EQ(evaluate(town, "a").mistakes, "");
}

}  // namespace
}  // namespace puente::rules
