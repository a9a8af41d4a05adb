#include "hpc/draws.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "engine/core/error.hpp"
#include "hpc/progress.hpp"
#include "hpc/together.hpp"

namespace puente {

namespace {

/// Which draws, and what is drawn, before what went wrong in them.
std::string told(const StudyModel& model, std::size_t first, const std::vector<ParameterSet>& drawn) {
  std::string text = drawn.size() == 1 ? "in draw " + std::to_string(first)
                                       : "in one of the draws " + std::to_string(first) + " to " + std::to_string(first + drawn.size() - 1);
  if (drawn.size() > 1) return text;
  for (std::size_t j = 0; j < drawn[0].size(); ++j)
    if (drawn[0][j] != model.parameters[j].value) text += (text.find('=') == std::string::npos ? ", with " : ", ") + model.parameters[j].name + " = " + shortest(drawn[0][j]);
  return text;
}

/// The results of each draw.
std::vector<Results> run_together(const StudyModel& model, const ParametersRead& read, std::size_t first, const std::vector<ParameterSet>& drawn,
                                  PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team) {
  Diagnostics diagnostics;
  try {
    const DrawsTogether draws = draws_together(model, read, drawn);
    const Results together = run_study(draws.study, source, options, exchange, team, diagnostics).results;
    std::vector<Results> results;
    for (std::size_t k = 0; k < drawn.size(); ++k) results.push_back(results_of_draw(model, draws, together, k));
    return results;
  } catch (const Error& error) {
    if (drawn.size() > 1)  // the first draw that fails tells what was drawn
      for (std::size_t k = 0; k < drawn.size(); ++k) run_together(model, read, first + k, {drawn[k]}, source, options, exchange, team);
    throw Error(error.code(), told(model, first, drawn) + ": " + error.what());
  }
}

}  // namespace

void run_draws(const StudyModel& model, const DrawPlan& plan, PopulationSource& source, const RunOptions& options, Exchange& exchange,
               Team& team, Realisations& realisations) {
  RunOptions silent = options;
  silent.quiet = true;
  Progress progress;
  const ParametersRead read = parameters_read(model, source.schema());
  const std::size_t end = plan.first + plan.count;
  for (std::size_t d = plan.first; d < end;) {
    std::vector<ParameterSet> drawn;
    for (std::size_t k = 0; k < plan.together && d + k < end; ++k) drawn.push_back(plan.parameters(d + k));
    for (const Results& results : run_together(model, read, d, drawn, source, silent, exchange, team)) realisations.add(results);
    d += drawn.size();
    if (!options.quiet && exchange.rank() == 0) progress.tell("draws", static_cast<double>(d - plan.first) / static_cast<double>(plan.count));
  }
  progress.end();
}

namespace {

/// What the first rank of every team holds, one after another.
std::vector<Series> of_all_teams(const std::vector<Series>& mine, bool speaks, Exchange& everyone) {
  std::vector<Series> all;
  for (const Series& series : mine) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span(series.values));
    const std::vector<std::byte> gathered = everyone.gather_all(speaks ? bytes : bytes.first(0));
    Series& whole = all.emplace_back(Series{series.name, series.figures, std::vector<double>(gathered.size() / sizeof(double))});
    if (!gathered.empty()) std::memcpy(whole.values.data(), gathered.data(), gathered.size());
  }
  return all;
}

}  // namespace

void run_draws_in_teams(const StudyModel& model, const DrawPlan& plan, const DrawTeam& mine, const RunOptions& options, Exchange& everyone,
                        Team& team, Realisations& realisations) {
  RunOptions own = options;
  own.quiet = options.quiet || mine.number > 0;
  DrawPlan part = plan;
  const bool divided = plan.count >= mine.teams;  // too few to go round: every team draws them all
  if (divided) {
    const auto begin = [&](std::size_t number) { return plan.first + plan.count * number / mine.teams; };
    part.first = begin(mine.number);
    part.count = begin(mine.number + 1) - part.first;
  }
  Realisations drawn;
  together(everyone, [&] { run_draws(model, part, *mine.source, own, *mine.ranks, team, drawn); });
  if (divided) {
    const bool speaks = mine.ranks->rank() == 0;
    std::vector<Series> variables = of_all_teams(drawn.variables(), speaks, everyone);
    drawn = Realisations(plan.count, std::move(variables), of_all_teams(drawn.differences(), speaks, everyone));
  }
  realisations.append(drawn);
}

}  // namespace puente
