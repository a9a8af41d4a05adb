#include "engine/run/merge.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/run/intervals.hpp"
#include "engine/run/saved_draws.hpp"
#include "engine/run/sensitivities.hpp"

namespace puente {

namespace {

bool same_values(const Variable& a, const Variable& b) {
  return a.dimensions == b.dimensions && std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same_bits);
}

std::string both(const Part& a, const Part& b) { return a.name + " and " + b.name; }

/// The same model, population and seed leave the same text and the same central run.
void check_same_study(const Part& first, const Part& other) {
  const auto text = [](const Part& part) {
    const auto found = part.results.provenance.find("scenario_file");
    return found == part.results.provenance.end() ? std::string() : std::get<std::string>(found->second);
  };
  if (text(first) != text(other)) throw bad_input(both(first, other) + " come from different scenario files");
}

// Parts of the draws.

void check_same_figures(const Part& first, const Part& other, const std::vector<Variable>& mine, const std::vector<Variable>& theirs) {
  for (const Variable& variable : mine) {
    const auto found = std::find_if(theirs.begin(), theirs.end(), [&](const Variable& v) { return v.name == variable.name; });
    if (found == theirs.end() || !same_values(variable, *found))
      throw bad_input(both(first, other) + " differ at the central values, in " + variable.name + ": they are not of one study");
  }
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

Part merge_draws(std::vector<Part> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  std::vector<SavedDraws> draws;
  std::vector<SavedErrors> errors;
  for (Part& part : parts) {
    if (!part.results.groups.contains("draws")) throw bad_input(both(parts[0], part) + " have the same scenarios, and " + part.name + " holds no draws to put together");
    draws.push_back(saved_draws(part.results));
    errors.push_back(take_intervals(part.results));
    check_same_figures(parts[0], part, parts[0].results.variables, part.results.variables);
    check_same_figures(parts[0], part, parts[0].results.differences, part.results.differences);
  }
  std::vector<std::size_t> order(parts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return draws[a].first() < draws[b].first(); });
  SavedDraws all = draws[order[0]];
  for (std::size_t i = 1; i < order.size(); ++i) {
    try {
      append(all, draws[order[i]]);
    } catch (const Error& error) {
      throw bad_input(both(parts[order[i - 1]], parts[order[i]]) + ": " + error.what());
    }
  }
  Part merged = std::move(parts[0]);
  take_draws(merged.results);
  take_sensitivities(merged.results);
  save_draws(all, merged.results);
  const auto known = [](const std::optional<SamplingErrors>& part) { return part ? &*part : nullptr; };
  add_intervals(merged.results, {&all.figures, known(errors[0].simulation), known(errors[0].sampling), errors[0].level, all.drawn.row_length()});
  if (const auto words = merged.results.provenance.find("uncertainty"); words != merged.results.provenance.end()) {
    std::string& text = std::get<std::string>(words->second);
    replace(text, " (" + alone(draws[0]) + ")", "");
    replace(text, std::to_string(draws[0].figures.count()) + " draws", std::to_string(all.figures.count()) + " draws");
  }
  add_sensitivities(all, merged.results);
  return merged;
}

// Parts of the scenarios.

/// Groups that programmes make, their clients (1) and everybody by what they get (2), stand after the others (0).
int rank_of(const std::string& group) { return group.starts_with("recipient.") ? 1 : group.starts_with("arm=") ? 2 : 0; }

/// A total is nothing, and not missing, where a scenario has no such programme or levy. In groups of programmes that a scenario does
/// not run there is nobody, and what is compared is missing, but for counts.
double without_programme(const std::string& variable, bool difference, bool group_of_programmes) {
  static const std::vector<std::string> amounts = {"recipients", "spending", "cost", "levy"}, counts = {"poor_persons", "total_gap", "excluded_from_logs", "weight_negative", "weight_zero"},
                                        members = {"group_households", "group_persons"}, besides = interval_suffixes();
  const auto among = [&](const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return variable == name || (variable.starts_with(name) && std::find(besides.begin(), besides.end(), variable.substr(name.size())) != besides.end());
    });
  };
  const bool nothing = among(counts) || (among(members) && !difference) || (among(amounts) && !(difference && group_of_programmes));
  return nothing ? 0 : NAN;
}

void add_labels(const std::vector<std::string>& more, std::vector<std::string>& labels) {
  for (const std::string& label : more)
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
}

std::vector<std::string> own_groups(const Dimension& groups) {
  std::vector<std::string> own;
  std::copy_if(groups.labels.begin(), groups.labels.end(), std::back_inserter(own), [](const std::string& g) { return rank_of(g) == 0; });
  return own;
}

class Beside {
 public:
  explicit Beside(const std::vector<Part>& parts) : parts_(parts) {}
  Results merge();

 private:
  void merge_dimensions();
  using Of = std::function<const std::vector<Variable>*(const Results&)>;
  void merge_variables(const Of& of, bool difference, std::vector<Variable>& out) const;
  void put(const Part& part, const Variable& variable, Variable& to, std::vector<bool>& known) const;
  Variable empty(const Variable& like, bool difference) const;

  const std::vector<Part>& parts_;
  Results results_;
};

