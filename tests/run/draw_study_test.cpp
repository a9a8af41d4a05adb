// Several draws as one study: which scenarios are another in each draw, and that those that are not are run once.
#include "engine/run/draw_study.hpp"

#include <gtest/gtest.h>

#include "engine/population/recipe.hpp"
#include "hpc/scenario_input.hpp"
#include "tests/run/draw_twin.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

/// Every parameter is read in one way only, by the scenario or the line of its name.
constexpr const char* study = R"(format = 1
[population]
households = 300
[population.recipe]
seed = 3
persons = '1 + floor(5*uniform("size"))'
[population.recipe.household]
income = 'exp(5 + normal("income"))'
farm   = '20*uniform("farm")'
rural  = 'chance(0.5, "rural")'
pays   = { value = 'chance(0.2, "pays")' }
[population.recipe.person]
age = 'floor(60*uniform("age"))'
attends = 'chance(0.5, "attends")'
[parameters]
amount    = 20
through   = 10
bar       = 100
share     = 0.4
budget    = 900
gain      = 0.2
together  = 0.1
levy_on   = 50
points    = 0.1
idle      = 7
seen      = 4
own       = 3
[variables]
poorer = 'rank(income / size) < through/20'
[welfare]
resource = 'income'
pass_through = { transfers = 1, farm = 1, levy = 1 }
[welfare.lines]
line = 60
[groups]
where = 'rural'
[programmes.cash]
eligible = 'true'
cash = { amount = 'amount' }
[programmes.seen]
eligible = 'pays'
observed = 'pays'
cash = { amount = 'seen', observed_amount = '4' }
[programmes.poor]
eligible = 'poorer'
cash = { amount = 5 }
[programmes.shared]
eligible = 'income < 300'
coverage = { mode = "share", share = 'share' }
cash = { amount = 5 }
[programmes.budgeted]
eligible = 'true'
coverage = { mode = "ranked", by = 'income', budget = 'budget' }
cash = { amount = 5 }
[programmes.farm]
eligible = 'rural'
[[programmes.farm.effects]]
outcome = "farm"
kind = "relative"
size = 'gain'
[programmes.school]
entity = "person"
eligible = 'age > 5 and age < 18'
[[programmes.school.effects]]
outcome = "attends"
kind = "points"
size = 'points'
base = 0.5
[[synergies]]
programmes = ["cash", "farm"]
outcome = "farm"
definition = "multiplicative"
size = 'together'
[scenarios.none]
[scenarios.seen]
programmes = { seen = "observed" }
[scenarios.seen_more]
programmes = ["seen"]
[scenarios.cash]
programmes = ["cash"]
[scenarios.poor]
programmes = ["poor"]
[scenarios.shared]
programmes = ["shared"]
[scenarios.budgeted]
programmes = ["budgeted"]
[scenarios.farm]
programmes = ["farm"]
[scenarios.both]
programmes = ["cash", "farm"]
against = "farm"
[scenarios.school]
programmes = ["school"]
[scenarios.levied]
programmes = ["poor"]
financing = { levy = "proportional", on = 'max(income - levy_on, 0)' }
[scenarios.own]
programmes = { cash = { cash.amount = 'own' } }
set = { "parameters.own" = 9 }
[statistics]
include = ["fgt", "gini", "programmes", "attendance", "outcomes"]
[run]
reference = "none"
seed = 5
)";

struct Made {
  explicit Made(const std::string& content) {
    file = io::read_scenario_file(folder.write("s.toml", content), {});
    file.diagnostics.throw_if_errors();
    RunOptions quiet;
    quiet.quiet = true;
    source = population_of(file, {}, quiet, exchange, team).source;
  }
  std::vector<std::string> read_by(const std::string& scenario) const {
    const ParametersRead read = parameters_read(file.model, source->schema());
    std::vector<std::string> names;
    for (std::size_t j = 0; j < file.model.parameters.size(); ++j)
      if (read[static_cast<std::size_t>(file.model.find_scenario(scenario))][j]) names.push_back(file.model.parameters[j].name);
    return names;
  }
  Folder folder;
  io::ScenarioFile file;
  Exchange exchange;
  OpenMpTeam team{1};
  std::unique_ptr<PopulationSource> source;
};

using Names = std::vector<std::string>;

TEST(ParametersRead, AreThoseThatTheScenarioItselfLooksAt) {
  const Made made(study);
  EXPECT_EQ(made.read_by("none"), Names{});
  EXPECT_EQ(made.read_by("cash"), Names{"amount"});
  EXPECT_EQ(made.read_by("poor"), Names{"through"});
  EXPECT_EQ(made.read_by("shared"), Names{"share"});
  EXPECT_EQ(made.read_by("budgeted"), Names{"budget"});
  EXPECT_EQ(made.read_by("farm"), Names{"gain"});
  EXPECT_EQ(made.read_by("both"), (Names{"amount", "gain", "together"}));
  EXPECT_EQ(made.read_by("school"), Names{"points"});
  EXPECT_EQ(made.read_by("levied"), (Names{"through", "levy_on"}));
  EXPECT_EQ(made.read_by("seen_more"), Names{"seen"});
}

TEST(DrawsTogether, HaveAScenarioOnceWhereItIsTheSame) {
  const Made made(study);
  const StudyModel& model = made.file.model;
  ASSERT_EQ(model.scenarios.size(), 12U);
  const ParametersRead read = parameters_read(model, made.source->schema());
  ParameterSet central;
  for (const ParameterValue& parameter : model.parameters) central.push_back(parameter.value);
  ParameterSet more = central, idle = central;
  more[0] = 25;
  idle[9] = 8;
  const auto scenarios = [&](const std::vector<ParameterSet>& draws) { return draws_together(model, read, draws).study.scenarios.size(); };
  EXPECT_EQ(scenarios({idle}), 12U);
  EXPECT_EQ(scenarios({idle, central, idle}), 12U);
  EXPECT_EQ(scenarios({more}), 12U);
  EXPECT_EQ(scenarios({more, more}), 12U);
  EXPECT_EQ(scenarios({more, central}), 14U);  // `cash` and `both`; `own` decides the amount
  EXPECT_EQ(scenarios({more, central, more, idle}), 14U);
}

TEST(DrawsTogether, AreAsByThemselves) {
  Made made(study);
  for (const std::size_t batch : {1U, 4U, 14U}) {
    const Shared shared = expect_draws_as_alone(made.file.model, *made.source, moved_one_by_one(made.file.model), batch);
    EXPECT_LT(shared.ran, shared.all);
  }
}

}  // namespace
}  // namespace puente::test
