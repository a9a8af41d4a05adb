// What the variance of figures rests on, by the whole command: grants whose amounts are normal, so that the mean of welfare is linear in
// them and its shares are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/run/realisations.hpp"
#include "io/hdf5/results_file.hpp"
#include "tests/hpc/layouts.hpp"

namespace puente::test {
namespace {

constexpr const char* grants = R"(format = 1
[population]
households = 200
[population.recipe]
seed = 3
[population.recipe.household]
size = { value = '1 + floor(4*uniform("size"))', type = "i8" }
income = { value = 'exp(5 + normal("income"))', type = "f64" }
[parameters]
amount = { value = 20, se = 4, distribution = "normal", status = "published" }
top_up = { value = 10, se = 2, distribution = "normal", status = "published" }
idle   = { value = 3, low = 2, high = 4, distribution = "uniform", status = "published" }
[welfare]
resource = 'income'
pass_through = { transfers = 1 }
[welfare.lines]
line = 60
[programmes.grant]
eligible = 'true'
cash = { amount = 'amount' }
[programmes.more]
eligible = 'true'
cash = { amount = 'top_up' }
[programmes.other]
eligible = 'true'
cash = { amount = 'idle' }
[scenarios.none]
[scenarios.grant]
programmes = ["grant"]
[scenarios.both]
programmes = ["grant", "more"]
[statistics]
include = ["fgt", "programmes"]
[run]
reference = "none"
seed = 5
)";

std::string correlated() {
  std::string content = grants;
  return content.insert(content.find("[welfare]"), "[[correlations]]\nparameters = [\"amount\", \"top_up\"]\nmatrix = [[1, 0.5], [0.5, 1]]\n");
}

class Sensitivity : public testing::Test {
 protected:
  Results run(const std::string& options, const std::string& content = grants) {
    const Ran ran = puente("run " + folder_.write("s.toml", content) + " --quiet --threads 1 --batch 20 " + options + " -o " + folder_ / "r.h5");
    EXPECT_EQ(ran.code, 0) << ran.text;
    return io::read_results(folder_ / "r.h5");
  }
  static const Variable& of(const Results& results, const std::string& group, const std::string& name) {
    for (const Variable& variable : results.groups.at(group))
      if (variable.name == name) return variable;
    throw std::runtime_error("there is no " + name);
  }
  /// Of the mean of everybody's welfare; `k`: factor or parameter.
  static double at(const Results& results, const std::string& group, const std::string& suffix, std::size_t k, std::size_t scenario) {
    return results.at(of(results, group, "mean_welfare" + suffix), {k, scenario, 0});
  }
  static void expect_share(const Results& results, const std::string& group, const std::string& suffix, std::size_t factor, std::size_t scenario, double share,
                           double most_error) {
    const double error = at(results, group, suffix + "_mcse", factor, scenario);
    EXPECT_LE(std::abs(at(results, group, suffix, factor, scenario) - share), 4 * error + 1e-9) << group << suffix << factor << " " << scenario;
    EXPECT_LE(error, most_error) << group << suffix << factor << " " << scenario;
  }
  Folder folder_;
};

TEST_F(Sensitivity, OfALinearFigureAreTheSharesOfItsParameters) {
  for (const std::string design : {"random", "sobol"}) {
    const Results results = run("--draws 300 --design " + design);
    EXPECT_EQ(results.dimension("factor").labels, (std::vector<std::string>{"amount", "top_up", "idle"}));
    for (const std::string group : {"sensitivity", "sensitivity/difference"}) {
      expect_share(results, group, "", 0, 1, 1, 1e-6);
      expect_share(results, group, "", 1, 1, 0, .05);
      expect_share(results, group, "", 0, 2, .8, .05);
      expect_share(results, group, "", 1, 2, .2, .06);
      expect_share(results, group, "", 2, 2, 0, .05);
      EXPECT_TRUE(std::isnan(at(results, group, "", 0, 0)));  // nothing varies
    }
    EXPECT_THROW(of(results, "sensitivity", "mean_welfare_total"), std::runtime_error);
  }
}

TEST_F(Sensitivity, OfSaltellisRowsHaveTotals) {
  const Results results = run("--draws 500 --design saltelli --save-draws");
  for (const std::string suffix : {"", "_total"}) {
    expect_share(results, "sensitivity/difference", suffix, 0, 2, .8, .25);
    expect_share(results, "sensitivity/difference", suffix, 1, 2, .2, .1);
    expect_share(results, "sensitivity/difference", suffix, 2, 2, 0, 1e-9);
  }
  // The mean of the draws is one of 100 rows, not of 500 draws.
  const Variable& drawn = of(results, "draws", "mean_welfare");
  std::vector<double> rows(100, 0), all;
  for (std::size_t d = 0; d < 500; ++d) {
    rows[d / 5] += results.at(drawn, {d, 2, 0}) / 5;
    all.push_back(results.at(drawn, {d, 2, 0}));
  }
  const double error = spread_of(rows, .95).mean_error;
  EXPECT_NEAR(results.at(*results.find("mean_welfare_mcse"), {2, 0}), error, 1e-9 * error);
  EXPECT_GT(error, 1.3 * spread_of(all, .95).mean_error);
}

TEST_F(Sensitivity, ATornadoIsTheMeanOverTheTenths) {
  const Results results = run("--draws 200 --save-draws");
  // The grants are all that varies: a draw's spending tells its amount, so the order of draws by amount is that of spending.
  const Variable &spent = of(results, "draws", "spending"), &welfare = of(results, "draws/difference", "mean_welfare");
  std::vector<std::pair<double, double>> draws;
  for (std::size_t d = 0; d < 200; ++d) draws.emplace_back(results.at(spent, {d, 2, 0, 0}), results.at(welfare, {d, 2, 0}));
  std::sort(draws.begin(), draws.end());
  double low = 0, high = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    low += draws[i].second / 20;
    high += draws[199 - i].second / 20;
  }
  EXPECT_NEAR(at(results, "tornado/difference", "_low", 0, 2), low, 1e-9);
  EXPECT_NEAR(at(results, "tornado/difference", "_high", 0, 2), high, 1e-9);
  // Tenths of a normal lie 1.755 standard deviations, here of a fifth of the grant, from its mean.
  const double alone = at(results, "tornado/difference", "_high", 0, 1) - at(results, "tornado/difference", "_low", 0, 1);
  const auto change = std::find_if(results.differences.begin(), results.differences.end(), [](const Variable& v) { return v.name == "mean_welfare"; });
  EXPECT_NEAR(alone / results.at(*change, {1, 0}), 2 * 1.755 * 4 / 20, .1);
  EXPECT_EQ(at(results, "tornado", "_low", 1, 0), at(results, "tornado", "_high", 1, 0));
}

