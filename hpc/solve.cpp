#include "hpc/solve.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"
#include "engine/run/root_search.hpp"

namespace puente {

namespace {

/// Share of a target below which a jump is no news: where persons choose, every figure moves by whole persons.
constexpr double step_of_one = 1e-4;

class Search {
 public:
  Search(const Solve& solve, const ReadScenario& read, const io::ScenarioOverrides& overrides, PopulationSource& source,
         const RunOptions& options, Exchange& exchange, Team& team)
      : solve_(solve), read_(read), overrides_(overrides), source_(source), options_(options), exchange_(exchange), team_(team) {}
  Solved run(Diagnostics& diagnostics);

 private:
  void walk(const std::vector<double>& values);
  void walk_everywhere(double value);
  Results results_of(const io::ScenarioOverrides& overrides);
  void take(double value, const Target::Sides& sides);
  [[noreturn]] void fail(const std::string& message) const;
  std::string told(std::size_t i) const;
  std::string intervals() const;
  void require_one_root(const RootSearch& search) const;
  Target::Sides sides_at(double value) const;

  const Solve& solve_;
  const ReadScenario& read_;
  io::ScenarioOverrides overrides_;
  PopulationSource& source_;
  const RunOptions& options_;
  Exchange& exchange_;
  Team& team_;
  std::vector<double> values_;         ///< all that were tried
  std::vector<Target::Sides> sides_;   ///< the target there
  int walks_ = 0;
};

void Search::fail(const std::string& message) const {
  Diagnostics mistake;
  mistake.add(solve_.place.error(0, "solve." + solve_.name + ": " + message));
  mistake.throw_if_errors();
  throw bad_input(message);
}

Results Search::results_of(const io::ScenarioOverrides& overrides) {
  io::ScenarioFile file = read_(overrides);
  solve_.target.ask_for(file.model.statistics);
  file.model.sampling = {};  // a target is a figure, not its error
  Diagnostics diagnostics = file.diagnostics;
  ++walks_;
  return run_study(file.model, source_, options_, exchange_, team_, diagnostics).results;
}

void Search::take(double value, const Target::Sides& sides) {
  values_.push_back(value);
  sides_.push_back(sides);
  if (!std::isfinite(sides.difference())) fail("the target is missing: " + told(values_.size() - 1));
}

/// One walk over the population with all these values.
void Search::walk(const std::vector<double>& values) {
  if (solve_.everywhere) {
    for (const double value : values) walk_everywhere(value);
    return;
  }
  overrides_.trials = io::Trials{solve_.name, values};
  const Results results = results_of(overrides_);
  for (std::size_t t = 0; t < values.size(); ++t) take(values[t], solve_.target.evaluate(results, trial_suffix(t)));
}

/// A value that what is seen in the data has as well leads to a study of its own, as --set does.
void Search::walk_everywhere(double value) {
  io::ScenarioOverrides overrides = overrides_;
  overrides.set.emplace_back(solve_.parameter, shortest(value));
  overrides.scenarios = solve_.target.scenarios();
  take(value, solve_.target.evaluate(results_of(overrides), ""));
}

std::string Search::told(std::size_t i) const {
  return "at " + shortest(values_[i]) + " its sides are " + shortest(sides_[i].left) + " and " + shortest(sides_[i].right);
}

/// Where the difference changes its sign on the grid.
std::string Search::intervals() const {
  std::string text;
  for (std::size_t i = 0; i + 1 < values_.size(); ++i) {
    const double a = sides_[i].difference(), b = sides_[i + 1].difference();
    if (a != 0 && b != 0 && (a > 0) == (b > 0)) continue;
    text += (text.empty() ? "[" : ", [") + shortest(values_[i]) + ", " + shortest(values_[i + 1]) + "]";
  }
  return text;
}

void Search::require_one_root(const RootSearch& search) const {
  if (search.sign_changes() == 0)
    fail("no value of " + solve_.parameter + " between " + shortest(solve_.from) + " and " + shortest(solve_.to) + " is seen to meet the target: " +
         told(0) + ", " + told(values_.size() - 1) + "; give `between` limits that stand on either side of it");
  if (search.sign_changes() > 1)
    fail("several values of " + solve_.parameter + " meet the target, in " + intervals() + "; give `between` limits around one of them");
}

Target::Sides Search::sides_at(double value) const {
  return sides_[static_cast<std::size_t>(std::find(values_.begin(), values_.end(), value) - values_.begin())];
}

Solved Search::run(Diagnostics& diagnostics) {
  RootSearch search(solve_.from, solve_.to, solve_.tolerance);
  for (std::vector<double> ask = search.ask(); !ask.empty(); ask = search.ask()) {
    const std::size_t before = sides_.size();
    walk(ask);
    std::vector<double> differences;
    for (std::size_t i = before; i < sides_.size(); ++i) differences.push_back(sides_[i].difference());
    search.tell(differences);
    if (before == 0) require_one_root(search);
  }
  const auto warn = [&](const std::string& message) {
    Diagnostic warning = solve_.place.error(0, "solve." + solve_.name + ": " + message);
    warning.severity = Diagnostic::Severity::warning;
    diagnostics.add(std::move(warning));
  };
  if (!search.monotone()) warn("the target neither only rises nor only falls between its limits: another value may meet it too");
  Solved solved{solve_.name, solve_.scenario, solve_.parameter, solve_.target.text().text, search.root(), sides_at(search.root()), walks_};
  const double scale = std::max(std::abs(solved.sides.left), std::abs(solved.sides.right));
  if (std::abs(solved.sides.difference()) > std::max(step_of_one, solve_.tolerance) * scale)
    warn("the target jumps at " + shortest(solved.value) + ", where its sides are " + shortest(solved.sides.left) + " and " + shortest(solved.sides.right));
  return solved;
}

}  // namespace

std::vector<Solved> answer_solves(const io::ScenarioFile& file, const ReadScenario& read, io::ScenarioOverrides& overrides,
                                  PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                                  Diagnostics& diagnostics) {
  std::vector<Solved> all;
  for (const Solve& solve : file.solves) {
    all.push_back(Search(solve, read, overrides, source, options, exchange, team).run(diagnostics));
    if (solve.everywhere) overrides.set.emplace_back(solve.parameter, shortest(all.back().value));
    else overrides.solved.push_back({solve.name, solve.scenario, solve.parameter, all.back().value});
  }
  return all;
}

}  // namespace puente
