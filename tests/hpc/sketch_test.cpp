// Precision "sketch" as a user meets it, beside "exact": the same where a group was put in order, within the stated bounds
// where it was not.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "io/hdf5/results_file.hpp"
#include "tests/hpc/layouts.hpp"
#include "tests/support/survey_map.hpp"

namespace puente::test {
namespace {

using Json = nlohmann::json;

/// How many groups were put in order and how many were not.
struct Seen {
  int ordered = 0, sketched = 0;
};

bool near(const Json& a, const Json& b, double tolerance) {
  if (a.is_null() || b.is_null()) return a == b;
  return std::fabs(a.get<double>() - b.get<double>()) <= tolerance;
}

void compare_group(const Json& sketch, const Json& exact, Seen& seen) {
  for (const char* name : {"persons", "households", "mean", "fgt", "watts", "ge", "atkinson", "poor_persons", "total_gap"}) {
    ASSERT_EQ(sketch.contains(name), exact.contains(name)) << name;
    if (exact.contains(name)) {
      EXPECT_EQ(sketch[name], exact[name]) << name;
    }
  }
  if (exact["gini"].is_null()) return;
  const double bound = sketch["gini_error_bound"];
  EXPECT_LE(bound, 1e-5 * sketch["gini"].get<double>());
  if (bound == 0) {
    ++seen.ordered;
    for (const char* name : {"gini", "palma", "s80_s20", "p90_p10", "quantile", "lorenz", "decile_share"}) EXPECT_EQ(sketch[name], exact[name]) << name;
    return;
  }
  ++seen.sketched;
  EXPECT_TRUE(near(sketch["gini"], exact["gini"], bound));
  for (const auto& [p, value] : exact["quantile"].items()) EXPECT_TRUE(near(sketch["quantile"][p], value, sketch["quantile_error_bound"][p])) << p;
  for (const auto& [p, value] : exact["lorenz"].items()) EXPECT_TRUE(near(sketch["lorenz"][p], value, 1e-5)) << p;
  for (std::size_t d = 0; d < 10; ++d) EXPECT_TRUE(near(sketch["decile_share"][d], exact["decile_share"][d], 2e-5)) << d;
}

Seen compare_groups(const Json& sketch, const Json& exact) {
  Seen seen;
  EXPECT_EQ(sketch.size(), exact.size());
  for (const auto& [name, group] : exact.items()) {
    SCOPED_TRACE(name);
    compare_group(sketch.at(name), group, seen);
  }
  return seen;
}

TEST(Sketch, OfARunWithItsRecipientsAndArms) {
  Folder folder;
  const std::string run = "run " + folder.write("village.toml", village);
  const Json exact = puente_json(run), sketch = puente_json(run + " --precision sketch");
  for (const char* scenario : {"none", "meals", "both"}) {
    SCOPED_TRACE(scenario);
    const Seen seen = compare_groups(sketch["scenarios"][scenario]["groups"], exact["scenarios"][scenario]["groups"]);
    EXPECT_GT(seen.sketched, 2);
    EXPECT_GT(seen.ordered, 2);
  }
}

/// A difference is off by what both of its sides are; recipients and arms take theirs from tallies of their own.
TEST(Sketch, OfDifferencesOfTheSameUnits) {
  Folder folder;
  const std::string run = "run " + folder.write("village.toml", village) + " --quiet -o ";
  ASSERT_EQ(puente(run + (folder / "exact.h5")).code, 0);
  ASSERT_EQ(puente(run + (folder / "sketch.h5") + " --precision sketch").code, 0);
  const Results exact = io::read_results(folder / "exact.h5"), sketch = io::read_results(folder / "sketch.h5");
  ASSERT_EQ(exact.differences.size(), sketch.differences.size());
  const std::map<std::string, double> tolerance = {{"gini", 2e-5}, {"lorenz", 2e-5}, {"decile_share", 4e-5}};
  int compared = 0;
  for (std::size_t v = 0; v < exact.differences.size(); ++v) {
    const Variable &a = sketch.differences[v], &b = exact.differences[v];
    ASSERT_EQ(a.name, b.name);
    const auto found = tolerance.find(a.name);
    const bool ordered = a.name == "palma" || a.name == "s80_s20" || a.name == "p90_p10" || a.name == "quantile_value";
    for (std::size_t i = 0; !ordered && i < a.values.size(); ++i) {
      ASSERT_EQ(std::isnan(a.values[i]), std::isnan(b.values[i])) << a.name;
      if (std::isnan(a.values[i])) continue;
      ++compared;
      ASSERT_LE(std::fabs(a.values[i] - b.values[i]), found == tolerance.end() ? 0.0 : found->second) << a.name;
    }
  }
  EXPECT_GT(compared, 1000);
}

/// 3,000 households of a survey with weights as surveys have them, in groups of 2 to thousands of households.
std::string survey_of(double weights_sum_to) {
  std::mt19937_64 bits(5);
  std::string rows = "h,p,w,income,district,age\n";
  for (int h = 0; h < 3000; ++h) {
    const double weight = weights_sum_to / 3000 * (0.4 + static_cast<double>(bits() % 1000) / 800);
    const double income = h % 97 == 0 ? -5 : 40.123 + 400.0 * static_cast<double>(bits() % 1000) * static_cast<double>(bits() % 1000) / 1e6;
    const int district = h < 2000 ? 1 : h < 2900 ? 2 : 3 + h % 40, persons = 1 + h % 4;
    for (int p = 1; p <= persons; ++p)
      rows += std::to_string(h) + ',' + std::to_string(p) + ',' + std::to_string(weight) + ',' + std::to_string(income) + ',' + std::to_string(district) +
              ',' + std::to_string(bits() % 70) + '\n';
  }
  return rows;
}

const std::string survey_map = map_of_persons("income = { from = \"income\" }\ndistrict = { from = \"district\" }\n", "age = { from = \"age\" }\n");

class OfASurvey : public testing::TestWithParam<double> {};

TEST_P(OfASurvey, StatisticsWithSmallGroups) {
  Folder folder;
  folder.write("s.csv", survey_of(GetParam()));
  const Ran imported = puente("import " + folder.write("m.toml", survey_map) + " -o " + (folder / "p.h5"));
  ASSERT_EQ(imported.code, 0) << imported.text;
  const std::string statistics = "statistics " + (folder / "p.h5") + " --welfare 'income/size' --line 60 --by district --by 'child=age < 15'";
  const Json exact = puente_json(statistics), sketch = puente_json(statistics + " --precision sketch");
  const Seen seen = compare_groups(sketch.at("groups"), exact.at("groups"));
  EXPECT_EQ(seen.ordered + seen.sketched, 1 + 42 + 2);
  EXPECT_GE(seen.ordered, 40) << "districts of two or three households";
}

INSTANTIATE_TEST_SUITE_P(Weights, OfASurvey, testing::Values(3.0e6, 3000.0, 1.0));

/// A hundred draws of parameters, each of all scenarios and groups, in both precisions.
TEST(Sketch, OfEveryDrawIsWithinItsBound) {
  Folder folder;
  std::string content = village;
  content.insert(content.find("[welfare]"), "[parameters]\ngain = { value = 0.1, se = 0.03 }\ngrant = { value = 10, low = 5, high = 20 }\n");
  content.replace(content.find("size = 0.1"), 10, "size = 'gain'");
  content.replace(content.find("= 20000"), 7, "= 5000");
  content.replace(content.find("'10*size'"), 9, "'grant*size'");
  content += "[statistics]\ninclude = [\"gini\", \"quantiles\", \"shares\"]\nquantiles = [0.1, 0.5, 0.9]\nrecipients = false\narms = false\n";
  const std::string run = "run " + folder.write("village.toml", content) + " --quiet --draws 100 --save-draws --batch 8 --threads 1 -o ";
  for (const char* precision : {"exact", "sketch"}) {
    const Ran ran = puente(run + (folder / (std::string(precision) + ".h5")) + " --precision " + precision);
    ASSERT_EQ(ran.code, 0) << ran.text;
  }
  const Results exact = io::read_results(folder / "exact.h5"), sketch = io::read_results(folder / "sketch.h5");
  const auto drawn = [](const Results& results, const std::string& name) {
    for (const Variable& variable : results.groups.at("draws"))
      if (variable.name == name) return variable.values;
    throw std::runtime_error("there is no " + name);
  };
  for (const std::string name : {"gini", "quantile_value"}) {
    const std::vector<double> a = drawn(exact, name), b = drawn(sketch, name), bound = drawn(sketch, name + "_error_bound");
    ASSERT_EQ(a.size(), bound.size());
    double sketched = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (std::isnan(a[i]) && std::isnan(b[i])) continue;
      sketched += bound[i] > 0;
      ASSERT_LE(std::fabs(a[i] - b[i]), bound[i]) << name << " " << i;
      ASSERT_LE(bound[i], name == "gini" ? 1e-5 * b[i] : INFINITY) << i;
    }
    EXPECT_GE(sketched, 100) << name;
  }
}

}  // namespace
}  // namespace puente::test
