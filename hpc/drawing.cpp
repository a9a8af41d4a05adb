#include "hpc/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "engine/core/error.hpp"
#include "engine/statistics/welfare_sketch.hpp"
#include "hpc/together.hpp"
#include "io/hdf5/results_file.hpp"

namespace puente {

namespace {

/// Draws between two looks at the Monte Carlo error.
constexpr std::size_t draws_in_round = 100;

struct Range {
  std::size_t first, end;
};

Range range_of(const std::string& text, std::size_t draws) {
  long long from = 0, to = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%lld-%lld%n", &from, &to, &used) != 2 || used != static_cast<int>(text.size()) || from < 1 || to < from ||
      to > static_cast<long long>(draws))
    throw Error(ExitCode::usage, "--only-draws " + text + ": write two numbers of draws from 1 to " + std::to_string(draws) + ", as in --only-draws 1-" + std::to_string(draws));
  return {static_cast<std::size_t>(from), static_cast<std::size_t>(to) + 1};
}

/// "fgt=0.001": the Monte Carlo error of these figures of the whole population is to be no larger.
struct Goal {
  std::string variable;
  double error;
};

Goal goal_of(const std::string& text) {
  const auto equals = text.find('=');
  double error = 0;
  int used = 0;
  const std::string number = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (std::sscanf(number.c_str(), "%lf%n", &error, &used) != 1 || used != static_cast<int>(number.size()) || !(error > 0))
    throw Error(ExitCode::usage, "--until-mcse " + text + ": write VARIABLE=ERROR, as in --until-mcse fgt=0.001");
  return {text.substr(0, equals), error};
}

/// At most, on one rank.
double records_of(const DrawTeam& mine) {
  const std::int64_t all = std::max({mine.source->persons(), mine.source->households(), std::int64_t{1}});
  return static_cast<double>(all) / mine.ranks->size();
}

/// Draws in one walk: as asked for, else four, fewer or more as the memory asked for holds. A draw keeps of each scenario a
/// histogram a thread and slot, or a record's welfare and weight in each grouping: no more than are kept in one walk.
std::size_t draws_together(const StudyModel& model, const UncertaintyOptions& asked, const Results& central, const DrawTeam& mine, const RunOptions& options, int threads) {
  constexpr std::size_t usual = 4, most = 16;
  if (asked.batch > 0) return static_cast<std::size_t>(asked.batch);
  if (options.memory <= 0) return usual;
  const double groupings = 2 + static_cast<double>(model.groups.size());
  const bool sketch = model.statistics.precision == Precision::sketch;
  const double kept = sketch
                          ? static_cast<double>(threads) * static_cast<double>(central.dimension("group").size() - model.statistics.contrasts.size()) * static_cast<double>(WelfareSketch::bytes_of_slot)
                          : groupings * records_of(mine) * 2 * sizeof(double);
  const double room = sketch ? options.memory * 0x1p30 / 2 : record_bytes(options, *mine.ranks);
  const double of_draw = kept * static_cast<double>(model.scenarios.size());
  return std::clamp(static_cast<std::size_t>(room / of_draw), std::size_t{1}, most);
}

bool same_figures(const std::vector<Series>& saved, const std::vector<Series>& again) {
  return saved.size() == again.size() && std::all_of(again.begin(), again.end(), [&](const Series& series) {
    const Series* known = find_series(saved, series.name);
    return known != nullptr && known->figures == series.figures &&
           std::equal(series.values.begin(), series.values.end(), known->values.end() - static_cast<std::ptrdiff_t>(series.figures), same_bits);
  });
}

class Drawing {
 public:
  Drawing(const StudyModel& model, const UncertaintyOptions& asked, const Results& central, const DrawTeam& mine, const RunOptions& options,
          Exchange& everyone, Team& team)
      : model_(model), asked_(asked), central_(central), mine_(mine), options_(options), everyone_(everyone), team_(team),
        parameters_(model, model.uncertainty.design, model.uncertainty.draws, model.seed),
        together_(draws_together(model, asked, central, mine, options, team.threads())) {}
  Drawn run();

