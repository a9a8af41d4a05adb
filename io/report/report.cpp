#include "io/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/run/intervals.hpp"
#include "io/report/sensitivity.hpp"

namespace puente::io {

namespace {

/// Nobody in a group has no mean: a dash.
std::string cell(double x, int decimals, const char* sign = "") {
  if (!std::isfinite(x)) return fmt::format("{:>12}", "-");
  return *sign == '+' ? fmt::format("{:>+12.{}f}", x, decimals) : fmt::format("{:>12.{}f}", x, decimals);
}

struct Headline {
  const char* title;
  std::string variable;
  std::vector<std::size_t> index;  ///< after scenario and group
  double scale;
  int decimals;
};

std::vector<Headline> headlines(const Results& results) {
  std::vector<Headline> all = {{"mean", "mean_welfare", {}, 1, 2}};
  if (results.find("fgt") != nullptr) {
    all.push_back({"poor %", "fgt", {0, 0}, 100, 2});
    all.push_back({"gap %", "fgt", {0, 1}, 100, 2});
    all.push_back({"gap² %", "fgt", {0, 2}, 100, 2});
  }
  if (results.find("gini") != nullptr) all.push_back({"Gini", "gini", {}, 1, 4});
  if (results.find("palma") != nullptr) all.push_back({"Palma", "palma", {}, 1, 3});
  if (results.find("attendance") != nullptr) all.push_back({"attend %", "attendance", {0, 0}, 100, 2});
  return all;
}

double headline_value(const Results& results, const std::vector<Variable>& from, const Headline& h, std::size_t s, std::size_t g, const char* suffix = "") {
  for (const Variable& v : from) {
    if (v.name != h.variable + suffix) continue;
    std::vector<std::size_t> index = {s, g};
    index.insert(index.end(), h.index.begin(), h.index.end());
    return results.at(v, index) * h.scale;
  }
  return NAN;
}

std::string heading(const Results& results, const std::string& first) {
  std::string text = fmt::format("{:<26}", first);
  for (const Headline& h : headlines(results)) text += fmt::format("{:>12}", h.title);
  return text + "\n";
}

std::string footing(const Results& results) {
  std::string text;
  if (const Variable* mean = results.find("mean_welfare"); mean != nullptr && !mean->units.empty()) text += "mean in " + mean->units + "; ";
  if (results.find("fgt") != nullptr) text += "poverty line: " + results.dimension("line").labels.front() + "; ";
  if (results.find("attendance") != nullptr) text += "attendance: ages " + results.dimension("age_band").labels.front() + "; ";
  const Variable *households = results.find("households"), *persons = results.find("persons");
  return text + fmt::format("{:.0f} households, {:.0f} persons\n", results.at(*households, {0}), results.at(*persons, {0}));
}

/// What the limits are, in words.
std::string uncertainty_lines(const Results& results) {
  std::string text;
  for (const char* key : {"uncertainty", "sampling"})
    if (const auto told = results.provenance.find(key); told != results.provenance.end())
      text += (std::string(key) == "sampling" ? "sampling: " : "") + std::get<std::string>(told->second) + "\n";
  return text;
}

/// What was solved for, in words.
std::string solve_lines(const Results& results) {
  std::string text;
  for (const auto& [key, value] : results.provenance)
    if (key.starts_with("solve.")) text += key + ": " + std::get<std::string>(value) + "\n";
  return text;
}

/// Who pays, in words: a line a scenario with a levy, and one for those that nobody pays for.
std::string financing_lines(const Results& results) {
  const Variable* unfunded = results.find("unfunded_cost");
  if (unfunded == nullptr) return "";
  std::string text, names;
  const Dimension& scenario = results.dimension("scenario");
  const auto value = [&](const char* name, std::size_t s) {
    const Variable* v = results.find(name);
    return v == nullptr ? NAN : results.at(*v, {s});
  };
  const std::string money = unfunded->units.empty() ? "" : " " + unfunded->units;
  for (std::size_t s = 0; s < scenario.size(); ++s) {
    const double cost = value("unfunded_cost", s), share = value("levy_share", s), each = value("levy_per_household", s);
    if (std::isfinite(share)) text += fmt::format("{}: paid by a levy of {:.4g} % of money\n", scenario.labels[s], 100 * share);
    if (std::isfinite(each)) text += fmt::format("{}: paid by a levy of {:.6g}{} a household\n", scenario.labels[s], each, money);
    if (cost != 0) names += fmt::format("{}{} ({:.6g}{})", names.empty() ? "" : ", ", scenario.labels[s], cost, money);
  }
  return text + (names.empty() ? "" : "unfunded: " + names + "\n");
}

/// How far constants of the schooling model were moved, a line a cell.
std::string alignment_lines(const Results& results) {
  constexpr std::size_t most_lines = 20;
  const Variable* shift = results.find("alignment_shift");
  if (shift == nullptr) return "";
  const std::vector<std::string>&cells = results.dimension("align").labels, &states = results.dimension("state_to").labels;
  std::string text = "schooling.align moved the constants of the model by\n";
  for (std::size_t cell = 0; cell < std::min(cells.size(), most_lines); ++cell) {
    text += "  " + cells[cell] + ":";
    for (std::size_t state = 1; state < states.size(); ++state) text += fmt::format("{} {} {:+.4f}", state > 1 ? "," : "", states[state], results.at(*shift, {cell, state}));
    text += "\n";
  }
  return text + (cells.size() > most_lines ? fmt::format("  and {} cells more: alignment_shift of the results\n", cells.size() - most_lines) : "");
}

/// What children do, a line a scenario: pupils beyond those of the scenario compared with, what they cost, what is not earned.
std::string schooling_lines(const Results& results) {
  const Variable *pupils = results.find("pupils"), *earnings = results.find("child_earnings_change"), *cost = results.find("cost_per_additional_pupil");
  if (pupils == nullptr) return "";
  const Variable* more = find_variable(results.differences, "pupils");
  const Variable* transition = results.find("schooling_transition");
  const std::vector<std::string>& states = results.dimension("state_to").labels;
  std::string text = fmt::format("\n{:<26}", "children");
  for (const std::string& state : states) text += fmt::format("{:>18}", state + " %");
  const bool of_a_year = cost != nullptr && cost->units.ends_with("/year");
  text += fmt::format("{:>14}{:>20}{:>20}\n", "more pupils", of_a_year ? "cost a pupil-year" : "cost a pupil", "change of earnings");
  const Dimension& scenario = results.dimension("scenario");
  for (std::size_t s = 0; s < scenario.size(); ++s) {
    std::vector<double> in(states.size(), 0);
    double all = 0;
    for (std::size_t from = 0; from < states.size(); ++from)
      for (std::size_t to = 0; to < states.size(); ++to) {
        in[to] += results.at(*transition, {s, 0, from, to});
        all += results.at(*transition, {s, 0, from, to});
      }
    text += fmt::format("{:<26}", scenario.labels[s]);
    for (const double persons : in) text += fmt::format("{:>18.2f}", all > 0 ? 100 * persons / all : 0);
    text += more == nullptr ? fmt::format("{:>14}", "-") : fmt::format("{:>+14.0f}", results.at(*more, {s, 0}));
    const double each = cost == nullptr ? NAN : results.at(*cost, {s});
    text += std::isfinite(each) ? fmt::format("{:>20.2f}", each) : fmt::format("{:>20}", "-");
    text += fmt::format("{:>+20.0f}\n", results.at(*earnings, {s, 0}));
  }
  return text;
}

/// A line of limits under figures, or under changes (with their sign); empty where there are none.
std::string limits_lines(const Results& results, const std::vector<Variable>& from, std::size_t s, std::size_t g, const char* sign) {
  if (!has_intervals(results)) return "";
  std::string text = fmt::format("{:<26}", "    from");
  std::string above = fmt::format("{:<26}", "    to");
  for (const Headline& h : headlines(results)) {
    text += cell(headline_value(results, from, h, s, g, "_lower"), h.decimals, sign);
    above += cell(headline_value(results, from, h, s, g, "_upper"), h.decimals, sign);
  }
  return text + "\n" + above + "\n";
}

}  // namespace

std::string screen_table(const Results& results) {
  std::string text = results.title.empty() ? "" : results.title + "\n\n";
  text += heading(results, "scenario");
  const Dimension& scenario = results.dimension("scenario");
  for (std::size_t s = 0; s < scenario.size(); ++s) {
    text += fmt::format("{:<26}", scenario.labels[s]);
    for (const Headline& h : headlines(results)) text += cell(headline_value(results, results.variables, h, s, 0), h.decimals);
    text += "\n" + limits_lines(results, results.variables, s, 0, "");
    if (results.differences.empty()) continue;
    std::string change = fmt::format("{:<26}", "  change");
    bool any = false;
    for (const Headline& h : headlines(results)) {
      const double difference = headline_value(results, results.differences, h, s, 0);
      any |= difference != 0;
      change += cell(difference, h.decimals, "+");
    }
    if (any) text += change + "\n" + limits_lines(results, results.differences, s, 0, "+");
  }
  text += schooling_lines(results) + sensitivity_lines(results);
  return text + "\n" + uncertainty_lines(results) + solve_lines(results) + alignment_lines(results) + financing_lines(results) + footing(results);
}

std::string groups_table(const Results& results) {
  std::string text = heading(results, "group");
  const Dimension& group = results.dimension("group");
  for (std::size_t g = 0; g < group.size(); ++g) {
    text += fmt::format("{:<26}", group.labels[g]);
    for (const Headline& h : headlines(results)) text += cell(headline_value(results, results.variables, h, 0, g), h.decimals);
    text += "\n" + limits_lines(results, results.variables, 0, g, "");
  }
  return text + "\n" + uncertainty_lines(results) + footing(results);
}

}  // namespace puente::io
