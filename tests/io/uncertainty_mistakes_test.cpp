// How sure a parameter is, as a file says it: every mistake at its line and column.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

const std::string before = R"(format = 1
[population]
households = 100
[population.recipe.household]
size = '2'
income = '100 + id'
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
z = 60
)";

class UncertaintyMistakes : public testing::Test {
 protected:
  Ran check(const std::string& rest) { return puente("check " + folder_.write("s.toml", before + rest)); }
  void expect_says(const std::string& rest, const std::vector<std::string>& said) {
    const Ran ran = check(rest);
    EXPECT_EQ(ran.code, 65) << rest << ran.text;
    for (const std::string& part : said) EXPECT_NE(ran.text.find(part), std::string::npos) << part << "\n" << ran.text;
  }
  void expect_parameter(const std::string& keys, const std::vector<std::string>& said) {
    expect_says("[parameters]\nx = { " + keys + " }\n", said);
  }
  std::size_t errors(const std::string& keys) {
    const std::string text = check("[parameters]\nx = { " + keys + " }\n").text;
    std::size_t count = 0;
    for (std::size_t at = text.find(" error: "); at != std::string::npos; at = text.find(" error: ", at + 1)) ++count;
    return count;
  }
  void expect_fine(const std::string& rest) {
    const Ran ran = check(rest);
    EXPECT_EQ(ran.code, 0) << rest << ran.text;
  }
  Folder folder_;
};

TEST_F(UncertaintyMistakes, EveryDistributionCanBeWritten) {
  expect_fine(R"([parameters]
a = { value = 0.3, se = 0.08 }
b = { value = 20, se = 5, distribution = "lognormal", unit = "1", source = "a", status = "published" }
c = { value = 1.4, se = 0.2, distribution = "lognormal", scale = "log", low = 1 }
d = { value = 0.3, se = 0.08, distribution = "beta" }
e = { distribution = "beta", alpha = 2, beta = 5 }
f = { distribution = "uniform", low = 0, high = 1 }
g = { value = 2, distribution = "triangular", low = 0, high = 10 }
h = { value = 2, low = 0, high = 10 }
i = { value = 2, distribution = "pert", low = 0, high = 10, shape = 2 }
j = { distribution = "discrete", values = [1, 2], probabilities = [0.4, 0.6] }
k = { distribution = "empirical", estimates = [1, 2.5, 3] }
)");
}

TEST_F(UncertaintyMistakes, StandAtTheirKey) {
  expect_parameter("value = 1.2, se = 0.1, distribution = \"beta\"", {"s.toml:13:15:", "lies in [0, 1]"});
  expect_parameter("value = 0.3, se = 0.9, distribution = \"beta\"", {"s.toml:13:25:", "too large", "0.458"});
  expect_parameter("value = 0.3, se = 0", {"s.toml:13:25:", "above 0"});
  expect_parameter("value = 2, low = 3, high = 1", {"low = 3 is not below high = 1"});
  expect_parameter("value = 9, low = 3, high = 4", {"s.toml:13:15:", "outside [3, 4]"});
  expect_parameter("distribution = \"discrete\", values = [1, 2], probabilities = [0.4, 0.5]", {"sum to 0.9"});
  expect_parameter("value = 1, se = 1, distribution = \"lognorml\"", {"did you mean \"lognormal\"?"});
  expect_parameter("value = 1, se = 1, distributon = \"normal\"", {"unknown key 'parameters.x.distributon'", "'distribution'"});
  expect_parameter("value = 1, estimates = [1, 2]", {"say which `distribution`"});
  expect_parameter("distribution = \"empirical\", estimates = []", {"estimates is empty"});
  EXPECT_EQ(errors("distribution = \"empirical\", estimates = []"), 1u);
  expect_parameter("distribution = \"empirical\", estimates = [1, 2], shape = 2", {"`shape` says nothing of an empirical distribution"});
  expect_parameter("value = 3, distribution = \"empirical\", estimates = [1, 2.5]", {"s.toml:13:15:", "the value 3 lies outside [1, 2.5], which its `estimates` span"});
  expect_parameter("value = 0.5, distribution = \"discrete\", values = [1, 2], probabilities = [0.4, 0.6]", {"s.toml:13:15:", "0.5 lies outside [1, 2]", "`values`"});
  expect_parameter("distribution = \"empirical\", estimates = [1, \"two\"]", {"wants numbers"});
  expect_parameter("se = 1", {"has no value"});
}

const std::string two = "[parameters]\na = { value = 1, se = 0.5 }\nb = { value = 2, low = 0, high = 10 }\nc = 3\n";

TEST_F(UncertaintyMistakes, CorrelationsAndDrawsCanBeWritten) {
  const std::string matrix = two + "[[correlations]]\nparameters = [\"a\", \"b\"]\nmatrix = [[1, 0.3], [0.3, 1]]\n";
  expect_fine(matrix + "[run]\ndesign = \"sobol\"\nlevel = 0.9\n");
  expect_fine(two + "[[correlations]]\nparameters = [\"a\", \"c\"]\ncovariance = [[0.25, 0.1], [0.1, 4]]\nsource = \"the model's own\"\n");
}

