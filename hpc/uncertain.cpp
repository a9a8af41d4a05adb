#include "hpc/uncertain.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"
#include "engine/run/intervals.hpp"
#include "engine/run/sensitivities.hpp"
#include "engine/uncertainty/model_coefficients.hpp"
#include "hpc/drawing.hpp"
#include "hpc/estimation.hpp"
#include "hpc/progress.hpp"
#include "hpc/sample_replicates.hpp"
#include "hpc/survey_weights.hpp"

namespace puente {

namespace {

/// Populations up to here are run in order in draws too: a sketch of so few is too coarse for most groups, and a second walk dearer.
constexpr std::int64_t households_in_order = 100'000;

/// What is added to a run's results, and the words for it.
class Added {
 public:
  Added(const UncertainRun& run, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team)
      : run_(run), source_(source), options_(options), exchange_(exchange), team_(team) {
    parts_.level = run.model.uncertainty.level;
    silent_ = options;
    silent_.quiet = true;
  }
  void add(Finished& finished);

 private:
  void draw_parameters(const Results& central);
  void replicate_units(const Results& central);
  void replicate_sample(const Finished& finished);
  StudyModel realisation() const;
  void tell(const char* what, std::size_t done, std::size_t all);
  std::string drawn() const;
  std::string assumed() const;
  std::string words(const Results& central) const;

