#include "engine/run/merge.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/run/merge_scenarios.hpp"
#include "engine/run/saved_draws.hpp"
#include "engine/run/saved_intervals.hpp"
#include "engine/run/sensitivities.hpp"

namespace puente {

namespace {

bool same_values(const Variable& a, const Variable& b) {
  return a.dimensions == b.dimensions && std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same_bits);
}

/// The same model, population and seed leave the same text and the same central run.
void check_same_study(const Part& first, const Part& other) {
  const auto text = [](const Part& part) {
    const auto found = part.results.provenance.find("scenario_file");
    return found == part.results.provenance.end() ? std::string() : std::get<std::string>(found->second);
  };
  if (text(first) != text(other)) throw bad_input(both(first, other) + " come from different scenario files");
}

void check_same_figures(const Part& first, const Part& other, const std::vector<Variable>& mine, const std::vector<Variable>& theirs) {
  for (const Variable& variable : mine) {
    const Variable* found = find_variable(theirs, variable.name);
    if (found == nullptr || !same_values(variable, *found))
      throw bad_input(both(first, other) + " differ at the central values, in " + variable.name + ": they are not of one study");
  }
}

void check_same_limits(const Part& first, const Part& other, const SavedErrors& mine, const SavedErrors& theirs) {
  if (!mine.alike(theirs))
    throw bad_input(both(first, other) + " differ in what makes their figures uncertain, or in the level of limits: run them with the same --sampling, --unit-replicates and --level");
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
    check_same_limits(parts[0], part, errors[0], errors.back());
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
  add_intervals(merged.results, errors[0].with(&all.figures, all.drawn.row_length()));
  const auto words = [&](const SavedDraws& of) { return in_words(of, merged.results, errors[0].level); };
  if (const auto told = merged.results.provenance.find("uncertainty"); told != merged.results.provenance.end())
    replace(std::get<std::string>(told->second), words(draws[0]), words(all));
  add_sensitivities(all, merged.results);
  return merged;
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
  return whole.size() == 1 ? std::move(whole[0].results) : merge_scenarios(std::move(whole));
}

}  // namespace puente
