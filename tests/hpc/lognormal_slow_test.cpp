// Oracle O7: ten million households with ln y ~ N(1, 0.8²) and a line of 3, made by a recipe and run as a user would.
// Every figure lies within four standard errors of its closed form.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/program.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

const char* const lognormal = R"(format = 1
[population]
households = 1
[population.recipe]
seed = 20_240_101
[population.recipe.household]
size = { value = '1', type = "i8" }
income = { value = 'exp(1 + 0.8*normal("income"))', type = "f64" }
[welfare]
resource = 'income'
[welfare.lines]
z = 3
[statistics]
include = ["poverty", "inequality", "distribution"]
)";

/// A figure, its closed form and the standard deviation of its influence function, so that its standard error in a
/// sample of n is deviation/√n (by simulation of 8·10⁶; for the mean, the headcount and the median in closed form too).
struct Oracle {
  const char* pointer;
  double closed_form, deviation;
};

const Oracle oracles[] = {
    {"/mean", 3.7434213773, 3.5451},        {"/gini", .4283923550, 0.3347},          {"/fgt/z/0", .5490515152, 0.4976},
    {"/fgt/z/1", .2379892115, 0.2767},      {"/fgt/z/2", .1332535045, 0.1966},       {"/watts/z", .3708815705, 0.5003},
    {"/ge/-1", .4482404397, 0.8740},        {"/ge/0", .32, 0.5067},                  {"/ge/1", .32, 0.6790},
    {"/ge/2", .4482404397, 2.1293},         {"/atkinson/0.5", .1478562110, 0.2443},  {"/atkinson/1", .2738509629, 0.3680},
    {"/atkinson/2", .4727075760, 0.4862},   {"/quantile/0.5", 2.7182818285, 2.7255},
};

TEST(Lognormal, TenMillionHouseholdsMeetTheClosedForms) {
  const Folder folder;
  const std::int64_t n = scaled(10'000'000);
  const auto answer = puente_json("run " + folder.write("lognormal.toml", lognormal) + " --threads 2 --households " + std::to_string(n));
  ASSERT_TRUE(answer.contains("scenarios")) << answer;
  const auto all = answer["scenarios"]["data"]["groups"]["all"];
  EXPECT_EQ(all["persons"], n);
  for (const Oracle& oracle : oracles) {
    const double found = all.at(nlohmann::json::json_pointer(oracle.pointer)).get<double>();
    EXPECT_NEAR(found, oracle.closed_form, 4 * oracle.deviation / std::sqrt(static_cast<double>(n))) << oracle.pointer;
    EXPECT_NE(found, oracle.closed_form) << oracle.pointer << " is a sample's";
  }
}

}  // namespace
}  // namespace puente::test
