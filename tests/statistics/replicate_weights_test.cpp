// Replicate weights: linear statistics have the linearised variance exactly (jackknife, BRR) or in the mean (bootstrap).
#include "engine/statistics/replicate_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "engine/statistics/design_variance.hpp"
#include "tests/statistics/error_text.hpp"

namespace puente {
namespace {

using testing::error_text;
using Keys = std::vector<std::int64_t>;
using Values = std::vector<double>;

double total_variance(const ReplicateScheme& scheme, const Values& value, ReplicateCentre centre = ReplicateCentre::replicates) {
  Values replicates;
  for (std::size_t r = 0; r < scheme.replicates(); ++r) {
    const Values factor = scheme.of_records(r);
    replicates.push_back(std::inner_product(factor.begin(), factor.end(), value.begin(), 0.0));
  }
  return replicate_variance(scheme.scale(), scheme.rscales(), replicates, std::accumulate(value.begin(), value.end(), 0.0), centre);
}

const Keys stratum{1, 1, 1, 2, 2, 2}, psu{7, 8, 8, 7, 8, 9};
const Values value{3, 2, 3, 1, 4, 7};
const Values count{4, 4, 4, 6, 6, 6};
const FinitePopulation half{FinitePopulation::Unit::count, count, {}};

TEST(ReplicateWeights, JackknifeOfATotalIsLinear) {
  const SurveyDesign design({stratum, psu, {}}), corrected({stratum, psu, {}}, half);
  const auto scheme = stratified_jackknife_weights(design);
  EXPECT_EQ(scheme->replicates(), 5u);
  EXPECT_EQ(scheme->factors(0), (Values{0, 2, 1, 1, 1}));
  EXPECT_EQ(scheme->factors(4), (Values{1, 1, 1.5, 1.5, 0}));
  for (const ReplicateCentre centre : {ReplicateCentre::replicates, ReplicateCentre::estimate})
    EXPECT_NEAR(total_variance(*scheme, value, centre), 31, 1e-12);
  EXPECT_NEAR(total_variance(*stratified_jackknife_weights(corrected), value), 15.5, 1e-12);
  const SurveyDesign alone({Keys(4, 0), Keys{1, 2, 3, 4}, {}});
  const Values four{1, 5, 2, 8};
  EXPECT_NEAR(total_variance(*jackknife_weights(alone), four), design_variance(alone, four), 1e-12);
  EXPECT_THROW(jackknife_weights(design), Error);
}

TEST(ReplicateWeights, BalancedReplicatesOfATotalAreLinear) {
  for (const std::int64_t strata : {1, 2, 3, 7, 8, 19, 43}) {
    Keys s, p;
    Values e;
    for (std::int64_t h = 0; h < strata; ++h)
      for (std::int64_t i = 0; i < 2; ++i) s.push_back(h), p.push_back(i), e.push_back(static_cast<double>((3 * h + 5 * i * h + i) % 11));
    const SurveyDesign design({s, p, {}});
    for (const double fay : {0.0, 0.5})
      EXPECT_NEAR(total_variance(*brr_weights(design, fay), e), design_variance(design, e), 1e-9) << strata;
  }
}

TEST(ReplicateWeights, BootstrapOfATotalIsLinearInTheMean) {
  const SurveyDesign design({stratum, psu, {}}), corrected({stratum, psu, {}}, half);
  // 20,000 replicates: a variance is good to about 1 %.
  EXPECT_NEAR(total_variance(*bootstrap_weights(design, 11, 20'000), value) / 31, 1, 0.04);
  EXPECT_NEAR(total_variance(*bootstrap_weights(corrected, 11, 20'000), value) / 15.5, 1, 0.04);
}

TEST(ReplicateWeights, BootstrapIsAFunctionOfKeys) {
  const Keys reversed_stratum{2, 2, 2, 1, 1, 1}, reversed_psu{9, 8, 7, 8, 8, 7};
  const SurveyDesign design({stratum, psu, {}}), reversed({reversed_stratum, reversed_psu, {}});
  const auto few = bootstrap_weights(design, 5, 10), many = bootstrap_weights(reversed, 5, 40), other = bootstrap_weights(design, 6, 10);
  bool differs = false;
  for (std::size_t r = 0; r < 10; ++r) {
    const Values factor = few->factors(r);
    EXPECT_EQ(factor, many->factors(r));
    differs |= factor != other->factors(r);
    EXPECT_DOUBLE_EQ(factor[0] + factor[1], 2) << "a stratum's factors sum to its PSUs";
    EXPECT_DOUBLE_EQ(factor[2] + factor[3] + factor[4], 3);
  }
  EXPECT_TRUE(differs) << "another seed draws others";
}

TEST(ReplicateWeights, OneReplicateMoreContinuesTheSame) {
  const SurveyDesign design({stratum, psu, {}});
  EXPECT_DOUBLE_EQ(bootstrap_weights(design, 5, 11)->scale(), 0.1);
  EXPECT_THROW(bootstrap_weights(design, 5, 1), Error);
}

TEST(ReplicateWeights, SingletonsAreNamed) {
  const Keys s{1, 1, 4}, p{1, 2, 1};
  const SurveyDesign sure({s, p, {}}, {}, LonelyPsu::certainty), adjusted({s, p, {}}, {}, LonelyPsu::adjust);
  for (const auto& make : {+[](const SurveyDesign& d) { return bootstrap_weights(d, 1, 9); }, +[](const SurveyDesign& d) { return brr_weights(d, 0); },
                           +[](const SurveyDesign& d) { return stratified_jackknife_weights(d); }}) {
    EXPECT_NE(error_text([&] { make(adjusted); }).find("stratum 4 has only one PSU"), std::string::npos);
    EXPECT_EQ(make(sure)->factors(0)[2], 1);
  }
}

TEST(ReplicateWeights, BalanceNeedsPairs) {
  EXPECT_NE(error_text([&] { brr_weights(SurveyDesign({stratum, psu, {}})); }).find("stratum 2 has 3 PSUs"), std::string::npos);
  EXPECT_THROW(brr_weights(SurveyDesign({Keys{1, 1}, Keys{1, 2}, {}}), 1), Error);
}

/// Three strata of four to six sampling units.
struct Sampled {
  Keys stratum, psu;
  Values value, there;
  Sampled() {
    for (const std::int64_t h : {1, 2, 3})
      for (std::int64_t i = 0; i < 3 + h; ++i) stratum.push_back(h), psu.push_back(i), value.push_back(static_cast<double>(3 * h + (7 * i + h * h) % 11)), there.push_back(static_cast<double>(4 + 2 * h));
  }
};

/// The slow way: what a replicate drew as a sample of its own, a unit drawn twice as two.
TEST(ReplicateWeights, VarianceWithinABootstrapReplicate) {
  const Sampled all;
  const SurveyDesign design({all.stratum, all.psu, {}});
  const auto scheme = bootstrap_weights(design, 3, 20);
  for (std::size_t r = 0; r < 20; ++r) {
    const Values factor = scheme->of_records(r);
    Keys s, p;
    Values drawn, weighted(factor.size());
    for (std::size_t i = 0; i < factor.size(); ++i) {
      weighted[i] = factor[i] * all.value[i];
      const double n = 3 + static_cast<double>(all.stratum[i]), each = n / (n - 1);
      for (int times = 0; times < std::lround(factor[i] / each); ++times) s.push_back(all.stratum[i]), p.push_back(static_cast<std::int64_t>(p.size())), drawn.push_back(each * all.value[i]);
    }
    EXPECT_EQ(s.size(), 12u);
    const double slow = design_variance(SurveyDesign({s, p, {}}), drawn);
    EXPECT_NEAR(bootstrap_variance(design, scheme->factors(r), DesignTotals(design, unit_totals(design, weighted))), slow, 1e-9 * slow);
  }
}

/// Of a total it is the linearised variance in the mean, also where the population is finite.
TEST(ReplicateWeights, VarianceWithinReplicatesIsTheLinearisedInTheMean) {
  const Sampled all;
  for (const bool finite : {false, true}) {
    const FinitePopulation population{FinitePopulation::Unit::count, finite ? std::span<const double>(all.there) : std::span<const double>(), {}};
    const SurveyDesign design({all.stratum, all.psu, {}}, population);
    const std::size_t replicates = 4000;
    const auto scheme = bootstrap_weights(design, 8, replicates);
    double sum = 0;
    for (std::size_t r = 0; r < replicates; ++r) {
      Values weighted = scheme->of_records(r);
      for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= all.value[i];
      sum += bootstrap_variance(design, scheme->factors(r), DesignTotals(design, unit_totals(design, weighted)));
    }
    EXPECT_NEAR(sum / static_cast<double>(replicates) / design_variance(design, all.value), 1, 0.02) << finite;
  }
}

TEST(ReplicateWeights, VariancesOfReplicatesNeedThreeUnits) {
  EXPECT_NE(error_text([&] { require_variances_of_replicates(SurveyDesign({Keys{1, 1, 1, 5, 5}, Keys{1, 2, 3, 1, 2}, {}})); }).find("stratum 5 has two PSUs"), std::string::npos);
}

TEST(ReplicateWeights, VarianceByHand) {
  const Values scales{1, 0, 2}, estimates{1, 100, 3};
  EXPECT_DOUBLE_EQ(replicate_variance(0.5, scales, estimates, 1), 0.5 * (1 + 2)) << "about the mean of those that count";
  EXPECT_DOUBLE_EQ(replicate_variance(0.5, scales, estimates, 1, ReplicateCentre::estimate), 0.5 * 8);
  EXPECT_NE(error_text([&] { replicate_variance(1, scales, Values{1, 1, NAN}, 1); }).find("replicate 3"), std::string::npos);
}

}  // namespace
}  // namespace puente
