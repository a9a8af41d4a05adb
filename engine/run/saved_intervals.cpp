#include "engine/run/saved_intervals.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/error.hpp"

namespace puente {

namespace {

/// Variables that stand beside others with this suffix, under the names of the others; "": takes out all that do.
std::vector<Variable> take_beside(std::vector<Variable>& variables, const std::string& wanted) {
  std::vector<Variable> errors, own;
  const std::vector<std::string> suffixes = interval_suffixes();
  for (const Variable& variable : variables) {
    const auto suffix = std::find_if(suffixes.begin(), suffixes.end(), [&](const std::string& end) {
      return variable.name.ends_with(end) && find_variable(variables, variable.name.substr(0, variable.name.size() - end.size())) != nullptr;
    });
    if (suffix == suffixes.end()) {
      own.push_back(variable);
    } else if (*suffix == wanted) {
      errors.push_back(variable);
      errors.back().name.resize(variable.name.size() - suffix->size());
    }
  }
  if (wanted.empty()) variables = std::move(own);
  return errors;
}

double told(const Results& results, const char* entry) {
  const auto found = results.provenance.find(entry);
  if (found == results.provenance.end()) throw bad_input(std::string("the results do not tell their ") + entry);
  return std::get<double>(found->second);
}

/// Limits from replicates cannot be found from standard errors.
IntervalKind interval_told(const Results& results) {
  const auto told = results.provenance.find(sampling_interval);
  const std::string kind = told == results.provenance.end() ? "" : std::get<std::string>(told->second);
  for (const IntervalKind found : {IntervalKind::normal, IntervalKind::logit})
    if (kind == interval_names()[static_cast<std::size_t>(found)]) return found;
  throw bad_input("the sample's limits are of the kind '" + kind + "', which the file's standard errors do not tell; make all draws in one run, or take --interval normal");
}

}  // namespace

bool SavedErrors::alike(const SavedErrors& other) const {
  return level == other.level && drawn == other.drawn && simulation.has_value() == other.simulation.has_value() && sampling.has_value() == other.sampling.has_value();
}

UncertaintyParts SavedErrors::with(const Realisations* draws, std::size_t cluster) const {
  return {draws, simulation ? &*simulation : nullptr, sampling ? &*sampling : nullptr, level, cluster};
}

SavedErrors take_intervals(Results& results) {
  SavedErrors saved;
  saved.level = told(results, interval_level);
  saved.drawn = std::any_of(results.variables.begin(), results.variables.end(), [](const Variable& v) { return v.name.ends_with("_mcse"); });
  // A source alone has its errors under `_se`.
  const bool simulated = results.provenance.contains(simulation_degrees_of_freedom), sampled = results.provenance.contains(sampling_degrees_of_freedom);
  const bool alone = !saved.drawn && simulated != sampled;
  const auto errors = [&](const std::string& part, const char* df) {
    const std::string suffix = alone ? "_se" : "_se_" + part;
    return SamplingErrors{take_beside(results.variables, suffix), take_beside(results.differences, suffix), told(results, df)};
  };
  if (simulated) saved.simulation = errors("simulation", simulation_degrees_of_freedom);
  if (sampled) saved.sampling = errors("sampling", sampling_degrees_of_freedom);
  if (sampled) saved.sampling->interval = interval_told(results);
  take_beside(results.variables, "");
  take_beside(results.differences, "");
  return saved;
}

}  // namespace puente