TEST_F(UncertaintyMistakes, CorrelationsNameThePair) {
  const auto says = [&](const std::string& keys, const std::vector<std::string>& said) { expect_says(two + "[[correlations]]\n" + keys, said); };
  says("parameters = [\"a\", \"b\"]\nmatrix = [[1, 1.3], [1.3, 1]]\n", {"s.toml:18:1:", "'a' and 'b', 1.3, lies outside [-1, 1]"});
  says("parameters = [\"a\", \"c\"]\ncovariance = [[0.25, 2], [2, 4]]\n", {"the covariance of 'a' and 'c', 2, is beyond the product of their standard errors, 1\n"});
  says("parameters = [\"a\", \"c\"]\ncovariance = [[0.25, 0.1], [0.3, 4]]\n", {"the covariance of 'a' and 'c', 0.1, is 0.3 the other way round"});
  says("parameters = [\"a\", \"b\"]\nmatrix = [[1, 0.3], [0.30000001, 1]]\n", {"'a' and 'b', 0.3, is 0.30000001 the other way round"});
  says("parameters = [\"a\", \"c\", \"d\"]\ncovariance = [[0.25, 0.9, 0.45], [0.9, 4, -1.8], [0.45, -1.8, 1]]\n[parameters.d]\nvalue = 1\n",
       {"'c' and 'd', -1.8 (a correlation of -0.9), cannot be together with those of 'a' with them, correlations of 0.9 and 0.9:"});
  says("parameters = [\"a\", \"c\"]\ncovariance = [[1, 0], [0, 4]]\n", {"'a' has se = 0.5 and here the variance 1"});
  says("parameters = [\"a\", \"c\"]\nmatrix = [[1, 0], [0, 1]]\n", {"'c' says not how sure it is"});
  says("parameters = [\"a\", \"bb\"]\nmatrix = [[1, 0], [0, 1]]\n", {"s.toml:17:21:", "did you mean 'b'?"});
  says("parameters = [\"a\", \"b\"]\nmatrix = [[1, 0]]\n", {"list of 2 lists of 2 numbers"});
  says("parameters = [\"a\", \"b\"]\n", {"either `matrix`"});
  says("parameters = [\"a\", \"b\"]\nmatrix = [[1, 0], [0, 1]]\n[[correlations]]\nparameters = [\"a\", \"b\"]\nmatrix = [[1, 0], [0, 1]]\n", {"stands in two correlations"});
}

TEST_F(UncertaintyMistakes, DrawsThatTellNothingAreRefused) {
  expect_says(two + "[run]\ndraws = 1\n", {"s.toml:17:1:", "draws = 1 tells no spread"});
  expect_says(two + "[run]\ndraws = -3\n", {"draws = -3"});
  expect_says(two + "[run]\ndraws = 2.5\n", {"whole number"});
  expect_says(two + "[run]\ndraws = 10\ndesign = \"sobl\"\n", {"did you mean \"sobol\"?"});
  expect_says(two + "[run]\ndraws = 10\ndesign = \"saltelli\"\n", {"give draws = 12"});
  expect_says(two + "[run]\nlevel = 95\n", {"level = 95"});
  expect_says("[run]\ndraws = 10\n", {"nothing to draw"});
}

TEST_F(UncertaintyMistakes, WhatAScenarioSetsIsAChoiceAndMayLieOutside) {
  expect_fine("[parameters]\nx = { value = 2, low = 0, high = 10 }\n[scenarios.far]\nset = { \"parameters.x\" = 50 }\n");
}

TEST_F(UncertaintyMistakes, AScenarioSetsTheValueAlone) {
  const std::string x = "[parameters]\nx = { value = 2, se = 1, distribution = \"normal\" }\n";
  expect_fine(x + "[scenarios.far]\nset = { \"parameters.x.value\" = 5 }\n");
  const std::string said = "a scenario sets the value of a parameter, nothing of how it is drawn";
  for (const char* key : {"se", "low", "distribution", "unit"})
    expect_says(x + "[scenarios.far]\nset = { \"parameters.x." + key + "\" = 5 }\n", {"s.toml:15:", "'parameters.x." + std::string(key) + "'", said});
  expect_says(x + "[scenarios.far]\n[sweeps.s]\nscenario = \"far\"\nset = { \"parameters.x.se\" = [1, 2] }\n", {"s.toml:17:", said});
  expect_says(x + "[scenarios.far]\nset = { \"run.draws\" = 5 }\n[run]\nseed = 1\n", {"s.toml:15:", "'run.draws' is the whole run's, not a scenario's"});
}

TEST_F(UncertaintyMistakes, KeysOfAnotherMethodOfSamplingStandThere) {
  const auto says = [&](const std::string& keys, const std::vector<std::string>& said) { expect_says("[sampling]\n" + keys, said); };
  says("method = \"linearised\"\nreplicates = 20\n", {"s.toml:14:1:", "sampling.replicates belongs to the method bootstrap", "the method here is linearised"});
  says("method = \"jackknife\"\nfay = 0.3\n", {"s.toml:14:1:", "sampling.fay belongs to the method brr"});
  says("method = \"none\"\nreplicate_weights = \"j\"\n", {"s.toml:14:1:", "sampling.replicate_weights belongs to", "the method columns"});
  says("method = \"linearised\"\nrscales = 0.5\n", {"sampling.rscales belongs to"});
  says("method = \"columns\"\nreplicate_weights = \"j\"\nkind = \"brr\"\npsus_there = '3'\n", {"s.toml:16:1:", "sampling.psus_there belongs to the sample's design"});
  says("method = \"none\"\ninterval = \"logit\"\n", {"s.toml:14:1:", "sampling.interval belongs to limits of a sample"});
  expect_fine("[sampling]\nreplicates = 20\n");  // for --sampling bootstrap
  expect_fine("[sampling]\nmethod = \"brr\"\nfay = 0.3\n");
}

}  // namespace
}  // namespace puente::test
