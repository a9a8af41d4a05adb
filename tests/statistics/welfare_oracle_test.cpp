// Published numbers: the oracles O1–O4, O7, O8, and the survey of EU-SILC.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
#include "engine/statistics/welfare_tally.hpp"
#include "tests/statistics/survey_csv.hpp"

namespace {

using puente::Precision;
using puente::WelfareResult;
using puente::WelfareStatistics;
using puente::WelfareTally;

struct Data {
  std::vector<double> y, w, z;
};

Data unweighted(std::vector<double> y, double z) {
  const std::size_t n = y.size();
  return {std::move(y), std::vector<double>(n, 1.0), std::vector<double>(n, z)};
}

WelfareResult result_of(const Data& data, WelfareStatistics asked) {
  asked.lines = 1;
  WelfareTally tally(asked);
  const double* line = data.z.data();
  tally.add({data.y.size(), data.y.data(), data.w.data(), std::span(&line, 1)}, {});
  puente::Exchange exchange;
  puente::Team team;
  tally.reduce(exchange);
  return tally.finish(exchange, team)[0];
}

void expect_close(double got, double oracle, double relative = 1e-12) {
  EXPECT_LE(std::fabs(got - oracle), relative * std::fabs(oracle)) << got << " against " << oracle;
}

/// Oracles are printed with some digits: agreement to half a unit of the last one.
void expect_printed(double got, double printed, int decimals) {
  EXPECT_LE(std::fabs(got - printed), 0.51 * std::pow(10.0, -decimals)) << got << " against " << printed;
}

TEST(Oracle, HaughtonAndKhandkerChapter4) {
  const WelfareResult a = result_of(unweighted({100, 100, 150, 150}, 125), {});
  expect_close(a.lines[0].fgt[0], 0.5);
  expect_close(a.lines[0].fgt[1], 0.1);
  expect_close(a.lines[0].fgt[2], 0.02);
  expect_close(a.lines[0].watts, 0.5 * std::log(1.25));
  EXPECT_EQ(a.lines[0].poor, 2);
  EXPECT_EQ(a.lines[0].total_gap, 50);
  const WelfareResult b = result_of(unweighted({124, 124, 150, 150}, 125), {});
  expect_close(b.lines[0].fgt[1], 0.004);
  expect_close(b.lines[0].fgt[2], 0.000032);
  expect_close(b.lines[0].watts, static_cast<double>(0.5L * std::log(125.0L / 124.0L)));
  const WelfareResult c = result_of(unweighted({100, 110, 150, 160}, 125), {});
  expect_close(c.lines[0].fgt[1], 0.08);
  expect_close(c.lines[0].fgt[2], 0.0136);
  expect_printed(c.lines[0].watts, 0.087744230706, 12);
  const WelfareResult weighted = result_of({{100, 150}, {2, 2}, {125, 125}}, {});
  EXPECT_EQ(weighted.lines[0].fgt[2], a.lines[0].fgt[2]);
  EXPECT_EQ(weighted.gini, a.gini);
}

TEST(Oracle, HaughtonAndKhandkerTable63) {
  WelfareStatistics asked;
  asked.entropy = {1, 0, 1.25, 1.5, 1.75, 2, 2.25, 2.5, -1, 0.5};
  asked.atkinson = {0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25};
  const WelfareResult r = result_of(unweighted({10, 15, 20, 25, 40, 20, 30, 35, 45, 90}, 30), asked);
  expect_close(r.gini, 0.32727272727272727);
  const double entropy[] = {.1830644223, .1792202891, .1883288, .1954897, .2047211, .2162534435, .2303812, .2474728, .2043928571, .1777817470};
  const int entropy_digits[] = {10, 10, 7, 7, 7, 10, 7, 7, 10, 10};
  for (std::size_t i = 0; i < 10; ++i) expect_printed(r.entropy[i], entropy[i], entropy_digits[i]);
  const double atkinson[] = {.0446396, .0869154766, .1267328, .1640782654, .1989991, .2315817, .2619332, .2901688384, .3164032};
  const int atkinson_digits[] = {7, 10, 7, 10, 7, 7, 7, 10, 7};
  for (std::size_t i = 0; i < 9; ++i) expect_printed(r.atkinson[i], atkinson[i], atkinson_digits[i]);
}

const std::vector<double> ineq_x{541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261};

TEST(Oracle, IneqExamples) {
  WelfareStatistics asked;
  asked.entropy = {1, 0, 0.5, 2};
  const WelfareResult x = result_of(unweighted(ineq_x, 2000), asked);
  expect_printed(x.gini, .4620911, 7);
  const double entropy[] = {.3623412423, .4335946495, .3770930965, .4204061546};
  for (std::size_t i = 0; i < 4; ++i) expect_printed(x.entropy[i], entropy[i], 10);
  expect_printed(x.atkinson[0], .1796591, 7);
  expect_printed(x.atkinson[1], .3518250597, 10);
  expect_close(x.lines[0].fgt[0], 0.2);
  expect_close(x.lines[0].fgt[1], 0.0998);
  expect_close(x.lines[0].fgt[2], 0.06042625);
  expect_printed(x.lines[0].watts, .1620141, 7);

  const WelfareResult y = result_of(unweighted({841, 2063, 2445, 3438, 4437, 5401, 6392, 8304, 11304, 21961}, 2000), asked);
  expect_printed(y.gini, .4413660529, 10);
  expect_printed(y.lines[0].watts, .08663108, 8);
  expect_close(y.lines[0].fgt[1], 0.05795);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LT(y.entropy[i], x.entropy[i]);

  Data weighted = unweighted(ineq_x, 2000);
  weighted.w = {482, 825, 722, 690, 661, 760, 745, 2140, 1911, 1024};
  const WelfareResult w = result_of(weighted, asked);
  expect_printed(w.gini, .3889256661, 10);
  expect_printed(w.mean, 8104.344578, 6);
}

TEST(Oracle, WeightsAreReplication) {
  WelfareStatistics asked;
  asked.quantiles = {0.1, 0.4, 0.40001, 0.7, 0.9, 1, 0};
  const WelfareResult r = result_of({{5, 10, 20, 40}, {4, 3, 2, 1}, {12, 12, 12, 12}}, asked);
  expect_printed(r.gini, .3923076923, 10);
  expect_close(r.gini, 51.0 / 130);
  expect_close(r.lines[0].fgt[0], 0.7);
  expect_printed(r.lines[0].fgt[1], .2833333333, 10);
  expect_printed(r.lines[0].fgt[2], .1444444444, 10);
  EXPECT_EQ(r.quantile, (std::vector<double>{5, 5, 10, 10, 20, 40, 5}));
  expect_close(r.lorenz[1], 20.0 / 130);
  expect_close(r.lorenz[5], 1);
  EXPECT_EQ(r.lorenz[6], 0);
}

/// 10⁶ draws of ln y ~ N(1, 0.8²): the closed forms within four standard errors or so.
TEST(Oracle, LognormalClosedForms) {
  const std::size_t n = 1'000'000;
  std::vector<std::int64_t> household(n);
  for (std::size_t i = 0; i < n; ++i) household[i] = static_cast<std::int64_t>(i);
  Data data{std::vector<double>(n), std::vector<double>(n, 1.0), std::vector<double>(n, 3.0)};
  puente::draw_uniforms(puente::purpose_key(1, "income"), n, household.data(), nullptr, 0, data.y.data());
  for (double& y : data.y) y = puente::exp(1 + 0.8 * puente::inverse_normal_cdf(y));
  for (const Precision precision : {Precision::exact, Precision::sketch}) {
    WelfareStatistics asked;
    asked.precision = precision;
    asked.quantiles = {0.5};
    const WelfareResult r = result_of(data, asked);
    EXPECT_NEAR(r.mean, 3.7434213773, 0.015);
    EXPECT_NEAR(r.gini, .4283923550, 0.002);
    EXPECT_NEAR(r.lines[0].fgt[0], .5490515152, 0.002);
    EXPECT_NEAR(r.lines[0].fgt[1], .2379892115, 0.001);
    EXPECT_NEAR(r.lines[0].fgt[2], .1332535045, 0.001);
    EXPECT_NEAR(r.lines[0].watts, .3708815705, 0.002);
    EXPECT_NEAR(r.entropy[1], .32, 0.003);
    EXPECT_NEAR(r.entropy[2], .32, 0.005);
    EXPECT_NEAR(r.entropy[3], .4482404397, 0.02);
    EXPECT_NEAR(r.atkinson[0], .1478562110, 0.002);
    EXPECT_NEAR(r.atkinson[1], .2738509629, 0.002);
    EXPECT_NEAR(r.atkinson[2], .4727075760, 0.003);
    EXPECT_NEAR(r.quantile[0], std::exp(1), 0.01);
    EXPECT_LE(r.gini_error_bound, 1e-5 * r.gini);
  }
}

TEST(Oracle, EuSilc) {
  const puente::testing::Table table = puente::testing::read_csv(puente::testing::data_folder() + "/eusilc_synth_at/persons.csv");
  if (table.empty()) GTEST_SKIP() << "the surveys are not there; set PUENTE_DATA_DIR to their folder";
  Data data{puente::testing::numbers(table, "eqIncome"), puente::testing::numbers(table, "rb050"), {}};
  ASSERT_EQ(data.y.size(), 14827u);
  data.z.assign(data.y.size(), 10000);
  WelfareStatistics asked;
  asked.quantiles = {0.1, 0.25, 0.5, 0.75, 0.9};
  const WelfareResult r = result_of(data, asked);
  EXPECT_EQ(r.records, 14827);
  expect_close(r.weight, 8182222.0);
  expect_close(r.mean, 19890.806931295458);
  const double quantiles[] = {9653.39230769231, 13356.7523809524, 18098.7266666667, 24211.0217391304, 31835.28};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(r.quantile[i], quantiles[i]);
  expect_close(r.gini, 0.26489619211322923);
  const double deciles[] = {0.0342695133069865,  0.055101583566339395, 0.06694896702150194, 0.07627095638086323, 0.08606003904860349,
                            0.09624064674862476, 0.1079733185662402,   0.12220304518681957, 0.14316864185327693, 0.21176328832074398};
  for (std::size_t i = 0; i < 10; ++i) expect_close(r.decile_share[i], deciles[i]);
  expect_close(r.s80_s20, 3.971439789724182);
  expect_close(r.palma, 0.9104534133335849);
  expect_close(r.entropy[2], 0.12052692061308487);
  expect_close(r.entropy[1], 0.13136923047670868);
  expect_close(r.lines[0].fgt[0], 0.11444012919852571);
  expect_close(r.lines[0].fgt[1], 0.03208541796328064);
  expect_close(r.lines[0].fgt[2], 0.016189352959288923);
  expect_close(r.lines[0].watts, 0.05173331122627041);

  data.z.assign(data.y.size(), 0.6 * r.quantile[2]);
  const WelfareResult relative = result_of(data, asked);
  expect_close(relative.lines[0].fgt[0], 0.1444421816753355);
  expect_close(relative.lines[0].fgt[1], 0.03980937073184954);
  expect_close(relative.lines[0].watts, 0.062391084263451205);
}

}  // namespace