 private:
  DrawnValues values(std::size_t first, std::size_t count) const { return drawn_values(parameters_, first, count); }
  Realisations figures(std::size_t first, std::size_t count);
  void take(std::size_t count);
  void take_up();
  void check_goals(const std::vector<Goal>& goals) const;
  double error_of(const Goal& goal) const;
  bool reached(const std::vector<Goal>& goals) const;
  std::string told(const Goal& goal) const;

  const StudyModel& model_;
  const UncertaintyOptions& asked_;
  const Results& central_;
  const DrawTeam& mine_;
  const RunOptions& options_;
  Exchange& everyone_;
  Team& team_;
  ParameterDraws parameters_;
  std::size_t together_;
  SavedDraws draws_;
};

Realisations Drawing::figures(std::size_t first, std::size_t count) {
  DrawPlan plan;
  plan.first = first;
  plan.count = count;
  plan.together = together_;
  plan.parameters = [&](std::size_t d) { return parameters_.values(static_cast<std::int64_t>(d)); };
  Realisations drawn;
  if (mine_.teams > 1) run_draws_in_teams(model_, plan, mine_, options_, everyone_, team_, drawn);
  else run_draws(model_, plan, *mine_.source, options_, everyone_, team_, drawn);
  return drawn;
}

/// The next draws.
void Drawing::take(std::size_t count) {
  if (count == 0) return;
  append(draws_, {values(draws_.end(), count), figures(draws_.end(), count)});
}

/// Draws of a results file, which must be those that this study would have made: the last is made again.
void Drawing::take_up() {
  together(everyone_, [&] { draws_ = saved_draws(io::read_results(asked_.extend)); });
  const std::string file = "--extend " + asked_.extend + ": ";
  const std::size_t last = draws_.end() - 1, count = draws_.figures.count();
  if (draws_.first() != 1) throw bad_input(file + "it holds draws from " + std::to_string(draws_.first()) + " on; `puente merge` puts parts together");
  if (last > static_cast<std::size_t>(model_.uncertainty.draws))
    throw bad_input(file + "it holds " + std::to_string(last) + " draws, more than the " + std::to_string(model_.uncertainty.draws) + " asked for");
  const DrawnValues own = values(1, count);
  if (own.of.names != draws_.drawn.of.names) throw bad_input(file + "its draws are of other parameters");
  if (!std::equal(own.values.begin(), own.values.end(), draws_.drawn.values.begin(), same_bits))
    throw bad_input(file + "its draws have other values: another seed, design or distribution");
  const Realisations again = figures(last, 1);
  if (!same_figures(draws_.figures.variables(), again.variables()) || !same_figures(draws_.figures.differences(), again.differences()))
    throw bad_input(file + "draw " + std::to_string(last) + " has other figures now: another scenario file, population, precision or version made them");
}

/// The largest Monte Carlo error of the means of a variable's figures, and of their differences, of the whole population; NaN where
/// none can be told.
double Drawing::error_of(const Goal& goal) const {
  double largest = NAN;
  std::vector<double> drawn;
  const Variable& shape = *central_.find(goal.variable);
  const GroupAxis groups = central_.group_axis(shape);
  for (const Series* series : {draws_.figures.variable(goal.variable), draws_.figures.difference(goal.variable)})
    for (std::size_t i = 0; series != nullptr && i < series->figures; ++i) {
      if (groups.group_of(i) != 0) continue;
      gather(*series, i, draws_.figures.count(), drawn);
      const double error = spread_of(drawn, model_.uncertainty.level, draws_.drawn.row_length()).mean_error;
      if (std::isfinite(error)) largest = std::isfinite(largest) ? std::max(largest, error) : error;
    }
  return largest;
}

void Drawing::check_goals(const std::vector<Goal>& goals) const {
  const auto drawn = [](const Variable& v) { return !v.dimensions.empty() && v.dimensions[0] == "scenario" && !v.name.ends_with("_error_bound"); };
  for (const Goal& goal : goals) {
    if (const Variable* shape = central_.find(goal.variable); shape != nullptr && drawn(*shape)) continue;
    std::string known;
    for (const Variable& variable : central_.variables)
      if (drawn(variable)) known += (known.empty() ? "" : ", ") + variable.name;
    throw Error(ExitCode::usage, "--until-mcse " + goal.variable + ": there is no such figure; there are " + known);
  }
}

bool Drawing::reached(const std::vector<Goal>& goals) const {
  return std::all_of(goals.begin(), goals.end(), [&](const Goal& goal) { return error_of(goal) <= goal.error; });
}

std::string Drawing::told(const Goal& goal) const {
  const double error = error_of(goal);
  const std::string what = "Monte Carlo error of " + goal.variable;
  if (error <= goal.error) return what + " at most " + shortest(goal.error);
  return what + " not reached: " + (std::isfinite(error) ? shortest(error) : "the figure is missing");
}

Drawn Drawing::run() {
  const auto most = static_cast<std::size_t>(model_.uncertainty.draws);
  Range range{1, most + 1};
  if (!asked_.only_draws.empty()) range = range_of(asked_.only_draws, most);
  std::vector<Goal> goals;
  for (const std::string& text : asked_.until_mcse) goals.push_back(goal_of(text));
  check_goals(goals);
  draws_.drawn = values(range.first, 0);
  if (const std::string cost = cost_in_words(parameters_.design()); !cost.empty() && !options_.quiet && everyone_.rank() == 0) std::fprintf(stderr, "%s\n", cost.c_str());
  if (!asked_.extend.empty()) take_up();
  if (goals.empty()) take(range.end - draws_.end());
  bool enough = goals.empty() || (draws_.figures.count() >= draws_in_round && reached(goals));
  while (!enough && draws_.end() < range.end) {
    // Rounds begin at the same draws however many were there before.
    const std::size_t round_end = ((draws_.end() - 1) / draws_in_round + 1) * draws_in_round + 1;
    take(std::min(round_end, range.end) - draws_.end());
    enough = reached(goals);
  }
  std::string words;
  for (const Goal& goal : goals) words += (words.empty() ? "" : ", ") + told(goal);
  return {std::move(draws_), std::move(words)};
}

}  // namespace

