// Standard errors of whole surveys beside those R's survey and convey give for them (reference_design_R.json of the data sets;
// convey's documentation for the poverty line and rate of EU-SILC). Skipped where the surveys are not there.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/statistics/design_variance.hpp"
#include "engine/statistics/interval.hpp"
#include "engine/statistics/poverty_influence.hpp"
#include "io/survey/table_file.hpp"
#include "tests/support/data_dir.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

using Values = std::vector<double>;
using Keys = std::vector<std::int64_t>;

io::Table read(const std::string& file, const std::vector<std::string>& columns) {
  std::vector<io::WantedColumn> wanted;
  for (const std::string& name : columns) wanted.push_back({name, io::Want::any});
  return io::open_table(data_dir() + "/" + file, {})->read(wanted);
}

const Values& numbers(const io::Table& table, const std::string& name) { return table.find(name)->numbers; }

Keys keys(const io::Table& table, const std::string& name) {
  const io::TableColumn& column = *table.find(name);
  if (column.is_text()) return {column.word_of.begin(), column.word_of.end()};
  return {column.numbers.begin(), column.numbers.end()};
}

nlohmann::json reference(const std::string& set) {
  return json_of_file(data_dir() + "/" + set + "/reference_design_R.json");
}

/// Six digits.
void expect_six(double found, const nlohmann::json& expected, const std::string& what) {
  EXPECT_NEAR(found / expected.get<double>(), 1, 5e-7) << what;
}

void expect_estimate(double estimate, double se, double df, const nlohmann::json& expected, const std::string& what) {
  expect_six(estimate, expected["est"], what);
  expect_six(se, expected["se"], what + ", standard error");
  if (!expected.contains("ci95")) return;
  const Interval interval = symmetric_interval(estimate, se, 0.95, df);
  expect_six(interval.lower, expected["ci95"][0], what + ", lower end");
  expect_six(interval.upper, expected["ci95"][1], what + ", upper end");
}

double fgt(const OrderedWelfare& w, double z, int alpha) {
  return sum_of(w, [&](std::size_t i) { return w.y(i) < z ? std::pow(1 - w.y(i) / z, alpha) : 0.0; }) / w.weight();
}

void expect_poverty(const OrderedWelfare& w, const SurveyDesign& design, double z, const nlohmann::json& expected) {
  const Values line(w.records(), z);
  for (const int alpha : {0, 1, 2}) {
    const std::string name = "fgt" + std::to_string(alpha);
    const double se = standard_error(design, fgt_contributions(w, {line, nullptr}, alpha));
    expect_estimate(fgt(w, z, alpha), se, static_cast<double>(design.degrees_of_freedom()), expected[name], name);
  }
}

class EuSilc : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_data("eusilc_synth_at")) GTEST_SKIP() << no_data("eusilc_synth_at");
    const io::Table table = read("eusilc_synth_at/persons.csv", {"db040", "rb030", "rb050", "eqIncome"});
    stratum_ = keys(table, "db040"), psu_ = keys(table, "rb030");
    y_ = numbers(table, "eqIncome"), v_ = numbers(table, "rb050");
  }
  SurveyDesign design() const { return SurveyDesign({stratum_, psu_, {}}); }
  Keys stratum_, psu_;
  Values y_, v_;
};

