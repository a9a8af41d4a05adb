// Do the intervals hold what they promise? bigcity_population is a whole population: samples of two stages are drawn from it a
// thousand times, and standard errors and intervals are held against what the samples really do. Skipped without the data.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/statistics/design_variance.hpp"
#include "engine/statistics/interval.hpp"
#include "engine/statistics/poverty_influence.hpp"
#include "engine/statistics/replicate_weights.hpp"
#include "io/survey/table_file.hpp"
#include "tests/support/data_dir.hpp"
#include "tests/support/scale.hpp"

namespace puente::test {
namespace {

using Values = std::vector<double>;

struct Household {
  double income = 0, persons = 0;  ///< income a person
  bool children = false;           ///< anybody below 15
};

using Psu = std::vector<Household>;
using Stratum = std::vector<Psu>;

std::vector<Stratum> city() {
  const std::vector<io::WantedColumn> wanted{{"HHID", io::Want::text}, {"Stratum", io::Want::text}, {"PSU", io::Want::text}, {"Age"}, {"Income"}};
  const io::Table table = io::open_table(data_dir() + "/bigcity_population/persons.csv.gz", {})->read(wanted);
  std::map<std::string, std::map<std::string, std::map<std::string, Household>>> found;
  for (std::size_t i = 0; i < table.rows; ++i) {
    Household& h = found[table.find("Stratum")->cell(i)][table.find("PSU")->cell(i)][table.find("HHID")->cell(i)];
    h.income = table.find("Income")->numbers[i];
    ++h.persons;
    h.children |= table.find("Age")->numbers[i] < 15;
  }
  std::vector<Stratum> strata;
  for (const auto& [name, psus] : found) {
    strata.emplace_back();
    for (const auto& [psu, households] : psus) {
      strata.back().emplace_back();
      for (const auto& [id, household] : households) strata.back().back().push_back(household);
    }
  }
  return strata;
}

/// Records of a sample, or of everybody.
struct Survey {
  std::vector<std::int64_t> stratum, psu, household;
  Values psus_there, households_there, v, before, after;
  void add(std::size_t h, std::size_t p, std::size_t i, double psus, double households, double weight, const Household& one) {
    constexpr double transfer = 60;
    stratum.push_back(static_cast<std::int64_t>(h)), psu.push_back(static_cast<std::int64_t>(p)), household.push_back(static_cast<std::int64_t>(i));
    psus_there.push_back(psus), households_there.push_back(households);
    v.push_back(weight * one.persons);
    before.push_back(one.income), after.push_back(one.income + (one.children ? transfer : 0));
  }
};

/// `n` of `there` without replacement.
std::vector<std::size_t> some_of(std::size_t there, std::size_t n, std::mt19937_64& bits) {
  std::vector<std::size_t> all(there);
  for (std::size_t i = 0; i < there; ++i) all[i] = i;
  n = std::min(n, there);
  for (std::size_t i = 0; i < n; ++i) std::swap(all[i], all[i + bits() % (there - i)]);
  all.resize(n);
  return all;
}

Survey sample(const std::vector<Stratum>& strata, std::size_t psus, std::size_t households, std::mt19937_64& bits) {
  Survey survey;
  for (std::size_t h = 0; h < strata.size(); ++h) {
    const std::vector<std::size_t> drawn = some_of(strata[h].size(), psus, bits);
    for (const std::size_t p : drawn) {
      const Psu& psu = strata[h][p];
      const std::vector<std::size_t> of_psu = some_of(psu.size(), households, bits);
      const auto there = static_cast<double>(strata[h].size()), there_too = static_cast<double>(psu.size());
      const double weight = there / static_cast<double>(drawn.size()) * there_too / static_cast<double>(of_psu.size());
      for (const std::size_t i : of_psu) survey.add(h, p, i, there, there_too, weight, psu[i]);
    }
  }
  return survey;
}

Survey everybody(const std::vector<Stratum>& strata) {
  Survey survey;
  for (std::size_t h = 0; h < strata.size(); ++h)
    for (std::size_t p = 0; p < strata[h].size(); ++p)
      for (std::size_t i = 0; i < strata[h][p].size(); ++i) survey.add(h, p, i, 1, 1, 1, strata[h][p][i]);
  return survey;
}

constexpr double z = 300;

enum Statistic { headcount, gap, gini_index, median, difference_of_headcounts, statistics };
constexpr const char* names[] = {"headcount", "gap", "gini", "median", "difference"};

struct Figures {
  double value[statistics];
};

double poor_share(const OrderedWelfare& w) {
  return sum_of(w, [&](std::size_t i) { return w.y(i) < z ? 1.0 : 0.0; }) / w.weight();
}

Figures values(const OrderedWelfare& before, const OrderedWelfare& after) {
  Figures e;
  e.value[headcount] = poor_share(before);
  e.value[gap] = sum_of(before, [&](std::size_t i) { return std::max(0.0, 1 - before.y(i) / z); }) / before.weight();
  e.value[gini_index] = gini(before);
  e.value[median] = before.quantile(0.5).value;
  e.value[difference_of_headcounts] = poor_share(after) - e.value[headcount];
  return e;
}

struct Estimate : Figures {
  Contributions contributions[statistics];
};

Estimate estimate(const Survey& survey) {
  const OrderedWelfare before(survey.before, survey.v), after(survey.after, survey.v);
  const Values line(survey.v.size(), z);
  const InfluenceLine fixed{line, nullptr};
  Estimate e{values(before, after), {}};
  e.contributions[headcount] = fgt_contributions(before, fixed, 0);
  e.contributions[gap] = fgt_contributions(before, fixed, 1);
  e.contributions[gini_index] = gini_contributions(before);
  e.contributions[median] = quantile_contributions(before, 0.5);
  e.contributions[difference_of_headcounts] = difference(fgt_contributions(after, fixed, 0), e.contributions[headcount]);
  return e;
}

struct Record {
  double sum = 0, squares = 0, variances = 0;  ///< of estimates about the truth; of standard errors
  int covered = 0, logit_covered = 0;
  void add(double truth, double value, double se, double df, bool proportion) {
    const auto holds = [truth](const Interval& interval) { return interval.lower <= truth && truth <= interval.upper; };
    sum += value - truth;
    squares += (value - truth) * (value - truth);
    variances += se * se;
    covered += holds(symmetric_interval(value, se, 0.95, df));
    logit_covered += proportion && holds(logit_interval(value, se, 0.95, df));
  }
};

void check(const Record& record, Statistic statistic, int samples, std::size_t psus, std::size_t households) {
  const double n = samples, spread = std::sqrt((record.squares - record.sum * record.sum / n) / (n - 1));
  const double ratio = std::sqrt(record.variances / n) / spread, coverage = 100 * record.covered / n, logit = 100 * record.logit_covered / n;
  std::cout << psus << " x " << households << ", " << names[statistic] << ": bias " << record.sum / n << ", spread " << spread << ", standard error over it "
            << ratio << ", coverage " << coverage << " %" << (logit > 0 ? ", logit " + std::to_string(logit) + " %" : "") << "\n";
  ASSERT_TRUE(std::isfinite(ratio));
  if (samples < 1000) return;  // too few to tell
  EXPECT_GE(ratio, 0.90) << names[statistic];
  EXPECT_LE(ratio, 1.10) << names[statistic];
  EXPECT_GE(coverage, statistic == gini_index ? 88 : 92) << names[statistic];
  EXPECT_LE(coverage, statistic == gini_index ? 100 : 97.5) << names[statistic];
}

class Coverage : public testing::TestWithParam<std::size_t> {};

TEST_P(Coverage, OfAThousandSamples) {
  if (!has_data("bigcity_population")) GTEST_SKIP() << no_data("bigcity_population");
  const std::vector<Stratum> strata = city();
  const Estimate truth = estimate(everybody(strata));
  EXPECT_NEAR(truth.value[headcount], 0.29401195213820824, 1e-12);
  EXPECT_NEAR(truth.value[gini_index], 0.4025049229088814, 1e-12);
  const std::size_t psus = GetParam(), households = 10;
  const auto samples = static_cast<int>(scaled(1000));
  std::mt19937_64 bits(2026);
  Record records[statistics];
  for (int s = 0; s < samples; ++s) {
    const Survey survey = sample(strata, psus, households, bits);
    const SurveyDesign design({survey.stratum, survey.psu, survey.household},
                              {FinitePopulation::Unit::count, survey.psus_there, survey.households_there}, LonelyPsu::certainty);
    const Estimate e = estimate(survey);
    for (int k = 0; k < statistics; ++k)
      records[k].add(truth.value[k], e.value[k], standard_error(design, e.contributions[k]), static_cast<double>(design.degrees_of_freedom()),
                     k == headcount || k == gap || k == gini_index);
  }
  for (int k = 0; k < statistics; ++k) check(records[k], static_cast<Statistic>(k), samples, psus, households);
}

/// Standard errors of all statistics over replicates, each of which sorts and computes all again.
Figures replicate_errors(const ReplicateScheme& scheme, const Survey& survey, const Figures& full) {
  std::vector<Values> found(statistics);
  for (std::size_t r = 0; r < scheme.replicates(); ++r) {
    Values v = scheme.of_records(r);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] *= survey.v[i];
    const Figures one = values({survey.before, v}, {survey.after, v});
    for (int k = 0; k < statistics; ++k) found[static_cast<std::size_t>(k)].push_back(one.value[k]);
  }
  Figures errors;
  for (int k = 0; k < statistics; ++k)
    errors.value[k] = std::sqrt(replicate_variance(scheme.scale(), scheme.rscales(), found[static_cast<std::size_t>(k)], full.value[k]));
  return errors;
}

/// Replicates repeat every step and know no derivative; on a large sample they agree with those that do. A jackknife does not know
/// the error of a median (Shao and Tu 1995).
TEST(Replicates, AgreeWithLinearisation) {
  if (!has_data("bigcity_population")) GTEST_SKIP() << no_data("bigcity_population");
  std::mt19937_64 bits(7);
  const Survey survey = sample(city(), 2, 10, bits);
  const SurveyDesign design({survey.stratum, survey.psu, {}});
  const Estimate full = estimate(survey);
  const auto compare = [&](const char* name, const ReplicateScheme& scheme, double tolerance, bool of_median) {
    const Figures errors = replicate_errors(scheme, survey, full);
    for (int k = 0; k < statistics; ++k) {
      if (k == median && !of_median) continue;
      EXPECT_NEAR(errors.value[k] / standard_error(design, full.contributions[k]), 1, tolerance) << name << ", " << names[k];
    }
  };
  compare("jackknife", *stratified_jackknife_weights(design), 0.03, false);
  compare("balanced", *brr_weights(design, 0.5), 0.03, false);
  compare("bootstrap", *bootstrap_weights(design, 1, 1000), 0.15, true);
}

INSTANTIATE_TEST_SUITE_P(PsusAStratum, Coverage, testing::Values(2, 4));

}  // namespace
}  // namespace puente::test
