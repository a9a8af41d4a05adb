#include "io/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/report/sensitivity.hpp"

namespace puente::io {

namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN: what is missing is null.
Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

/// Nobody in a group has no mean: a dash.
std::string cell(double x, int decimals, const char* sign = "") {
  if (!std::isfinite(x)) return fmt::format("{:>12}", "-");
  return *sign == '+' ? fmt::format("{:>+12.{}f}", x, decimals) : fmt::format("{:>12.{}f}", x, decimals);
}

std::string short_number(double x) { return fmt::format("{}", x); }

/// A group's figures in one scenario, or what stands beside them (`suffix`: "_se", …), or their differences.
class GroupJson {
 public:
  GroupJson(const Results& results, const std::vector<Variable>& variables, const char* suffix, std::size_t s, std::size_t g)
      : results_(results), variables_(variables), suffix_(suffix), s_(s), g_(g) {}

  Json json() const {
    Json group;
    if (&variables_ == &results_.variables && suffix_.empty()) counts(group);
    put(group, "mean", "mean_welfare");
    for (const char* name : {"gini", "palma", "s80_s20", "p90_p10", "gini_error_bound", "excluded_from_logs", "weight_negative", "weight_zero"}) put(group, name, name);
    lines(group);
    along(group, "quantile", "quantile_value", "quantile");
    along(group, "quantile_error_bound", "quantile_value_error_bound", "quantile");
    along(group, "lorenz", "lorenz", "quantile");
    along(group, "ge", "generalised_entropy", "ge");
    along(group, "atkinson", "atkinson", "epsilon");
    along(group, "outcomes", "outcome_mean", "outcome");
    if (const Variable* v = find("decile_share"))
      for (std::size_t d = 0; d < 10; ++d) group["decile_share"].push_back(number(results_.at(*v, {s_, g_, d})));
    by_age(group, "attendance", "attendance");
    by_age(group, "work", "work");
    put(group, "pupils", "pupils");
    put(group, "child_earnings_change", "child_earnings_change");
    transitions(group);
    return group;
  }

 private:
  /// Recipients and arms are counted in each scenario.
  void counts(Json& group) const {
    for (const char* name : {"persons", "households"}) {
      const Variable* of_each = results_.find(std::string("group_") + name);
      group[name] = number(of_each != nullptr ? results_.at(*of_each, {s_, g_}) : results_.at(*results_.find(name), {g_}));
    }
    group["n_excluded"] = number(results_.at(*results_.find("n_excluded"), {g_}));
  }
  const Variable* find(const std::string& name) const {
    const auto found = std::find_if(variables_.begin(), variables_.end(), [&](const Variable& v) { return v.name == name + suffix_; });
    return found == variables_.end() ? nullptr : &*found;
  }
  void put(Json& group, const char* key, const char* variable) const {
    if (const Variable* v = find(variable)) group[key] = number(results_.at(*v, {s_, g_}));
  }
  void along(Json& group, const char* key, const char* variable, const char* dimension) const {
    const Variable* v = find(variable);
    if (v == nullptr) return;
    const Dimension& dim = results_.dimension(dimension);
    for (std::size_t i = 0; i < dim.size(); ++i)
      group[key][dim.labels.empty() ? short_number(dim.values[i]) : dim.labels[i]] = number(results_.at(*v, {s_, g_, i}));
  }
  void lines(Json& group) const {
    const Variable* fgt = find("fgt");
    if (fgt != nullptr) {
      const Dimension& line = results_.dimension("line");
      for (std::size_t z = 0; z < line.size(); ++z)
        for (std::size_t a = 0; a < 3; ++a) group["fgt"][line.labels[z]][std::to_string(a)] = number(results_.at(*fgt, {s_, g_, z, a}));
    }
    for (const char* name : {"watts", "poor_persons", "total_gap"}) along(group, name, name, "line");
  }
  void transitions(Json& group) const {
    const Variable* v = find("schooling_transition");
    if (v == nullptr) return;
    const std::vector<std::string>& states = results_.dimension("state_from").labels;
    for (std::size_t from = 0; from < states.size(); ++from)
      for (std::size_t to = 0; to < states.size(); ++to)
        group["schooling_transition"][states[from]][states[to]] = number(results_.at(*v, {s_, g_, from, to}));
  }
  void by_age(Json& group, const std::string& key, const char* variable) const {
    const Variable* v = find(variable);
    if (v == nullptr) return;
    const Dimension &band = results_.dimension("age_band"), &sex = results_.dimension("sex");
    for (std::size_t b = 0; b < band.size(); ++b) {
      group[key][band.labels[b]] = number(results_.at(*v, {s_, g_, b, 0}));
      for (std::size_t x = 1; x < sex.size(); ++x)
        group[key + "_by_sex"][sex.labels[x]][band.labels[b]] = number(results_.at(*v, {s_, g_, b, x}));
    }
  }

