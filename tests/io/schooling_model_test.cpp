// A schooling model's file: what is written reads back to the last bit, and every mistake is told at its line.
#include <gtest/gtest.h>

#include <cmath>

#include "io/toml/schooling_model_reader.hpp"
#include "io/toml/schooling_model_writer.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

/// Numbers that need all their digits.
double odd(int i) { return std::sqrt(2.0 + i) * std::pow(10.0, i % 7 - 9) * (i % 2 == 0 ? 1 : -1); }

SchoolingModel some_model() {
  SchoolingModel model;
  model.title = "A \"quoted\" title\\n";
  model.source = "a survey";
  model.status = "estimated";
  model.alternatives = {"out of school", "school and work", "school only"};
  model.income_unit = Unit::parse("CLP@1990-11/month/household");
  model.working_when_out = 0.1 + 0.2;
  model.household_taste = 1.0 / 3;
  const auto covariate = [](const std::string& name, const std::string& value, int i) {
    return Covariate{name, rules::Text::standalone(name, value), {odd(i), odd(i + 1)}, {std::abs(odd(i + 2)), std::abs(odd(i + 3))}};
  };
  model.covariates = {covariate("constant", "1", 1), covariate("region=O'Higgins", "region == \"O'Higgins\"", 5), covariate("big", "1e300", 9)};
  model.income = {odd(20), odd(21)};
  model.income_se = {1e-17, 5e-324};
  model.wage = {odd(22), odd(23)};
  model.wage_se = {odd(24), odd(25)};
  model.earnings = EarningsEquation{{{"constant", rules::Text::standalone("c", "1"), {odd(30)}, {odd(31)}}}, odd(32), odd(33), std::abs(odd(34))};
  model.structure = {1, 0.75, odd(40), {odd(41), odd(42), odd(43)}};
  model.alpha_se = {0, std::abs(odd(44)), std::abs(odd(45))};
  model.covariance = SchoolingCovariance{{"a", "b"}, {{odd(50), odd(51)}, {odd(51), odd(52)}}};
  model.income_times = SchoolingRange{1, 0.5, 2};
  return model;
}

TEST(SchoolingModelFile, ReadsBackToTheLastBit) {
  Folder folder;
  const SchoolingModel model = some_model();
  const std::string text = io::schooling_model_text(model, "", {{"population", std::string("x")}, {"children", 12.0}});
  const SchoolingModel back = io::read_schooling_model(folder.write("m.toml", text));
  EXPECT_EQ(back.title, model.title);
  EXPECT_EQ(back.alternatives, model.alternatives);
  EXPECT_EQ(back.income_unit, model.income_unit);
  ASSERT_EQ(back.covariates.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(back.covariates[k].name, model.covariates[k].name);
    EXPECT_EQ(back.covariates[k].value.text, model.covariates[k].value.text);
    EXPECT_EQ(back.covariates[k].coefficients, model.covariates[k].coefficients);
    EXPECT_EQ(back.covariates[k].standard_errors, model.covariates[k].standard_errors);
  }
  EXPECT_EQ(back.income, model.income);
  EXPECT_EQ(back.income_se, model.income_se);
  EXPECT_EQ(back.wage, model.wage);
  EXPECT_EQ(back.earnings->covariates[0].coefficients, model.earnings->covariates[0].coefficients);
  EXPECT_EQ(back.earnings->attending, model.earnings->attending);
  EXPECT_EQ(back.earnings->sigma, model.earnings->sigma);
  EXPECT_EQ(back.structure.alpha, model.structure.alpha);
  EXPECT_EQ(back.alpha_se, model.alpha_se);
  EXPECT_EQ(back.structure.d, model.structure.d);
  EXPECT_EQ(back.covariance->matrix, model.covariance->matrix);
  ASSERT_TRUE(back.income_times.has_value());
  EXPECT_EQ(back.income_times->low, 0.5);
  EXPECT_EQ(back.income_times->high, 2);
  EXPECT_EQ(back.working_when_out, model.working_when_out);
  EXPECT_EQ(back.household_taste, model.household_taste);
  EXPECT_EQ(io::schooling_model_text(back, "", {}), text.substr(0, text.find("\n[provenance]")));
}

/// One change to a sound file, and what is said of it.
void expect_mistake(const std::string& from, const std::string& to, const std::vector<std::string>& words) {
  Folder folder;
  std::string text = io::schooling_model_text(some_model(), "", {});
  ASSERT_NE(text.find(from), std::string::npos) << from;
  text.replace(text.find(from), from.size(), to);
  try {
    io::read_schooling_model(folder.write("m.toml", text));
    FAIL() << to << " is taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    for (const std::string& word : words) EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << word << " in: " << error.what();
  }
}

TEST(SchoolingModelFile, MistakesAreToldAtTheirLine) {
  expect_mistake("model = \"schooling\"", "model = \"school\"", {"m.toml:2:", "no schooling model"});
  expect_mistake("format = 1", "format = 2", {"format 1"});
  expect_mistake("income_times = [0.5, 2]", "income_times = [1.5, 2]", {"ranges.income_times is [low, high] around what the model has, 1"});
  expect_mistake("income_times = [0.5, 2]", "first_alpha_share = [0.5, 2]", {"ranges.first_alpha_share is [low, high] around what the model has", "within 0 to 0.999"});
  expect_mistake("\"school only\"]", "\"school only\", \"gone\"]", {"alternatives are two", "or three"});
  expect_mistake("name = \"big\"", "name = \"constant\"", {"given to two covariates"});
  expect_mistake("name = \"big\"\nvalue = '1e300'", "name = \"big\"", {"'big' has no `value`"});
  expect_mistake("[structure]\nK = 1", "[structure]\nK = 0", {"structure.K is 0"});
  expect_mistake("working_when_out = 0.30000000000000004", "working_when_out = 1.5", {"between 0 and 1"});
  expect_mistake("\nalpha = [", "\nalpha = [1, ", {"one number an alternative, 3, not 4"});
  expect_mistake("\nalpha = [", "\nalphas = [", {"alphas", "structure.alpha is missing"});
  expect_mistake("standard_errors = [0, ", "standard_errors = [0, 0, ", {"structure.standard_errors are of alpha"});
  expect_mistake("names = [\"a\", \"b\"]", "names = [\"a\"]", {"a row and a column for each"});
  expect_mistake("[income]", "[incomes]", {"[income] is missing", "incomes"});
}

TEST(SchoolingModelFile, SaysWhyAlphaIsNotThere) {
  Folder folder;
  SchoolingModel model = some_model();
  model.structure.alpha.clear();
  try {
    io::read_schooling_model(folder.write("m.toml", io::schooling_model_text(model, "M is 1", {})));
    FAIL() << "alpha is missing";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("structure.alpha is missing: M is 1"), std::string::npos) << error.what();
  }
  EXPECT_THROW(io::read_schooling_model(folder / "none.toml"), Error);
}

}  // namespace
}  // namespace puente::test