void check_drawing(const UncertaintyOptions& asked, const UncertaintyPlan& plan) {
  const auto refuse = [](const std::string& message) { throw Error(ExitCode::usage, message); };
  const bool extending = !asked.extend.empty(), until = !asked.until_mcse.empty();
  if (!asked.only_draws.empty() && (extending || until)) refuse("--only-draws is a part of a known number of draws: it goes with neither --extend nor --until-mcse");
  if ((extending || until) && !extends(plan.design))
    refuse((extending ? "--extend" : "--until-mcse") + std::string(" needs a design that goes on, random or sobol: ") + design_names()[static_cast<std::size_t>(plan.design)] + " is made for its number of draws");
  if (plan.draws > 0) return;
  if (extending || !asked.only_draws.empty()) refuse("say how many draws there are in all: --draws N");
  for (const auto& [given, option] : {std::pair{!asked.design.empty(), "--design"}, {asked.save_draws, "--save-draws"}, {asked.batch > 0, "--batch"}, {asked.draw_teams > 1, "--draw-teams"}})
    if (given) refuse(std::string(option) + " is of draws, and there are none: --draws N");
}

Drawn draw_parameters(const StudyModel& model, const UncertaintyOptions& asked, const Results& central, const DrawTeam& mine,
                      const RunOptions& options, Exchange& everyone, Team& team) {
  return Drawing(model, asked, central, mine, options, everyone, team).run();
}

}  // namespace puente
