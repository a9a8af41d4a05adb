// Limits of a sample's figures in runs: logit, percentile, bootstrap-t, beside other parts, and what cannot be had.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/run/sampled_country.hpp"

namespace puente::test {
namespace {

constexpr double students = 2.0322445093177191;  // R: qt(.975, 34), 40 units in 6 strata

double logit(double p) { return std::log(p / (1 - p)); }

TEST_F(SampledCountry, LogitLimitsAreOfProportionsAlone) {
  const nlohmann::json all = group("--sampling linearised --interval logit");
  const auto expect_logit = [&](double p, double se, double lower, double upper) {
    const double reach = students * se / (p * (1 - p));
    EXPECT_NEAR(logit(lower), logit(p) - reach, 1e-9);
    EXPECT_NEAR(logit(upper), logit(p) + reach, 1e-9);
  };
  const auto of = [&](const char* what) { return all.at(what).at("fgt").at("line").at("0").get<double>(); };
  expect_logit(all.at("fgt").at("line").at("0"), of("se"), of("lower"), of("upper"));
  const auto attends = [](const nlohmann::json& figures) { return figures.at("attendance").at("6-13").get<double>(); };
  expect_logit(attends(all), attends(all.at("se")), attends(all.at("lower")), attends(all.at("upper")));
  const auto half = [&](const nlohmann::json& figures, const char* name) { return (figures.at("upper").at(name).get<double>() - figures.at("lower").at(name).get<double>()) / 2; };
  EXPECT_NEAR(half(all, "mean"), students * all.at("se").at("mean").get<double>(), 1e-9);
  const nlohmann::json& difference = all.at("difference");
  const double middle = (difference.at("upper").at("fgt").at("line").at("0").get<double>() + difference.at("lower").at("fgt").at("line").at("0").get<double>()) / 2;
  EXPECT_NEAR(middle, difference.at("fgt").at("line").at("0").get<double>(), 1e-12);  // about the difference itself: normal
}

/// The columns stand for bootstrap replicates; their means are taken here by hand.
TEST_F(SampledCountry, PercentilesAreTheMiddleOfTheReplicates) {
  std::vector<double> means;
  for (const std::vector<double>& column : columns_of_jackknife()) {
    double above = 0, below = 0;
    for (std::size_t h = 0; h < column.size(); ++h) {
      above += column[h] * households_[h].income / 2;
      below += column[h];
    }
    means.push_back(above / below);
  }
  std::sort(means.begin(), means.end());
  const auto type7 = [&](double p) {
    const double at = p * (static_cast<double>(means.size()) - 1);
    const auto below = static_cast<std::size_t>(at);
    return means[below] + (at - static_cast<double>(below)) * (means[below + 1] - means[below]);
  };
  const nlohmann::json all = scenario("--sampling columns --replicate-weights j --replicate-kind bootstrap --interval percentile", "none").at("groups").at("all");
  EXPECT_NEAR(all.at("lower").at("mean"), type7(0.025), 1e-9);
  EXPECT_NEAR(all.at("upper").at("mean"), type7(0.975), 1e-9);
}

/// A mean of forty units is nearly normal: its limits are near Student's, yet not those. Divided by errors that took a unit drawn twice
/// for one, they would be a third narrower.
TEST_F(SampledCountry, BootstrapTIsNearStudentsForAMean) {
  const nlohmann::json all = group("--sampling bootstrap --replicates 200 --interval bootstrap-t"), normal = group("--sampling linearised");
  const auto width = [](const nlohmann::json& figures, const char* name) { return figures.at("upper").at(name).get<double>() - figures.at("lower").at(name).get<double>(); };
  EXPECT_NEAR(width(all, "mean") / width(normal, "mean"), 1, 0.2);
  EXPECT_NE(width(all, "mean"), width(normal, "mean"));
  EXPECT_LT(all.at("lower").at("gini"), all.at("gini"));
  EXPECT_GT(all.at("upper").at("gini"), all.at("gini"));
  EXPECT_NEAR(width(all.at("difference"), "mean") / width(normal.at("difference"), "mean"), 1, 0.3);
}

TEST_F(SampledCountry, PartsKeepTheirOwnLimits) {
  const auto distance = [](const nlohmann::json& all, const char* limit) {
    return std::abs(all.at(limit).at("fgt").at("line").at("0").get<double>() - all.at("fgt").at("line").at("0").get<double>());
  };
  const nlohmann::json draws = group("--draws 40"), sample = group("--sampling linearised --interval logit"), both = group("--draws 40 --sampling linearised --interval logit");
  for (const char* limit : {"lower", "upper"}) {
    const double a = distance(draws, limit), b = distance(sample, limit);
    EXPECT_NEAR(distance(both, limit), std::sqrt(a * a + b * b), 1e-12) << limit;
  }
}

TEST_F(SampledCountry, LimitsSayWhatTheyNeed) {
  const std::string run = "run " + scenario_ + " --quiet ";
  expect_refusal(run + "--sampling jackknife --interval percentile", 64, "need replicates that spread as samples do");
  expect_refusal(run + "--sampling linearised --interval bootstrap-t", 64, "need the sampling units that each replicate drew");
  expect_refusal(run + "--sampling bootstrap --replicates 5 --interval bootstrap-t --psu 'min(psu, 1)'", 65, "stratum 0 has two PSUs");
}

/// The spread of five replicates has four degrees of freedom, however many the design has.
TEST_F(SampledCountry, FewReplicatesHaveFewDegreesOfFreedom) {
  const nlohmann::json all = group("--sampling bootstrap --replicates 5");
  const double half = (all.at("upper").at("mean").get<double>() - all.at("lower").at("mean").get<double>()) / 2;
  EXPECT_NEAR(half / all.at("se").at("mean").get<double>(), 2.7764451051977987, 1e-9);  // R: qt(.975, 4)
}

/// A replicate that leaves out the only sampling unit of a group or a domain.
TEST_F(SampledCountry, ReplicatesWithoutAGroupAreToldOf) {
  const std::string lone = with("[groups]\n", "[groups]\nlone = 'stratum == 0 and household.psu == 1'\n");
  const nlohmann::json groups = puente_json("run " + lone + " --threads 1 --sampling jackknife").at("scenarios").at("grant").at("groups");
  EXPECT_TRUE(groups.at("lone=true").at("se").at("mean").is_null());
  EXPECT_NE(words("run " + lone + " --sampling jackknife").find("figures that some replicate lacks"), std::string::npos);
  EXPECT_EQ(words("run " + scenario_ + " --sampling jackknife").find("figures that some replicate lacks"), std::string::npos);
  expect_refusal("statistics " + (folder_ / "s.h5") + " --welfare income --line 80=80 --where 'stratum == 0 and household.psu == 1' --threads 1 --quiet --sampling jackknife", 65,
                 "in replicate 2 of the sample: nobody is in the domain");
}

TEST_F(SampledCountry, SameBitsForAnyLayoutWithLimits) {
  base("run " + scenario_ + " --sampling bootstrap --replicates 4 --interval bootstrap-t");
  for (const Layout& layout : {Layout{2, 2, 2, 50}, Layout{3, 1, 64, 0}}) expect_same(layout);
  base("run " + scenario_ + " --sampling columns --replicate-weights j1,j2,j9,j30 --replicate-kind jk2");
  for (const Layout& layout : {Layout{3, 2, 2, 0}, Layout{2, 1, 1024, 50}}) expect_same(layout);
}

}  // namespace
}  // namespace puente::test