void Beside::merge_dimensions() {
  for (const Part& part : parts_)
    for (const Dimension& dimension : part.results.dimensions) {
      const auto found = std::find_if(results_.dimensions.begin(), results_.dimensions.end(), [&](const Dimension& d) { return d.name == dimension.name; });
      if (found == results_.dimensions.end()) {
        results_.dimensions.push_back(dimension);
      } else if (dimension.name == "scenario" || dimension.name == "programme") {
        add_labels(dimension.labels, found->labels);
      } else if (dimension.name == "group" && own_groups(dimension) == own_groups(*found)) {
        add_labels(dimension.labels, found->labels);
        std::stable_sort(found->labels.begin(), found->labels.end(), [](const std::string& a, const std::string& b) { return rank_of(a) < rank_of(b); });
      } else if (found->labels != dimension.labels || found->values != dimension.values) {
        throw bad_input(both(parts_[0], part) + " differ in the dimension " + dimension.name + ": run them with the same groups and statistics");
      }
    }
}

Variable Beside::empty(const Variable& like, bool difference) const {
  Variable variable = like;
  std::size_t values = 1, inner = 1, groups = 1;
  const std::vector<std::string>* labels = nullptr;
  for (const std::string& name : variable.dimensions) {
    const Dimension& dimension = results_.dimension(name);
    values *= dimension.size();
    inner *= labels == nullptr ? 1 : dimension.size();
    if (name == "group") labels = &dimension.labels;
  }
  if (labels != nullptr) groups = labels->size();
  variable.values.resize(values);
  for (std::size_t i = 0; i < values; ++i)
    variable.values[i] = without_programme(variable.name, difference, labels != nullptr && rank_of((*labels)[i / inner % groups]) > 0);
  return variable;
}

/// Puts a part's values where their labels stand in the whole.
void Beside::put(const Part& part, const Variable& variable, Variable& to, std::vector<bool>& known) const {
  if (variable.dimensions != to.dimensions) throw bad_input(both(parts_[0], part) + " differ in the shape of " + variable.name);
  std::vector<std::vector<std::size_t>> place;  // of each dimension's index in the whole
  for (const std::string& name : variable.dimensions) {
    const Dimension &mine = part.results.dimension(name), &whole = results_.dimension(name);
    std::vector<std::size_t>& at = place.emplace_back(mine.size());
    for (std::size_t i = 0; i < at.size(); ++i)
      at[i] = mine.labels.empty() ? i : static_cast<std::size_t>(std::find(whole.labels.begin(), whole.labels.end(), mine.labels[i]) - whole.labels.begin());
  }
  for (std::size_t i = 0; i < variable.values.size(); ++i) {
    std::size_t rest = i, target = 0, stride = 1;
    for (std::size_t d = place.size(); d-- > 0;) {
      target += place[d][rest % place[d].size()] * stride;
      stride *= results_.dimension(variable.dimensions[d]).size();
      rest /= place[d].size();
    }
    if (known[target] && !same_bits(to.values[target], variable.values[i]))
      throw bad_input(both(parts_[0], part) + " differ in what they share, in " + variable.name + ": they are not of one study");
    to.values[target] = variable.values[i];
    known[target] = true;
  }
}

void Beside::merge_variables(const Of& of, bool difference, std::vector<Variable>& out) const {
  std::vector<std::vector<bool>> known;
  for (const Part& part : parts_) {
    const std::vector<Variable>* variables = of(part.results);
    if (variables == nullptr) continue;
    for (const Variable& variable : *variables) {
      auto found = std::find_if(out.begin(), out.end(), [&](const Variable& v) { return v.name == variable.name; });
      if (found == out.end()) {
        out.push_back(empty(variable, difference));
        known.emplace_back(out.back().values.size(), false);
        found = out.end() - 1;
      }
      put(part, variable, *found, known[static_cast<std::size_t>(found - out.begin())]);
    }
  }
}

Results Beside::merge() {
  const std::vector<std::string>& first = parts_[0].results.dimension("scenario").labels;
  for (const Part& part : parts_) {
    const std::vector<std::string>& own = part.results.dimension("scenario").labels;
    if (std::none_of(own.begin(), own.end(), [&](const std::string& s) { return std::find(first.begin(), first.end(), s) != first.end(); }))
      throw bad_input(both(parts_[0], part) + " share no scenario: nothing shows that they compare with the same");
  }
  results_.title = parts_[0].results.title;
  results_.provenance = parts_[0].results.provenance;
  merge_dimensions();
  merge_variables([](const Results& r) { return &r.variables; }, false, results_.variables);
  merge_variables([](const Results& r) { return &r.differences; }, true, results_.differences);
  std::map<std::string, std::vector<Variable>> groups;
  for (const Part& part : parts_)
    for (const auto& [path, variables] : part.results.groups) groups[path];
  for (auto& [path, variables] : groups)
    merge_variables([&path = path](const Results& r) {
      const auto found = r.groups.find(path);
      return found == r.groups.end() ? nullptr : &found->second;
    }, path.ends_with("difference"), variables);
  results_.groups = std::move(groups);
  return std::move(results_);
}

}  // namespace

Results merge(std::vector<Part> parts) {
  expect(!parts.empty(), "there is something to merge");
  std::vector<std::vector<Part>> alike;  // parts with the same scenarios
  for (Part& part : parts) {
    const auto same = std::find_if(alike.begin(), alike.end(), [&](const std::vector<Part>& group) {
      return group[0].results.dimension("scenario").labels == part.results.dimension("scenario").labels;
    });
    if (same == alike.end()) alike.emplace_back().push_back(std::move(part));
    else same->push_back(std::move(part));
  }
  for (const std::vector<Part>& group : alike)
    for (const Part& part : group) check_same_study(alike[0].front(), part);
  std::vector<Part> whole;
  for (std::vector<Part>& group : alike) whole.push_back(merge_draws(std::move(group)));
  return whole.size() == 1 ? std::move(whole[0].results) : Beside(whole).merge();
}

}  // namespace puente
