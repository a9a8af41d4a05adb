#include "io/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/run/intervals.hpp"
#include "io/report/headlines.hpp"
#include "io/report/limits_table.hpp"
#include "io/report/sensitivity.hpp"

namespace puente::io {

namespace {

/// Nobody in a group has no mean: a dash.
std::string cell(double x, int decimals, const char* sign = "") {
  if (!std::isfinite(x)) return fmt::format("{:>12}", "-");
  return *sign == '+' ? fmt::format("{:>+12.{}f}", x, decimals) : fmt::format("{:>12.{}f}", x, decimals);
}

std::string heading(const Results& results, const std::string& first) {
  std::string text = fmt::format("{:<26}", first);
  for (const Headline& h : headlines(results)) text += fmt::format("{:>12}", h.title);
  return text + "\n";
}

/// The table between limits has the money of children in its lines.
std::string units_of_children(const Results& results) {
  std::string text;
  for (const Headline& h : headlines_of_children(results))
    if (const std::string& units = results.find(h.variable)->units; !units.empty() && units != "1") text += h.title + " in " + units + "; ";
  return text;
}

std::string footing(const Results& results) {
  std::string text;
  if (const Variable* mean = results.find("mean_welfare"); mean != nullptr && !mean->units.empty()) text += "mean in " + mean->units + "; ";
  if (has_intervals(results)) text += units_of_children(results);
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

/// `figure [lower, upper]` of a variable over scenarios, times `scale`; the figure alone where it has no limits.
std::string between_limits(const Results& results, const std::string& variable, std::size_t s, double scale, int digits) {
  const auto printed = [&](const std::string& name) {
    const Variable* found = results.find(name);
    const double x = found == nullptr ? NAN : results.at(*found, {s});
    return std::isfinite(x) ? fmt::format("{:.{}g}", scale * x, digits) : "-";
  };
  const std::string lower = printed(variable + "_lower"), upper = printed(variable + "_upper");
  return printed(variable) + (lower == "-" && upper == "-" ? "" : " [" + lower + ", " + upper + "]");
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
    const auto figure = [&](const char* name, double scale, int digits) { return between_limits(results, name, s, scale, digits); };
    if (std::isfinite(value("levy_share", s))) text += scenario.labels[s] + ": paid by a levy of " + figure("levy_share", 100, 4) + " % of money\n";
    if (std::isfinite(value("levy_per_household", s))) text += scenario.labels[s] + ": paid by a levy of " + figure("levy_per_household", 1, 6) + money + " a household\n";
    if (value("unfunded_cost", s) != 0) names += (names.empty() ? "" : ", ") + scenario.labels[s] + " (" + figure("unfunded_cost", 1, 6) + money + ")";
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

/// Pupils beyond those of the scenario compared with, what they cost, what is not earned.
std::string pupils_cells(const Results& results, std::size_t s) {
  const Variable *more = find_variable(results.differences, "pupils"), *cost = results.find("cost_per_additional_pupil");
  std::string text = more == nullptr ? fmt::format("{:>14}", "-") : fmt::format("{:>+14.0f}", results.at(*more, {s, 0}));
  const double each = cost == nullptr ? NAN : results.at(*cost, {s});
  text += std::isfinite(each) ? fmt::format("{:>20.2f}", each) : fmt::format("{:>20}", "-");
  return text + fmt::format("{:>+20.0f}", results.at(*results.find("child_earnings_change"), {s, 0}));
}

/// What children do, a line a scenario; pupils_cells too, unless they stand between their limits.
std::string schooling_lines(const Results& results) {
  if (results.find("pupils") == nullptr) return "";
  const bool pupils = !has_intervals(results);
  const Variable* transition = results.find("schooling_transition");
  const std::vector<std::string>& states = results.dimension("state_to").labels;
  std::string text = fmt::format("\n{:<26}", "children");
  for (const std::string& state : states) text += fmt::format("{:>18}", state + " %");
  if (pupils) text += fmt::format("{:>14}{:>20}{:>20}", "more pupils", cost_of_a_pupil(results), "change of earnings");
  text += "\n";
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
    text += (pupils ? pupils_cells(results, s) : "") + "\n";
  }
  return text;
}

std::string scenarios_alone(const Results& results) {
  std::string text = heading(results, "scenario");
  const Dimension& scenario = results.dimension("scenario");
  for (std::size_t s = 0; s < scenario.size(); ++s) {
    text += fmt::format("{:<26}", scenario.labels[s]);
    for (const Headline& h : headlines(results)) text += cell(headline_value(results, results.variables, h, s, 0), h.decimals);
    text += "\n";
    if (results.differences.empty()) continue;
    std::string change = fmt::format("{:<26}", "  change");
    bool any = false;
    for (const Headline& h : headlines(results)) {
      const double difference = headline_value(results, results.differences, h, s, 0);
      any |= difference != 0;
      change += cell(difference, h.decimals, "+");
    }
    if (any) text += change + "\n";
  }
  return text;
}

std::string groups_alone(const Results& results) {
  std::string text = heading(results, "group");
  const Dimension& group = results.dimension("group");
  for (std::size_t g = 0; g < group.size(); ++g) {
    text += fmt::format("{:<26}", group.labels[g]);
    for (const Headline& h : headlines(results)) text += cell(headline_value(results, results.variables, h, 0, g), h.decimals);
    text += "\n";
  }
  return text;
}

}  // namespace

std::string screen_table(const Results& results) {
  std::string text = results.title.empty() ? "" : results.title + "\n\n";
  text += has_intervals(results) ? scenarios_with_limits(results) : scenarios_alone(results);
  text += schooling_lines(results) + sensitivity_lines(results);
  return text + "\n" + uncertainty_lines(results) + solve_lines(results) + alignment_lines(results) + financing_lines(results) + footing(results);
}

std::string groups_table(const Results& results) {
  return (has_intervals(results) ? groups_with_limits(results) : groups_alone(results)) + "\n" + uncertainty_lines(results) + footing(results);
}

}  // namespace puente::io
