// Tables on the screen: figures between their limits, in columns that stay in line, and the table of figures alone. All numbers are the test's own.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "engine/run/intervals.hpp"
#include "io/report/columns.hpp"
#include "io/report/report.hpp"
#include "io/report/sensitivity.hpp"

namespace puente::test {
namespace {

using io::groups_table;
using io::screen_table;

/// A variable and its limits, each a value a cell.
struct Figures {
  std::vector<double> values, lower, upper;
};

void add(std::vector<Variable>& to, const std::string& name, std::vector<std::string> dimensions, const Figures& figures, const std::string& units = "1") {
  to.push_back({name, dimensions, figures.values, units, "", ""});
  if (figures.lower.empty()) return;
  to.push_back({name + "_se", dimensions, std::vector<double>(figures.values.size(), 1), units, "", ""});
  to.push_back({name + "_lower", dimensions, figures.lower, units, "", ""});
  to.push_back({name + "_upper", dimensions, figures.upper, units, "", ""});
}

Results two_scenarios() {
  Results results;
  results.title = "A grant";
  results.dimensions = {{"scenario", {"none", "grant"}, {}, "1", ""}, {"group", {"all"}, {}, "1", ""}, {"line", {"food"}, {}, "1", ""}, {"alpha", {}, {0, 1, 2}, "1", ""}};
  add(results.variables, "households", {"group"}, {{10}, {}, {}});
  add(results.variables, "persons", {"group"}, {{40}, {}, {}});
  return results;
}

/// Headcounts 50 % and 40 %, and so on; the first scenario is the one compared with.
Results bounded_scenarios() {
  Results results = two_scenarios();
  const std::vector<std::string> everybody = {"scenario", "group"}, poverty = {"scenario", "group", "line", "alpha"};
  add(results.variables, "mean_welfare", everybody, {{1.05, 11.5}, {1.04, 11.25}, {1.0625, 12}}, "ZMW/month");
  add(results.variables, "fgt", poverty, {{0.5, 0.25, 0.125, 0.4, 0.2, 0.1}, {0.49, 0.24, 0.12, 0.375, 0.19, 0.09}, {0.51, 0.26, 0.13, 0.425, 0.21, 0.11}});
  add(results.differences, "mean_welfare", everybody, {{0, 10.45}, {0, -0.5}, {0, 11}}, "ZMW/month");
  add(results.differences, "fgt", poverty, {{0, 0, 0, -0.1, -0.05, -0.025}, {0, 0, 0, -0.125, -0.0625, -0.03}, {0, 0, 0, 0.01, -0.04, -0.02}});
  results.provenance = {{interval_level, 0.95}, {"uncertainty", std::string("limits at 95 %, 50 draws")}};
  return results;
}

Variable& named(std::vector<Variable>& all, const std::string& name) {
  for (Variable& variable : all)
    if (variable.name == name) return variable;
  throw std::invalid_argument(name);
}

TEST(LimitsTable, HasALineAFigureWithItsLimits) {
  EXPECT_EQ(screen_table(bounded_scenarios()),
            "A grant\n"
            "\n"
            "scenario  estimate  [95 % limits]   change  [95 % limits]\n"
            "none\n"
            "  mean        1.05  [1.04, 1.06]\n"
            "  poor %     50.00  [49.00, 51.00]\n"
            "  gap %      25.00  [24.00, 26.00]\n"
            "  gap² %     12.50  [12.00, 13.00]\n"
            "grant\n"
            "  mean       11.50  [11.25, 12.00]  +10.45  [-0.50, +11.00]\n"
            "  poor %     40.00  [37.50, 42.50]  -10.00  [-12.50, +1.00]\n"
            "  gap %      20.00  [19.00, 21.00]   -5.00  [-6.25, -4.00]\n"
            "  gap² %     10.00  [9.00, 11.00]    -2.50  [-3.00, -2.00]\n"
            "\n"
            "limits at 95 %, 50 draws\n"
            "mean in ZMW/month; poverty line: food; 10 households, 40 persons\n");
}

TEST(LimitsTable, ShowsAChangeThatOnlyTheDrawsHave) {
  Results results = bounded_scenarios();
  for (const char* name : {"mean_welfare", "mean_welfare_lower", "mean_welfare_upper"}) named(results.differences, name).values[1] = 0;
  for (const char* name : {"fgt", "fgt_lower", "fgt_upper"})
    for (double& x : named(results.differences, name).values) x = 0;
  EXPECT_EQ(screen_table(results).find("+0.00"), std::string::npos);
  named(results.differences, "fgt_upper").values[3] = 0.01;
  EXPECT_NE(screen_table(results).find("  poor %     40.00  [37.50, 42.50]   +0.00  [+0.00, +1.00]\n"), std::string::npos) << screen_table(results);
}

TEST(LimitsTable, ShowsADashForWhatIsMissing) {
  Results results = bounded_scenarios();
  for (const char* name : {"fgt_lower", "fgt_upper"}) named(results.variables, name).values[3] = NAN;
  for (const char* name : {"fgt", "fgt_lower", "fgt_upper"}) named(results.variables, name).values[4] = NAN;
  named(results.differences, "mean_welfare_lower").values[1] = NAN;
  named(results.differences, "fgt").values[4] = NAN;
  const std::string table = screen_table(results);
  EXPECT_NE(table.find("\n  poor %     40.00  [-, -]          -10.00  [-12.50, +1.00]\n"), std::string::npos) << table;
  EXPECT_NE(table.find("\n  gap %          -  [-, -]               -  [-6.25, -4.00]\n"), std::string::npos) << table;
  EXPECT_NE(table.find("\n  mean       11.50  [11.25, 12.00]  +10.45  [-, +11.00]\n"), std::string::npos) << table;
}

/// Column of each piece of text, in letters: the square brackets, and where the numbers before them end.
std::vector<std::size_t> columns_of(const std::string& line) {
  std::vector<std::size_t> columns;
  for (std::size_t at = line.find("  ["); at != std::string::npos; at = line.find("  [", at + 1)) columns.push_back(io::width_of(line.substr(0, at)));
  return columns;
}

TEST(LimitsTable, StaysInLineWhateverTheWidthOfItsNumbersAndLabels) {
  for (const double money : {1.0, 1e3, 1e9, 1e15}) {
    Results results = bounded_scenarios();
    for (std::vector<Variable>* all : {&results.variables, &results.differences})
      for (const char* name : {"mean_welfare", "mean_welfare_lower", "mean_welfare_upper"})
        for (double& x : named(*all, name).values) x *= money;
    results.dimensions[0].labels = {"χωρίς επίδομα, όπως είναι σήμερα στη χώρα", "የገንዘብ ድጋፍ"};
    std::istringstream table(screen_table(results));
    std::vector<std::size_t> widest;
    std::size_t checked = 0;
    for (std::string line; std::getline(table, line);) {
      const std::vector<std::size_t> columns = columns_of(line);
      if (columns.empty()) continue;
      if (widest.empty()) widest = columns;
      for (std::size_t c = 0; c < columns.size(); ++c) EXPECT_EQ(columns[c], widest.at(c)) << line;
      checked += columns.size();
    }
    EXPECT_EQ(checked, 2U + 4 + 8) << money;
    EXPECT_NE(screen_table(results).find("\nየገንዘብ ድጋፍ\n"), std::string::npos);
  }
}

TEST(LimitsTable, OfGroupsHasNoChanges) {
  Results results = two_scenarios();
  results.dimensions[0].labels = {"survey"};
  results.dimensions[1].labels = {"all", "παιδιά"};
  add(results.variables, "mean_welfare", {"scenario", "group"}, {{100, 90.5}, {95, NAN}, {105, NAN}}, "EUR/year");
  add(results.variables, "gini", {"scenario", "group"}, {{0.25, 0.3}, {0.24, 0.28}, {0.26, 0.32}});
  results.provenance = {{interval_level, 0.9}, {"uncertainty", std::string("limits at 90 %")}};
  EXPECT_EQ(groups_table(results),
            "group   estimate  [90 % limits]\n"
            "all\n"
            "  mean    100.00  [95.00, 105.00]\n"
            "  Gini    0.2500  [0.2400, 0.2600]\n"
            "παιδιά\n"
            "  mean     90.50  [-, -]\n"
            "  Gini    0.3000  [0.2800, 0.3200]\n"
            "\n"
            "limits at 90 %\n"
            "mean in EUR/year; 10 households, 40 persons\n");
}

/// Pupils, their cost and who pays stand between limits too.
TEST(LimitsTable, HasChildrenAndFinancing) {
  Results results = bounded_scenarios();
  results.add_dimension({"state_from", {"home", "school"}, {}, "1", ""});
  results.add_dimension({"state_to", {"home", "school"}, {}, "1", ""});
  const std::vector<std::string> everybody = {"scenario", "group"}, alone = {"scenario"};
  add(results.variables, "schooling_transition", {"scenario", "group", "state_from", "state_to"}, {{1, 0, 0, 3, 0, 1, 0, 3}, {}, {}});
  add(results.variables, "pupils", everybody, {{3, 4}, {3, 3}, {3, 5}});
  add(results.differences, "pupils", everybody, {{0, 1}, {0, 0}, {0, 2}});
  add(results.variables, "child_earnings_change", everybody, {{0, -70}, {0, -90}, {0, -60}}, "ZMW/month");
  add(results.differences, "child_earnings_change", everybody, {{0, -70}, {0, -90}, {0, -60}}, "ZMW/month");
  add(results.variables, "cost_per_additional_pupil", alone, {{NAN, 1200}, {NAN, 600}, {NAN, 2400}}, "ZMW/year");
  add(results.variables, "unfunded_cost", alone, {{0, 1e6}, {0, 9e5}, {0, NAN}}, "ZMW/month");
  add(results.variables, "levy_share", alone, {{NAN, 0.02}, {NAN, 0.015}, {NAN, 0.025}});
  add(results.variables, "levy_per_household", alone, {{3, NAN}, {NAN, NAN}, {NAN, NAN}}, "ZMW/month");
  const std::string table = screen_table(results);
  for (const char* text : {"\n  pupils                     4  [3, 5]                 +1  [+0, +2]\n", "\n  change of earnings       -70  [-90, -60]            -70  [-90, -60]\n",
                           "\n  cost a pupil-year    1200.00  [600.00, 2400.00]\n", "\nchildren                              home %          school %\n",
                           "\ngrant                                   0.00            100.00\n", "\ngrant: paid by a levy of 2 [1.5, 2.5] % of money\n",
                           "\nnone: paid by a levy of 3 ZMW/month a household\n", "\nunfunded: grant (1e+06 [900000, -] ZMW/month)\n",
                           "\nmean in ZMW/month; change of earnings in ZMW/month; cost a pupil-year in ZMW/year; poverty line: food; "})
    EXPECT_NE(table.find(text), std::string::npos) << text << table;
}

TEST(ScreenTable, WithoutLimitsHasALineAScenario) {
  Results results = bounded_scenarios();
  results.provenance.clear();
  for (std::vector<Variable>* all : {&results.variables, &results.differences})
    std::erase_if(*all, [](const Variable& v) { return v.name.ends_with("_se") || v.name.ends_with("_lower") || v.name.ends_with("_upper"); });
  EXPECT_EQ(screen_table(results),
            "A grant\n"
            "\n"
            "scenario                          mean      poor %       gap %      gap² %\n"
            "none                              1.05       50.00       25.00       12.50\n"
            "grant                            11.50       40.00       20.00       10.00\n"
            "  change                        +10.45      -10.00       -5.00       -2.50\n"
            "\n"
            "mean in ZMW/month; poverty line: food; 10 households, 40 persons\n");
}

TEST(ScreenTable, OfSharesStaysInLineWithNamesInAnyAlphabet) {
  Results results = two_scenarios();
  results.dimensions[0].labels = {"grant"};
  results.add_dimension({"factor", {"ποσοστό", "amount"}, {}, "1", ""});
  results.groups["sensitivity"] = {{"mean_welfare", {"factor", "scenario", "group"}, {0.5, 0.25}, "1", "", ""},
                                   {"mean_welfare_mcse", {"factor", "scenario", "group"}, {0.01, 0.02}, "1", "", ""}};
  EXPECT_NE(io::sensitivity_lines(results).find("  ποσοστό                            50.0         1.0\n"
                                                "  amount                             25.0         2.0\n"
                                                "  others, together, or chance        25.0\n"),
            std::string::npos)
      << io::sensitivity_lines(results);
}

TEST(Columns, AreAsWideAsTheirWidestCellAndAHeadingWidensNone) {
  EXPECT_EQ(io::aligned({{"a heading that is wide"}, {"a", "1", "x"}, {"ελά", "10", ""}, {"b"}}, {1}), "a heading that is wide\na     1  x\nελά  10\nb\n");
  EXPECT_EQ(io::aligned({}), "");
}

}  // namespace
}  // namespace puente::test
