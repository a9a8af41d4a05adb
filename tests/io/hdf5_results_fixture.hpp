// A small set of results with labelled and numbered dimensions, a scalar, missing values and text beyond
// ASCII.
#pragma once

#include <limits>

#include "engine/run/results.hpp"

namespace puente::test {

inline Results small_results() {
  Results results;
  results.title = "Two scenarios, año 2015";
  results.dimensions = {{"scenario", {"reference", "both"}, {}, "1", "Scenario"},
                        {"group", {"all", "province=Luapula"}, {}, "1", "Group of the population"},
                        {"line", {"national", "extreme"}, {}, "1", "Poverty line"},
                        {"alpha", {}, {0, 1, 2}, "1", "Aversion to poverty"},
                        {"programme", {}, {}, "1", "Programme"}};
  Variable households{"households", {"group"}, {3e6, 1.5e5}, "1", "Households", ""};
  Variable fgt{"fgt", {"scenario", "group", "line", "alpha"}, {},
               "1",   "Foster-Greer-Thorbecke index",         "strictly below the line"};
  for (int i = 0; i < 24; ++i) fgt.values.push_back(1.0 / (i + 1.0));
  fgt.values[5] = std::numeric_limits<double>::quiet_NaN();
  Variable cost{"cost", {"scenario", "programme"}, {}, "ZMW/month", "Cost", ""};
  Variable total{"total", {}, {42.5}, "ZMW/month", "A number alone", ""};
  Variable change = fgt;
  for (double& value : change.values) value -= 0.25;
  results.variables = {households, fgt, cost, total};
  results.differences = {change};
  results.provenance = {{"command", std::string("puente run café")},
                        {"empty", std::string()},
                        {"ranks", 4.0},
                        {"scenario_file", std::string("format = 1\ntitle = \"…\"\n")}};
  return results;
}

}  // namespace puente::test
