// The statistics that tables on the screen show, as far as the results have them. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/run/results.hpp"

namespace puente::io {

struct Headline {
  std::string title;
  std::string variable;            ///< over scenario and group, or scenario alone
  std::vector<std::size_t> index;  ///< after scenario and group
  double scale;                    ///< times the figure: 100 of per cent
  int decimals;
};

/// Welfare, poverty of the first line, inequality, attendance of the first ages.
std::vector<Headline> headlines(const Results& results);

/// Of the children of [schooling]: pupils, what they earn beyond the data, what a pupil more costs (of everybody, in no group).
std::vector<Headline> headlines_of_children(const Results& results);

/// Per pupil, or per pupil and year where money has a period.
std::string cost_of_a_pupil(const Results& results);

/// Of `from` (the variables or differences of `results`), of the variable and what is beside it (`_lower`, …); NaN where there is none.
double headline_value(const Results& results, const std::vector<Variable>& from, const Headline& headline, std::size_t scenario, std::size_t group,
                      const std::string& suffix = "");

}  // namespace puente::io
