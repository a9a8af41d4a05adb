#include "engine/run/merge_scenarios.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/run/contrasts.hpp"
#include "engine/run/saved_draws.hpp"
#include "engine/run/saved_intervals.hpp"
#include "engine/run/sensitivities.hpp"

namespace puente {

std::string both(const Part& a, const Part& b) { return a.name + " and " + b.name; }

namespace {

const std::string recipient = "recipient.", arm = "arm=";

/// Groups that programmes make stand after the others (0), before contrasts: their clients (1), and everybody by what they get (2).
int rank_of(const std::string& group) { return group.starts_with(recipient) ? 1 : group.starts_with(arm) ? 2 : 0; }

/// A total is nothing, and not missing, where a scenario has no such programme or levy. In groups of programmes that a scenario does
/// not run there is nobody, and what is compared is missing, but for counts.
double without_programme(const std::string& variable, bool difference, bool group_of_programmes) {
  const auto among = [&](std::initializer_list<const char*> names) { return std::find(names.begin(), names.end(), variable) != names.end(); };
  const bool nothing = among({"poor_persons", "total_gap", "excluded_from_logs", "weight_negative", "weight_zero"}) ||
                       (among({"group_households", "group_persons"}) && !difference) ||
                       (among({"recipients", "spending", "cost", "levy"}) && !(difference && group_of_programmes));
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

/// Which programmes an arm gets, a bit each.
std::size_t programmes_of(const std::string& group, const std::vector<std::string>& programmes) {
  std::size_t bits = 0;
  for (std::size_t p = 0; p < programmes.size(); ++p)
    if (("+" + group.substr(arm.size()) + "+").find("+" + programmes[p] + "+") != std::string::npos) bits |= std::size_t{1} << p;
  return bits;
}

std::string arm_of(std::size_t bits, const std::vector<std::string>& programmes) {
  std::string name;
  for (std::size_t p = 0; p < programmes.size(); ++p)
    if ((bits >> p & 1) != 0) name += (name.empty() ? "" : "+") + programmes[p];
  return arm + (name.empty() ? "none" : name);
}

/// What a part holds beside its central figures.
struct Beyond {
  std::optional<SavedErrors> errors;
  std::optional<SavedDraws> draws;
};

class Beside {
 public:
  explicit Beside(std::vector<Part> parts) : parts_(std::move(parts)) {}
  Results merge();

 private:
  enum class Fill : std::uint8_t { as_in_one_run, missing };
  using Of = std::function<const std::vector<Variable>*(std::size_t part)>;
  void take_apart();
  void check_shared() const;
  void merge_dimensions();
  void merge_groups(Dimension& whole) const;
  std::vector<Variable> merged(const Of& of, bool difference, Fill fill = Fill::as_in_one_run) const;
  std::optional<SamplingErrors> merged_errors(std::optional<SamplingErrors> SavedErrors::*part, Fill fill) const;
  void put(const Part& part, const Variable& variable, Variable& to, std::vector<bool>& known) const;
  Variable empty(const Variable& like, bool difference, Fill fill) const;

  std::vector<Part> parts_;
  std::vector<Beyond> beyond_;
  Results results_;
};

/// Limits, draws and shares of variance out of the parts; draws as variables of groups stay.
void Beside::take_apart() {
  for (Part& part : parts_) {
    Beyond& beyond = beyond_.emplace_back();
    if (part.results.provenance.contains("uncertainty")) beyond.errors = take_intervals(part.results);
    take_sensitivities(part.results);
    if (part.results.groups.contains("draws")) beyond.draws = saved_draws(part.results);
    const Beyond& first = beyond_[0];
    if (beyond.errors && beyond.errors->drawn && !beyond.draws)
      throw bad_input(part.name + " has limits from draws that it does not hold; run the parts with --save-draws");
    if (beyond.errors.has_value() != first.errors.has_value() || beyond.draws.has_value() != first.draws.has_value() ||
        (beyond.errors && !beyond.errors->alike(*first.errors)))
      throw bad_input(both(parts_[0], part) + " differ in what makes their figures uncertain, or in the level of limits");
    if (beyond.draws && (!beyond.draws->drawn.same_draws(first.draws->drawn) || beyond.draws->figures.count() != first.draws->figures.count()))
      throw bad_input(both(parts_[0], part) + " hold other draws");
  }
}

void Beside::check_shared() const {
  const std::vector<std::string>& first = parts_[0].results.dimension("scenario").labels;
  for (const Part& part : parts_) {
    const std::vector<std::string>& own = part.results.dimension("scenario").labels;
    if (std::none_of(own.begin(), own.end(), [&](const std::string& s) { return std::find(first.begin(), first.end(), s) != first.end(); }))
      throw bad_input(both(parts_[0], part) + " share no scenario: nothing shows that they compare with the same");
  }
}

void Beside::merge_dimensions() {
  for (const Part& part : parts_)
    for (const Dimension& dimension : part.results.dimensions) {
      const auto found = std::find_if(results_.dimensions.begin(), results_.dimensions.end(), [&](const Dimension& d) { return d.name == dimension.name; });
      if (found == results_.dimensions.end()) results_.dimensions.push_back(dimension);
      else if (dimension.name == "scenario" || dimension.name == "programme") add_labels(dimension.labels, found->labels);
      else if (dimension.name == "group" ? own_groups(dimension) != own_groups(*found) : found->labels != dimension.labels || found->values != dimension.values)
        throw bad_input(both(parts_[0], part) + " differ in the dimension " + dimension.name + ": run them with the same groups and statistics");
    }
  for (Dimension& dimension : results_.dimensions)
    if (dimension.name == "group") merge_groups(dimension);
}

/// As one run has them: clients of every programme, every set of programmes, contrasts.
void Beside::merge_groups(Dimension& whole) const {
  const auto any = [&](int rank) {
    return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
      const std::vector<std::string>& labels = part.results.dimension("group").labels;
      return std::any_of(labels.begin(), labels.end(), [&](const std::string& g) { return rank_of(g) == rank; });
    });
  };
  const std::vector<std::string> programmes = results_.has_dimension("programme") ? results_.dimension("programme").labels : std::vector<std::string>();
  const bool recipients = any(1), arms = any(2);
  const std::vector<std::string> own = own_groups(whole);
  const auto contrasts = own.begin() + static_cast<std::ptrdiff_t>(first_contrast(own));
  whole.labels.assign(own.begin(), contrasts);
  for (std::size_t p = 0; recipients && p < programmes.size(); ++p) whole.labels.push_back(recipient + programmes[p]);
  for (std::size_t bits = 0; arms && bits < std::size_t{1} << programmes.size(); ++bits) whole.labels.push_back(arm_of(bits, programmes));
  whole.labels.insert(whole.labels.end(), contrasts, own.end());
}

Variable Beside::empty(const Variable& like, bool difference, Fill fill) const {
  Variable variable = like;
  std::size_t values = 1;
  for (const std::string& name : variable.dimensions) values *= results_.dimension(name).size();
  const GroupAxis axis = results_.group_axis(variable);
  const std::vector<std::string>& groups = results_.dimension("group").labels;
  variable.values.resize(values);
  for (std::size_t i = 0; i < values; ++i)
    variable.values[i] = fill == Fill::missing ? NAN : without_programme(variable.name, difference, rank_of(groups[axis.group_of(i)]) > 0);
  return variable;
}

/// Puts a part's values where their labels stand in the whole.
void Beside::put(const Part& part, const Variable& variable, Variable& to, std::vector<bool>& known) const {
  if (variable.dimensions != to.dimensions) throw bad_input(both(parts_[0], part) + " differ in the shape of " + variable.name);
  std::vector<std::vector<std::size_t>> place;  // of each dimension's index in the whole
  for (const std::string& name : variable.dimensions) {
    const Dimension &mine = part.results.dimension(name), &whole = results_.dimension(name);
    std::vector<std::size_t>& at = place.emplace_back(mine.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (mine.labels.empty()) {
        at[i] = i;
        continue;
      }
      const std::string& own = mine.labels[i];  // arms name their programmes in each part's own order
      const std::string label = name == "group" && rank_of(own) == 2 ? arm_of(programmes_of(own, results_.dimension("programme").labels), results_.dimension("programme").labels) : own;
      at[i] = static_cast<std::size_t>(std::find(whole.labels.begin(), whole.labels.end(), label) - whole.labels.begin());
    }
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

std::vector<Variable> Beside::merged(const Of& of, bool difference, Fill fill) const {
  std::vector<Variable> out;
  std::vector<std::vector<bool>> known;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const std::vector<Variable>* variables = of(p);
    if (variables == nullptr) continue;
    for (const Variable& variable : *variables) {
      auto found = std::find_if(out.begin(), out.end(), [&](const Variable& v) { return v.name == variable.name; });
      if (found == out.end()) {
        out.push_back(empty(variable, difference, fill));
        known.emplace_back(out.back().values.size(), false);
        found = out.end() - 1;
      }
      put(parts_[p], variable, *found, known[static_cast<std::size_t>(found - out.begin())]);
    }
  }
  return out;
}

std::optional<SamplingErrors> Beside::merged_errors(std::optional<SamplingErrors> SavedErrors::*part, Fill fill) const {
  if (!beyond_[0].errors || !((*beyond_[0].errors).*part)) return std::nullopt;
  SamplingErrors errors = *((*beyond_[0].errors).*part);
  errors.variables = merged([&](std::size_t p) { return &((*beyond_[p].errors).*part)->variables; }, false, fill);
  errors.differences = merged([&](std::size_t p) { return &((*beyond_[p].errors).*part)->differences; }, true, fill);
  return errors;
}

Results Beside::merge() {
  check_shared();
  take_apart();
  results_.title = parts_[0].results.title;
  results_.provenance = parts_[0].results.provenance;
  merge_dimensions();
  results_.variables = merged([&](std::size_t p) { return &parts_[p].results.variables; }, false);
  results_.differences = merged([&](std::size_t p) { return &parts_[p].results.differences; }, true);
  for (const auto& [path, first] : parts_[0].results.groups)
    results_.groups[path] = merged([&, &path = path](std::size_t p) {
      const auto found = parts_[p].results.groups.find(path);
      return found == parts_[p].results.groups.end() ? nullptr : &found->second;
    }, path.ends_with("difference"));
  if (!beyond_[0].errors) return std::move(results_);
  std::optional<SavedDraws> draws;
  if (beyond_[0].draws) draws = saved_draws(results_);
  SavedErrors errors = *beyond_[0].errors;
  errors.simulation = merged_errors(&SavedErrors::simulation, Fill::as_in_one_run);
  errors.sampling = merged_errors(&SavedErrors::sampling, Fill::missing);
  add_intervals(results_, errors.with(draws ? &draws->figures : nullptr, draws ? draws->drawn.row_length() : 1));
  if (draws) add_sensitivities(*draws, results_);
  return std::move(results_);
}

}  // namespace

Results merge_scenarios(std::vector<Part> parts) { return Beside(std::move(parts)).merge(); }

}  // namespace puente