TEST_F(EuSilc, PovertyAtAFixedLine) { expect_poverty({y_, v_}, design(), 10'000, reference("eusilc_synth_at")["fgt_z10000"]); }

// convey: svyarpt 10,859 (50.6), svyarpr 14.444 % (0.276); to the digits its documentation prints. By its formulas in R they are
// 50.63622 and 0.2756769.
TEST_F(EuSilc, RelativeLineAndRate) {
  const OrderedWelfare w(y_, v_);
  const double median = w.quantile(0.5).value;
  const double line_error = 0.6 * standard_error(design(), quantile_contributions(w, 0.5));
  EXPECT_NEAR(line_error, 50.6, 0.05);
  EXPECT_NEAR(line_error, 50.63622, 5e-5);
  const Contributions own = quantile_line(w, 0.5);
  const Values line(y_.size(), 0.6 * median);
  const double rate_error = standard_error(design(), fgt_contributions(w, {line, &own}, 0));
  EXPECT_NEAR(100 * rate_error, 0.276, 0.0005);
  EXPECT_NEAR(100 * rate_error, 0.2756769, 5e-7);
}

// convey's svygini: 0.0019. Its formula (Osier 2009) in R, with the Gini of DESIGN 6: 0.00194688934653.
TEST_F(EuSilc, Gini) {
  const OrderedWelfare w(y_, v_);
  EXPECT_NEAR(gini(w), 0.264896192113229, 1e-12);
  EXPECT_NEAR(standard_error(design(), gini_contributions(w)) / 0.00194688934653, 1, 1e-10);
}

class Synthetic : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_data("wb_synth_2023")) GTEST_SKIP() << no_data("wb_synth_2023");
  }
  /// Stratum by region and area.
  static Keys strata(const io::Table& households) {
    Keys stratum = keys(households, "geo1");
    const Keys area = keys(households, "urbrur");
    for (std::size_t i = 0; i < stratum.size(); ++i) stratum[i] = 10 * stratum[i] + area[i];
    return stratum;
  }
  const std::string prefix_ = "wb_synth_2023/WLD_2023_SYNTH-SVY-";
  nlohmann::json expected_ = has_data("wb_synth_2023") ? reference("wb_synth_2023") : nlohmann::json();
};

TEST_F(Synthetic, PovertyAndMean) {
  const io::Table table = read(prefix_ + "HLD-EN_v01_M.dta", {"ea", "geo1", "urbrur", "popweight", "pc_exp"});
  const Keys stratum = strata(table), psu = keys(table, "ea");
  const SurveyDesign design({stratum, psu, {}}, {}, LonelyPsu::adjust);
  EXPECT_EQ(design.strata(), expected_["n_strata"]);
  EXPECT_EQ(design.psus(), expected_["n_psu"]);
  EXPECT_EQ(design.degrees_of_freedom(), expected_["degf"]);
  const OrderedWelfare w(numbers(table, "pc_exp"), numbers(table, "popweight"));
  expect_poverty(w, design, 1800, expected_["fgt_z1800"]);
  expect_poverty(w, design, 2500, expected_["fgt_z2500"]);
  expect_estimate(w.mean(), standard_error(design, mean_contributions(w)), 301, expected_["mean_pc_exp"], "mean");
}

TEST_F(Synthetic, AttendanceIsAProportionInADomain) {
  const io::Table households = read(prefix_ + "HLD-EN_v01_M.dta", {"hid", "ea", "geo1", "urbrur", "hhweight"});
  const io::Table persons = read(prefix_ + "IND-EN_v01_M.dta", {"hid", "age", "school_attend"});
  const Keys strata_of = strata(households), psus = keys(households, "ea");
  const auto hid = [](const io::Table& table, std::size_t row) { return table.find("hid")->cell(row); };
  std::map<std::string, std::size_t> household;
  for (std::size_t h = 0; h < households.rows; ++h) household[hid(households, h)] = h;
  Keys stratum, psu;
  Values weight;
  for (std::size_t i = 0; i < persons.rows; ++i) {
    const std::size_t h = household.at(hid(persons, i));
    stratum.push_back(strata_of[h]), psu.push_back(psus[h]), weight.push_back(numbers(households, "hhweight")[h]);
  }
  const SurveyDesign design({stratum, psu, {}}, {}, LonelyPsu::adjust);
  const std::map<std::string, std::pair<int, int>> bands{{"6-11", {6, 11}}, {"12-17", {12, 17}}, {"6-17", {6, 17}}};
  for (const auto& [name, band] : bands) {
    Values v(persons.rows, 0.0), attends(persons.rows, 0.0);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const double age = numbers(persons, "age")[i];
      v[i] = age >= band.first && age <= band.second ? weight[i] : 0;
      attends[i] = numbers(persons, "school_attend")[i] == 1 ? 1 : 0;
    }
    const OrderedWelfare w(attends, v);
    // The reference takes the degrees of freedom of the whole design, not of the domain.
    expect_estimate(w.mean(), standard_error(design, mean_contributions(w)), 301, expected_["attendance"][name], name);
  }
}

}  // namespace
}  // namespace puente::test
