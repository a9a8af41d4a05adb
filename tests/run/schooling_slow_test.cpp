// Ten million children in states that no model made: whatever they are seen to do, they do it again where nothing changes, also
// when siblings share a taste and something is paid to them today.
#include <gtest/gtest.h>

#include "tests/programmes/policies.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

TEST(ManyChildren, DoWhatTheyAreSeenToDo) {
  Folder folder;
  folder.write("model.toml", R"(format = 1
model = "schooling"
title = "typed"
alternatives = ["out", "both", "school"]
household_taste = 1.5
[[utility]]
name = "constant"
value = '1'
coefficients = [-3.0, 4.0]
[income]
coefficients = [0.002, 0.003]
[structure]
M = 0.7
alpha = [0.001, 0.003, 0.004]
)");
  const std::string file = folder.write("many.toml", R"(format = 1
[population]
households = )" + std::to_string(scaled(4000000)) + R"(
[population.recipe]
persons = '1 + floor(4*uniform("n"))'
[population.recipe.household]
income = '200*exp(normal("y"))'
[population.recipe.person]
age = '6 + floor(10*uniform("age"))'
attends = 'chance(0.5, "a")'
works = 'chance(0.5, "w")'
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[statistics]
include = ["attendance"]
[schooling]
children = 'true'
works = "works"
model = "model.toml"
[programmes.grant]
entity = "person"
eligible = 'true'
condition = 'attends and not works'
observed = 'chance(0.5, "grant")'
cash = { amount = 50 }
schooling = { delta = 0.5 }
[scenarios.seen]
programmes = { grant = "observed" }
[scenarios.none]
)");
  const auto s = puente_json("run " + file)["scenarios"];
  double moved = 0, children = 0, moved_without = 0;
  for (const char* from : {"out", "both", "school"})
    for (const char* to : {"out", "both", "school"}) {
      const double persons = s["seen"]["groups"]["all"]["schooling_transition"][from][to];
      children += persons;
      moved += std::string(from) == to ? 0 : persons;
      moved_without += std::string(from) == to ? 0 : s["none"]["groups"]["all"]["schooling_transition"][from][to].get<double>();
    }
  EXPECT_EQ(moved, 0);
  EXPECT_GT(children, 2.4 * static_cast<double>(scaled(4000000)));
  EXPECT_GT(moved_without, 0.01 * children);
  EXPECT_EQ(s["none"]["groups"]["all"]["schooling_transition"]["out"]["school"], 0) << "taking a grant away brings nobody to where it was paid";
}

}  // namespace
}  // namespace puente::test
