// Results as JSON: every figure, and with uncertainty what stands beside it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/run/intervals.hpp"
#include "io/report/report.hpp"
#include "io/report/sensitivity.hpp"

namespace puente::io {

namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN: what is missing is null.
Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

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
  const Variable* find(const std::string& name) const { return find_variable(variables_, name + suffix_); }
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

/// Figures of a suffix, and with uncertainty what stands beside them in the same shape: `se`, `lower`, …. What is not there is left out.
template <class Figures>
Json with_intervals(const Results& results, const Figures& of_suffix) {
  Json figures = of_suffix("");
  if (!has_intervals(results)) return figures;
  for (const std::string& suffix : interval_suffixes()) {
    const std::string key = suffix == "_mean" ? "mean_of_draws" : suffix.substr(1);  // `mean` is a figure
    if (Json beside = of_suffix(suffix); !beside.empty()) figures[key] = std::move(beside);
  }
  return figures;
}

Json group_figures(const Results& results, const std::vector<Variable>& variables, std::size_t s, std::size_t g) {
  return with_intervals(results, [&](const std::string& suffix) { return GroupJson(results, variables, suffix.c_str(), s, g).json(); });
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
    Json& of_group = groups[group.labels[g]] = group_figures(results, results.variables, s, g);
    if (has_intervals(results) && !results.differences.empty()) of_group["difference"] = group_figures(results, results.differences, s, g);
    if (g > 0) continue;
    put_sensitivity(results, "", s, of_group);
    if (of_group.contains("difference")) put_sensitivity(results, "/difference", s, of_group["difference"]);
  }
  return groups;
}

/// Of one programme in one group, at `index`; with uncertainty what stands beside them too.
Json programme_figures(const Results& results, const std::vector<Variable>& variables, const std::vector<std::size_t>& index) {
  return with_intervals(results, [&](const std::string& suffix) {
    Json all = Json::object();
    for (const char* name : {"recipients", "spending", "cost", "coverage"}) {
      if (const Variable* found = find_variable(variables, name + suffix); found != nullptr) all[name] = number(results.at(*found, index));
    }
    return all;
  });
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
  return with_intervals(results, [&](const std::string& suffix) {
    Json financing = Json::object();
    for (const char* name : {"unfunded_cost", "levy_share", "levy_per_household"})
      if (const Variable* v = results.find(name + suffix)) financing[name] = number(results.at(*v, {s}));
    const Variable* levy = results.find("levy" + suffix);
    for (std::size_t g = 0; levy != nullptr && g < results.dimension("group").size(); ++g)
      financing["levy"][results.dimension("group").labels[g]] = number(results.at(*levy, {s, g}));
    return financing;
  });
}

/// What the limits are, as `uncertainty`: their level, what they rest on in words, what there is of a sample; empty without uncertainty.
Json uncertainty_of(const Results& results) {
  Json told = Json::object();
  const std::pair<const char*, const char*> entries[] = {{"level", interval_level}, {"words", "uncertainty"}, {"draws", interval_draws}, {"sampling", "sampling"},
                                                         {"degrees_of_freedom", sampling_degrees_of_freedom}, {"interval", sampling_interval}};
  for (const auto& [key, entry] : entries) {
    const auto found = results.provenance.find(entry);
    if (found == results.provenance.end()) continue;
    if (const auto* value = std::get_if<double>(&found->second)) told[key] = number(*value);
    else told[key] = std::get<std::string>(found->second);
  }
  return told;
}

void put_uncertainty(const Results& results, Json& root) {
  if (Json told = uncertainty_of(results); !told.empty()) root["uncertainty"] = std::move(told);
}

}  // namespace

std::string scenarios_json(const Results& results) {
  Json root;
  put_uncertainty(results, root);
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
  put_uncertainty(results, root);
  root["groups"] = groups_of(results, 0);
  return root.dump(1) + "\n";
}

}  // namespace puente::io