TEST_F(Sensitivity, OfCorrelatedParametersIsOneShareOfThemTogether) {
  const Results results = run("--draws 200", correlated());
  EXPECT_EQ(results.dimension("factor").labels, (std::vector<std::string>{"amount + top_up", "idle"}));
  EXPECT_EQ(results.dimension("parameter").labels.size(), 3u);
  expect_share(results, "sensitivity/difference", "", 0, 2, 1, 1e-6);
  expect_share(results, "sensitivity/difference", "", 1, 2, 0, .06);
}

TEST_F(Sensitivity, OfTooFewDrawsIsLeftOutWithTheReason) {
  const auto told = [](const Results& results) { return std::get<std::string>(results.provenance.at("uncertainty")); };
  const Results few = run("--draws 30");
  EXPECT_FALSE(few.groups.contains("sensitivity"));
  EXPECT_TRUE(few.groups.contains("tornado"));
  EXPECT_NE(told(few).find("want 50 draws"), std::string::npos) << told(few);
  EXPECT_FALSE(run("--draws 10").groups.contains("tornado"));
  const Results rows = run("--draws 50 --design saltelli");
  EXPECT_FALSE(rows.groups.contains("sensitivity"));
  EXPECT_NE(told(rows).find("want 100 draws at least (20 rows)"), std::string::npos) << told(rows);
  EXPECT_EQ(told(run("--draws 50", correlated())).find("no share"), std::string::npos);
  std::string many = grants;
  many.insert(many.find("[welfare]"), "a = { value = 1, se = 1 }\nb = { value = 1, se = 1 }\n[[correlations]]\nparameters = [\"amount\", \"top_up\", \"idle\", \"a\", \"b\"]\n"
                                      "matrix = [[1,0,0,0,0],[0,1,0,0,0],[0,0,1,0,0],[0,0,0,1,0],[0,0,0,0,1]]\n");
  const Results group = run("--draws 50", many);
  EXPECT_TRUE(std::isnan(at(group, "sensitivity", "", 0, 2)));
  EXPECT_NE(told(group).find("no share of variance for amount + top_up + idle + a + b: 5 correlated parameters want 60 draws at least"), std::string::npos) << told(group);
}

