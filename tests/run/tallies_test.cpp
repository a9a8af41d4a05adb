// What scenarios share with the one they are compared with: a country with everything that makes records differ, and weights of
// which a few are next to nothing.
#include <gtest/gtest.h>

#include "hpc/scenario_input.hpp"
#include "tests/run/tallies_twin.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

/// Groups of households and of persons, quotas that cut through a household, a line that moves, attendance by sex, work; scenarios
/// with the recipients of the one before, with those of most of it, and with others.
std::string country(const std::string& weight) {
  return R"(format = 1
[population]
households = 260
[population.recipe]
seed = 3
persons = '1 + floor(5*uniform("size"))'
[population.recipe.household]
income = 'exp(5 + normal("income"))'
farm   = '20*uniform("farm")'
rural  = 'chance(0.5, "rural")'
weight = ')" + weight + R"('
[population.recipe.person]
age = 'floor(60*uniform("age"))'
woman = 'chance(0.5, "woman")'
attends = 'chance(0.5, "attends")'
works = 'chance(0.3, "works")'
[welfare]
resource = 'income'
pass_through = { transfers = 1, farm = 1 }
[welfare.lines]
line = 60
relative = '0.6*quantile(welfare, 0.5)'
own = '40 + farm'
[groups]
where = 'rural'
age = 'min(floor(age/20), 2)'
[programmes.few]
eligible = 'rural'
coverage = { mode = "share", share = 0.3 }
cash = { amount = 20 }
[programmes.rare]
eligible = 'income > 700'
cash = { amount = 1 }
[programmes.all]
eligible = 'true'
cash = { amount = 5 }
[programmes.bare]
eligible = 'rural'
[programmes.budgeted]
eligible = 'true'
coverage = { mode = "ranked", by = 'income', budget = 1_000 }
cash = { amount = 15 }
[programmes.farm]
eligible = 'rural'
[[programmes.farm.effects]]
outcome = "farm"
kind = "relative"
size = 0.2
[programmes.school]
entity = "person"
eligible = 'age > 5 and age < 18'
[[programmes.school.effects]]
outcome = "attends"
kind = "points"
size = 0.1
base = 0.5
[scenarios.none]
[scenarios.few]
programmes = ["few"]
[scenarios.few_get_more]
programmes = { few = { cash.amount = 30 } }
[scenarios.few_and_a_part]
programmes = ["few"]
set = { "programmes.few.coverage.share" = 0.301 }
[scenarios.few_and_a_part_again]
programmes = { few = { cash.amount = 1 } }
set = { "programmes.few.coverage.share" = 0.301 }
[scenarios.few_and_rare]
programmes = ["few", "rare"]
[scenarios.few_and_rare_get_more]
programmes = { few = { cash.amount = 30 }, rare = {} }
[scenarios.more]
programmes = ["few", "budgeted"]
against = "few"
[scenarios.more_and_a_part]
programmes = ["few", "budgeted"]
set = { "programmes.few.coverage.share" = 0.3003 }
against = "few"
[scenarios.bare]
programmes = ["bare"]
[scenarios.bare_pays]
programmes = { bare = { cash = { amount = 5 } } }
[scenarios.bare_feeds]
programmes = { bare = { in_kind = { amount = 3 } } }
[scenarios.all]
programmes = ["all"]
[scenarios.farm]
programmes = ["farm", "school"]
[scenarios.both]
programmes = ["farm", "school", "budgeted"]
against = "farm"
[statistics]
include = ["fgt", "watts", "gini", "shares", "quantiles", "entropy", "programmes", "attendance", "outcomes"]
[run]
reference = "none"
seed = 5
)";
}

void expect_shared(const std::string& content) {
  Folder folder;
  io::ScenarioFile file = io::read_scenario_file(folder.write("s.toml", content), {});
  file.diagnostics.throw_if_errors();
  RunOptions quiet;
  quiet.quiet = true;
  Exchange alone;
  OpenMpTeam team(1);
  const auto source = population_of(file, {}, quiet, alone, team).source;
  expect_tallies_as_alone(file.model, *source, {{1, 2}, {7, 1}, {64, 2}, {1024, 1}});
}

TEST(SharedTallies, AreThoseOfEveryRecord) { expect_shared(country("1 + floor(3*uniform(\"weight\"))")); }

TEST(SharedTallies, WithWeightsOfNothingAndNextToNothing) {
  expect_shared(country("if(chance(0.1, \"none\"), 0, if(chance(0.1, \"light\"), 0.0001, 1/3 + uniform(\"weight\")))"));
}

TEST(SharedTallies, WhereHouseholdsAreCounted) {
  std::string content = country("0.5 + uniform(\"weight\")");
  content.replace(content.find("[run]"), 0, "count = \"households\"\n");
  expect_shared(content);
}

}  // namespace
}  // namespace puente::test