  const UncertainRun& run_;
  PopulationSource& source_;
  const RunOptions& options_;
  RunOptions silent_;
  Exchange& exchange_;
  Team& team_;
  Progress progress_;
  Drawn drawn_;
  Realisations units_;
  SamplingErrors simulated_;
  ReplicatedSample replicated_;
  UncertaintyParts parts_;
};

void Added::tell(const char* what, std::size_t done, std::size_t all) {
  if (!options_.quiet && exchange_.rank() == 0) progress_.tell(what, static_cast<double>(done) / static_cast<double>(all));
}

/// Draws are of a sketch, unless the command line wants them in order or there are few households.
StudyModel Added::realisation() const {
  StudyModel model = run_.model;
  model.sampling = {};
  if (!run_.precision_given && source_.households() > households_in_order) model.statistics.precision = Precision::sketch;
  return model;
}

void Added::draw_parameters(const Results& central) {
  drawn_ = puente::draw_parameters(realisation(), run_.options, central, run_.team.value_or(DrawTeam{0, 1, &exchange_, &source_}), options_, exchange_, team_);
  parts_.parameters = &drawn_.draws.figures;
  parts_.cluster = drawn_.draws.drawn.row_length();
}

/// The same study with other draws of every household's and person's chances.
void Added::replicate_units(const Results& central) {
  const auto count = static_cast<std::size_t>(run_.options.unit_replicates);
  for (std::size_t r = 1; r <= count; ++r) {
    StudyModel replicate = realisation();
    replicate.seed = purpose_key(run_.model.seed, "unit replicate " + std::to_string(r));
    Diagnostics diagnostics;
    units_.add(run_study(std::move(replicate), source_, silent_, exchange_, team_, diagnostics).results);
    tell("unit replicates", r, count);
  }
  progress_.end();
  simulated_ = standard_errors(units_, central);
  parts_.simulation = &simulated_;
}

/// The whole run again with each replicate's weights: groups, lines, cut-offs and all.
void Added::replicate_sample(const Finished& finished) {
  const auto how_far = [this](std::size_t done, std::size_t all) { tell("replicates of the sample", done, all); };
  ReplicateRun run{realisation(), source_, run_.calibrated, silent_, exchange_, team_, how_far};
  run.model.sampling = run_.model.sampling;
  replicated_ = puente::replicate_sample(finished, run);
  progress_.end();
  parts_.sampling = &replicated_.errors;
}

/// What is drawn: the study's own parameters, and the coefficients of its schooling model.
std::string Added::drawn() const {
  const auto& all = run_.model.parameters;
  const auto end = all.end() - static_cast<std::ptrdiff_t>(run_.model.coefficients);
  const auto own = std::count_if(all.begin(), end, [](const ParameterValue& p) { return p.uncertainty.has_value(); });
  const std::string coefficients = words_of_coefficients(run_.model);
  if (own == 0 && !coefficients.empty()) return coefficients;
  return std::to_string(own) + (own == 1 ? " parameter" : " parameters") + (coefficients.empty() ? "" : " and " + coefficients);
}

/// Names of what is drawn and assumed.
std::string Added::assumed() const {
  std::string names;
  for (const UncertainFactor& factor : uncertain_parameters(run_.model.parameters, run_.model.uncertainty.correlations).factors)
    for (const std::size_t p : factor.parameters) {
      const ParameterValue& parameter = run_.model.parameters[p];
      const std::string& name = factor.name == schooling_factor ? factor.name : parameter.name;
      if (parameter.status == "assumed" || parameter.status == "sign_only") names += (names.empty() ? "" : ", ") + name;
      if (factor.name == schooling_factor) break;
    }
  return names;
}

/// Limits that rest on an assumption are ranges: they are as wide as somebody thought fit.
std::string Added::words(const Results& central) const {
  std::string text = "limits at " + shortest(100 * parts_.level) + " %";
  if (parts_.parameters != nullptr) text += ", " + in_words(drawn_.draws, central, parts_.level) + " of " + drawn();
  if (!drawn_.words.empty()) text += " (" + drawn_.words + ")";
  if (parts_.simulation != nullptr) text += ", " + std::to_string(units_.count()) + " replicates of the units' chances";
  if (parts_.sampling != nullptr)
    text += ", " + sampling_words(run_.model.sampling, *parts_.sampling, replicated_.replicates);
  const bool replicated = replicated_.replicates > 0;
  if (parts_.sampling != nullptr && run_.calibrated != nullptr) text += replicated ? ", calibrated anew in each replicate" : ", calibrated weights held fixed";
  if (replicated && run_.model.schooling)
    text += run_.model.sampling.repeats_estimation ? ", the schooling model estimated anew in each replicate" : ", the schooling model held fixed";
  if (parts_.sampling != nullptr && !source_.schema().notes.calibration.empty())
    text += replicated ? ", at calibrated weights: calibration is not repeated in replicates" : ", calibrated weights held fixed";
  if (parts_.parameters == nullptr) return text;
  const std::string names = assumed();
  return text + (names.empty() ? ": confidence intervals" : ": ranges, not confidence intervals, as these are assumed: " + names);
}

void Added::add(Finished& finished) {
  const SamplingMethod method = run_.model.sampling.method;
  if (method != SamplingMethod::none && run_.synthetic) {
    finished.results.provenance["sampling"] = std::string("none: the population was made up as a whole, so there is no sampling error");
  } else if (method == SamplingMethod::linearised) {
    finished.sampling->interval = run_.model.sampling.interval;
    parts_.sampling = &*finished.sampling;
  } else if (method != SamplingMethod::none) {
    replicate_sample(finished);
  }
  if (run_.model.uncertainty.draws > 0) draw_parameters(finished.results);
  if (run_.options.unit_replicates > 0) replicate_units(finished.results);
  if (parts_.parameters == nullptr && parts_.simulation == nullptr && parts_.sampling == nullptr) return;
  if (parts_.parameters != nullptr && (run_.options.save_draws || !run_.options.only_draws.empty())) save_draws(drawn_.draws, finished.results);
  add_intervals(finished.results, parts_);
  finished.results.provenance["uncertainty"] = words(finished.results);
  if (parts_.parameters != nullptr) add_sensitivities(drawn_.draws, finished.results);
}

/// Before anything that takes long.
void check_estimation(const StudyModel& model, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team) {
  if (!model.schooling || !model.schooling->model) throw bad_input("replicates estimate the model of [schooling] anew, and there is none: leave out estimation = \"repeated\"");
  if (model.uncertainty.draws > 0 && model.coefficients > 0)
    throw bad_input("replicates that estimate the schooling model anew and draws of its coefficients would count the same uncertainty twice: take draws = false in [schooling], or estimation = \"fixed\"");
  require_estimated_here(model, source, options, exchange, team);
}

}  // namespace

Finished run_uncertain(const UncertainRun& run, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                       Diagnostics& diagnostics) {
  StudyModel model = run.model;
  if (run.synthetic) model.sampling = {};
  if (model.sampling.repeats_estimation) check_estimation(model, source, options, exchange, team);
  Finished finished = run_study(std::move(model), source, options, exchange, team, diagnostics);
  if (run.calibrated != nullptr) finished.results.provenance["calibration"] = record_of(*run.calibrated);
  Added(run, source, options, exchange, team).add(finished);
  return finished;
}

}  // namespace puente