TEST(Spread, OfClustersIsThatOfTheirSums) {
  std::vector<double> values = {1, 3, 2, 6, 9, 11}, pairs = {2, 4, 10}, alone = values;
  const double of_pairs = spread_of(pairs, .95).mean_error;
  const Spread clustered = spread_of(values, .95, 2);
  EXPECT_NEAR(clustered.mean_error, of_pairs, 1e-14);
  EXPECT_EQ(clustered.se, spread_of(alone, .95).se);
  // One missing: sums of the distances of those that are there.
  std::vector<double> holed = {1, 3, NAN, 6, 9, 7};
  const double mean = 26.0 / 5, sums[] = {4 - 2 * mean, 6 - mean, 16 - 2 * mean};
  EXPECT_NEAR(spread_of(holed, .95, 2).mean_error, std::sqrt(1.5 * (sums[0] * sums[0] + sums[1] * sums[1] + sums[2] * sums[2])) / 5, 1e-14);
  std::vector<double> one = {1, 2, NAN, NAN};
  EXPECT_TRUE(std::isnan(spread_of(one, .95, 2).mean_error));
}

TEST_F(Sensitivity, IsInTheTableTheJsonAndTheDescription) {
  const std::string file = folder_.write("s.toml", grants);
  const Ran table = puente("run " + file + " --draws 100 --design saltelli --unit-replicates 3 -o " + folder_ / "r.h5");
  for (const char* text : {"saltelli: 20 rows of 3 factors = 100 draws", "change in poor % by", "total %", "  amount  ", "  simulation  ", "at low"})
    EXPECT_NE(table.text.find(text), std::string::npos) << text << "\n" << table.text;
  const Ran quiet = puente("run " + file + " --draws 100 --design saltelli --quiet");
  EXPECT_EQ(quiet.text.find("saltelli:"), std::string::npos) << quiet.text;
  const Ran described = puente("describe " + (folder_ / "r.h5"));
  for (const char* group : {"/sensitivity/difference", "/tornado "}) EXPECT_NE(described.text.find(group), std::string::npos) << described.text;
  const nlohmann::json all = puente_json("run " + file + " --draws 100").at("scenarios").at("both").at("groups").at("all");
  EXPECT_GT(all.at("difference").at("sensitivity").at("amount").at("first").at("mean"), .5);
  EXPECT_GT(all.at("difference").at("sensitivity").at("top_up").at("first_mcse").at("fgt").at("line").at("1"), 0);
  EXPECT_LT(all.at("tornado").at("amount").at("low").at("mean"), all.at("tornado").at("amount").at("high").at("mean"));
}

/// `idle` changes nothing, `top_up` nothing in the scenario that gives no more: their shares are noise, which no line shows by name.
TEST_F(Sensitivity, OfNoiseIsNotNamed) {
  std::string content = grants;
  content.replace(content.find("include = [\"fgt\", "), 18, "include = [");
  const std::string table = puente("run " + folder_.write("s.toml", content) + " --draws 200 --threads 1").text;
  const std::size_t shares = table.find("change in mean by"), grant = table.find("\ngrant\n", shares), both = table.find("\nboth\n", shares);
  ASSERT_TRUE(shares < grant && grant < both && both < table.size()) << table;
  const std::string of_grant = table.substr(grant, both - grant), of_both = table.substr(both);
  const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
  EXPECT_EQ(table.find("  idle", shares), std::string::npos) << table;
  EXPECT_TRUE(has(of_grant, "\n  amount ") && !has(of_grant, "top_up")) << table;
  EXPECT_TRUE(has(of_both, "\n  amount ") && has(of_both, "\n  top_up ")) << table;
  // All of a linear figure of one parameter is explained: nothing is left, and no sign of nothing.
  EXPECT_TRUE(has(of_grant, "\n  others, together, or chance         0.0")) << table;
}

class SensitivityOfGrants : public SameBits {};

TEST_F(SensitivityOfGrants, SameBitsForAnyLayout) {
  base("run " + folder_.write("s.toml", correlated()) + " --draws 50 --batch 25");
  for (const Layout& layout : pairwise(64)) expect_same(layout);
}

}  // namespace
}  // namespace puente::test
