// Random expressions over random households, with missing values and households of no member: the compiled program
// must equal the twin to the last bit, at every block size.
#include "tests/rules/twin.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace puente::rules {
namespace {

struct RandomVillage : Village {
  explicit RandomVillage(std::uint64_t random_seed, std::size_t households) : random(random_seed) {
    seed = random_seed;
    for (std::size_t h = 0; h < households; ++h)
      add_household(static_cast<std::int64_t>(random() >> 1), std::uniform_int_distribution<int>(0, 7)(random));
    std::vector<double> ids(id.begin(), id.end()), weights;
    for (std::size_t h = 0; h < households; ++h) weights.push_back(static_cast<double>(random() % 1000) / 8);
    add(Entity::household, info("id", ColumnType::i64), ids);
    add(Entity::household, info("weight", ColumnType::f64), weights);
    const auto lines_as_numbers = lines();
    add(Entity::person, info("line", ColumnType::i16), {lines_as_numbers.begin(), lines_as_numbers.end()});
    for (const Entity entity : {Entity::household, Entity::person}) {
      const std::string owner = entity == Entity::household ? "h" : "p";
      add(entity, info(owner + "_money", ColumnType::f64), some(entity, 1000, 0.37, 8));
      add(entity, info(owner + "_years", ColumnType::i8), some(entity, 90, 1, 10));
      add(entity, info(owner + "_sure", ColumnType::f32), some(entity, 5, 1, 0));
      add(entity, info(owner + "_yes", ColumnType::boolean), some(entity, 2, 1, 5));
      add(entity, info(owner + "_no", ColumnType::boolean), some(entity, 2, 1, 0));
    }
    // Every other village knows which columns are complete, and then runs the kernels that ask less.
    for (auto* columns : {&schema.household, &schema.person})
      for (ColumnInfo& column : *columns)
        column.complete = random_seed % 2 == 0 && (column.name.ends_with("_sure") || column.name.ends_with("_no"));
    scope.parameters = {{"rate", Unit::one()}, {"unset", {}}};
    parameter_values = {0.3, missing};
  }

  /// Values 0 … range - 1, some negative, times scale; one in `missing_in` is missing (0: none).
  std::vector<double> some(Entity entity, std::uint64_t range, double scale, std::uint64_t missing_in) {
    std::vector<double> values;
    for (std::size_t i = entity == Entity::household ? households() : persons(); i-- > 0;) {
      const double sign = range > 2 && random() % 9 == 0 ? -1 : 1;
      const bool none = missing_in > 0 && random() % missing_in == 0;
      values.push_back(none ? missing : sign * scale * static_cast<double>(random() % range));
    }
    return values;
  }

  std::mt19937_64 random;
};

bool same_bits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::vector<double> walk(const Village& village, const twin::Tree& tree, Entity entity) {
  const twin::Walker walker(village);
  std::vector<double> values;
  for (std::size_t h = 0; h < village.households(); ++h) {
    if (entity == Entity::household) values.push_back(walker.value(tree, {h, -1}));
    else for (std::int32_t p = village.offset[h]; p < village.offset[h + 1]; ++p) values.push_back(walker.value(tree, {h, p}));
  }
  return values;
}

void expect_same(const std::vector<double>& expected, const Answer& answer, const std::string& expression) {
  ASSERT_EQ(answer.mistakes, "") << expression;
  ASSERT_EQ(answer.values.size(), expected.size()) << expression;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(same_bits(answer.values[i], expected[i]))
        << expression << "\nrow " << i << ": " << answer.values[i] << ", the twin says " << expected[i];
    ASSERT_TRUE(answer.may_be_missing || !std::isnan(expected[i])) << expression << "\nrow " << i;
  }
}

TEST(Twin, AgreesOnRandomExpressions) {
  const std::size_t blocks[] = {1024, 7, 2, 1};
  std::size_t compared = 0, missing_values = 0;
  for (std::uint64_t trial = 0; trial < 3000; ++trial) {
    const RandomVillage village(trial, 12);
    twin::Author author(village, trial + 1);
    const Entity entity = trial % 2 == 0 ? Entity::household : Entity::person;
    const int depth = 1 + static_cast<int>(trial % 5);
    const twin::Tree tree = trial % 3 == 0 ? author.condition(entity, depth) : author.number(entity, depth);
    const std::vector<double> expected = walk(village, tree, entity);
    const Answer answer = evaluate(village, text(tree), {entity, {}, {}, ""}, blocks[trial % 4]);
    expect_same(expected, answer, text(tree));
    if (HasFatalFailure()) return;
    for (const double x : expected) missing_values += std::isnan(x) ? 1 : 0;
    compared += expected.size();
  }
  // The comparison is worth something only when both kinds of value were met.
  EXPECT_GT(missing_values, compared / 20);
  EXPECT_LT(missing_values, compared * 4 / 5);
}