  const Results& results_;
  const std::vector<Variable>& variables_;
  std::string suffix_;
  std::size_t s_, g_;
};

bool has_intervals(const Results& results) { return results.find("mean_welfare_se") != nullptr; }

/// Figures, and with uncertainty what stands beside them in the same shape under `se`, `lower` and `upper`.
Json with_intervals(const Results& results, const std::vector<Variable>& variables, std::size_t s, std::size_t g) {
  Json figures = GroupJson(results, variables, "", s, g).json();
  if (!has_intervals(results)) return figures;
  for (const char* beside : {"se", "lower", "upper"}) figures[beside] = GroupJson(results, variables, (std::string("_") + beside).c_str(), s, g).json();
  return figures;
}

/// What everybody's figures rest on: under each factor its shares of their variances, under each parameter the figures where it is low and
/// high. Other groups are in the results file: here they would be most of the text. `kind`: empty, or "/difference".
void put_sensitivity(const Results& results, const std::string& kind, std::size_t s, Json& group) {
  const auto put = [&](const char* path, const char* dimension, std::initializer_list<std::pair<const char*, const char*>> keys) {
    for (const Slice& slice : slices(results, path + kind, dimension))
      for (const auto& [key, suffix] : keys)
        if (Json figures = GroupJson(results, slice.variables, suffix, s, 0).json(); !figures.is_null()) group[path][slice.label][key] = std::move(figures);
  };
  put("sensitivity", "factor", {{"first", ""}, {"first_mcse", "_mcse"}, {"total", "_total"}, {"total_mcse", "_total_mcse"}});
  put("tornado", "parameter", {{"low", "_low"}, {"high", "_high"}});
}

Json groups_of(const Results& results, std::size_t s) {
  Json groups;
  const Dimension& group = results.dimension("group");
  for (std::size_t g = 0; g < group.size(); ++g) {
    Json& of_group = groups[group.labels[g]] = with_intervals(results, results.variables, s, g);
    if (has_intervals(results) && !results.differences.empty()) of_group["difference"] = with_intervals(results, results.differences, s, g);
    if (g > 0) continue;
    put_sensitivity(results, "", s, of_group);
    if (of_group.contains("difference")) put_sensitivity(results, "/difference", s, of_group["difference"]);
  }
  return groups;
}

/// Of one programme in one group, at `index`; with uncertainty what stands beside them too.
Json programme_figures(const Results& results, const std::vector<Variable>& variables, const std::vector<std::size_t>& index) {
  const auto figures = [&](const std::string& suffix) {
    Json all = Json::object();
    for (const char* name : {"recipients", "spending", "cost", "coverage"}) {
      const auto found = std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == name + suffix; });
      if (found != variables.end()) all[name] = number(results.at(*found, index));
    }
    return all;
  };
  Json programme = figures("");
  if (has_intervals(results))
    for (const char* beside : {"se", "lower", "upper"}) programme[beside] = figures(std::string("_") + beside);
  return programme;
}

Json programmes_of(const Results& results, std::size_t s) {
  Json programmes = Json::object();
  if (results.find("recipients") == nullptr) return programmes;
  const Dimension &programme = results.dimension("programme"), &group = results.dimension("group");
  for (std::size_t p = 0; p < programme.size(); ++p)
    for (std::size_t g = 0; g < group.size(); ++g) {
      Json& figures = programmes[programme.labels[p]][group.labels[g]] = programme_figures(results, results.variables, {s, p, g});
      if (has_intervals(results) && !results.differences.empty()) figures["difference"] = programme_figures(results, results.differences, {s, p, g});
    }
  for (const char* name : {"units_covered", "units_shared"})
    if (const Variable* v = results.find(name))
      for (std::size_t p = 0; p < programme.size(); ++p) programmes[programme.labels[p]]["all"][name] = number(results.at(*v, {s, p}));
  return programmes;
}

Json financing_of(const Results& results, std::size_t s) {
  Json financing = Json::object();
  for (const char* name : {"unfunded_cost", "levy_share", "levy_per_household"})
    if (const Variable* v = results.find(name)) financing[name] = number(results.at(*v, {s}));
  const Variable* levy = results.find("levy");
  for (std::size_t g = 0; levy != nullptr && g < results.dimension("group").size(); ++g)
    financing["levy"][results.dimension("group").labels[g]] = number(results.at(*levy, {s, g}));
  return financing;
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
  const auto more = std::find_if(results.differences.begin(), results.differences.end(), [](const Variable& v) { return v.name == "pupils"; });
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
    text += more == results.differences.end() ? fmt::format("{:>14}", "-") : fmt::format("{:>+14.0f}", results.at(*more, {s, 0}));
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

std::string scenarios_json(const Results& results) {
  Json root;
  const Dimension& scenario = results.dimension("scenario");
  const Variable* each = results.find("cost_per_additional_pupil");
  for (std::size_t s = 0; s < scenario.size(); ++s) {
    root["scenarios"][scenario.labels[s]] = {{"groups", groups_of(results, s)}, {"programmes", programmes_of(results, s)}, {"financing", financing_of(results, s)}};
    if (each != nullptr) root["scenarios"][scenario.labels[s]]["cost_per_additional_pupil"] = number(results.at(*each, {s}));
  }
  if (const Variable* shift = results.find("alignment_shift"))
    for (std::size_t cell = 0; cell < results.dimension("align").size(); ++cell)
      for (std::size_t state = 1; state < results.dimension("state_to").size(); ++state)
        root["alignment_shift"][results.dimension("align").labels[cell]][results.dimension("state_to").labels[state]] = number(results.at(*shift, {cell, state}));
  if (const Variable* value = results.find("solved_value"))
    for (std::size_t k = 0; k < value->values.size(); ++k)
      root["solve"][results.dimension("solve").labels[k]] = {{"value", number(value->values[k])},
                                                             {"left", number(results.find("solved_left")->values[k])},
                                                             {"right", number(results.find("solved_right")->values[k])}};
  return root.dump(1) + "\n";
}

std::string groups_json(const Results& results) {
  Json root;
  root["groups"] = groups_of(results, 0);
  return root.dump(1) + "\n";
}

}  // namespace puente::io