/// Chunks of the evaluator are shorter than this block.
TEST(Twin, AgreesOnLongBlocks) {
  const RandomVillage village(99, 1500);
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    twin::Author author(village, 1000 + trial);
    const Entity entity = trial % 2 == 0 ? Entity::household : Entity::person;
    const twin::Tree tree = author.number(entity, 4);
    expect_same(walk(village, tree, entity), evaluate(village, text(tree), {entity, {}, {}, ""}, 1500), text(tree));
    if (HasFatalFailure()) return;
  }
}

/// Many outputs of one program share registers and subexpressions.
TEST(Twin, AgreesOnProgramsOfManyOutputs) {
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    const RandomVillage village(500 + trial, 9);
    twin::Author author(village, 700 + trial);
    Diagnostics diagnostics;
    Compiler compiler(village.scope, diagnostics);
    std::vector<twin::Tree> trees;
    std::vector<Output> outputs;
    for (int k = 0; k < 12; ++k) {
      trees.push_back(author.number(k % 2 == 0 ? Entity::household : Entity::person, 3));
      const Wanted wanted{k % 2 == 0 ? Entity::household : Entity::person, {}, {}, ""};
      outputs.push_back(compiler.add(Text::standalone("rule", text(trees.back())), wanted));
    }
    ASSERT_EQ(diagnostics.text(), "");
    const Program program = compiler.finish();
    for (std::size_t k = 0; k < trees.size(); ++k) {
      const Answer answer{program.typed(outputs[k]), run(village, program, outputs[k], 4), program.may_be_missing(outputs[k]), ""};
      expect_same(walk(village, trees[k], answer.typed.entity), answer, text(trees[k]));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Draws, DoNotDependOnBlocks) {
  const RandomVillage village(3, 2100);
  for (const char* rule : {"uniform(\"a\")", "if(uniform(\"a\") < 0.5, p_years, normal(\"b\"))", "count(chance(0.3, \"c\"))"}) {
    const std::vector<double> whole = evaluate(village, rule, {}, 2100).values;
    for (const std::size_t block : {1, 2, 7, 1024}) {
      const std::vector<double> cut = evaluate(village, rule, {}, block).values;
      ASSERT_EQ(cut.size(), whole.size());
      for (std::size_t i = 0; i < cut.size(); ++i) ASSERT_TRUE(same_bits(cut[i], whole[i])) << rule << " row " << i;
    }
  }
}

TEST(Draws, AreKeyedByHouseholdLineAndName) {
  const RandomVillage village(5, 300);
  const auto values = [&](const char* rule, Entity entity) { return evaluate(village, rule, {entity, {}, {}, ""}).values; };
  const auto of_person = values("uniform(\"a\")", Entity::person), of_household = values("uniform(\"a\")", Entity::household);
  EXPECT_NE(of_person.front(), values("uniform(\"b\")", Entity::person).front());
  const auto lines = village.lines();
  std::size_t p = 0;
  for (std::size_t h = 0; h < village.households(); ++h) {
    EXPECT_EQ(of_household[h], uniform_of_bits(draw_bits(purpose_key(5, "a"), {village.id[h], 0, 0, 0})));
    for (; p < static_cast<std::size_t>(village.offset[h + 1]); ++p)
      EXPECT_EQ(of_person[p], uniform_of_bits(draw_bits(purpose_key(5, "a"), {village.id[h], lines[p], 0, 0})));
  }
  // Inside an aggregate every member draws, whatever stands outside.
  EXPECT_EQ(values("head(uniform(\"a\"))", Entity::household)[1],
            village.offset[1] == village.offset[2] ? missing : of_person[static_cast<std::size_t>(village.offset[1])]);
  // A household variable stays the household's in an expression of persons.
  Village& scoped = const_cast<RandomVillage&>(village);
  scoped.scope.variables = {{"lot", Text::standalone("v", "uniform(\"a\")"), {}, Entity::household}};
  EXPECT_EQ(values("lot + 0*line", Entity::person)[0], of_household[village.offset[1] > 0 ? 0 : 1]);
}

}  // namespace
}  // namespace puente::rules
