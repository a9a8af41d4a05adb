#include "hpc/uncertain.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"
#include "engine/run/intervals.hpp"
#include "engine/run/sensitivities.hpp"
#include "engine/uncertainty/model_coefficients.hpp"
#include "hpc/drawing.hpp"
#include "hpc/progress.hpp"
#include "hpc/sample_replicates.hpp"

namespace puente {

namespace {

/// Populations up to here are run in order in draws too: a sketch of so few is too coarse for most groups, and a second walk dearer.
constexpr std::int64_t households_in_order = 100'000;

/// Where a Monte Carlo error says when to stop.
constexpr std::int64_t most_draws = 10'000;

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
  bool sketches() const;
  void tell(const char* what, std::size_t done, std::size_t all);
  std::string drawn() const;
  std::string assumed() const;
  std::string words() const;

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

/// Whether draws are sketches of what the central run has in order.
bool Added::sketches() const { return run_.model.statistics.precision == Precision::exact && realisation().statistics.precision == Precision::sketch; }

/// Draws are of a sketch, unless the command line wants them in order or there are few households.
StudyModel Added::realisation() const {
  StudyModel model = run_.model;
  model.sampling = {};
  if (!run_.precision_given && source_.households() > households_in_order) model.statistics.precision = Precision::sketch;
  return model;
}

void Added::draw_parameters(const Results& central) {
  DrawTeam mine = run_.team;
  if (mine.teams == 1) mine.source = &source_;
  drawn_ = puente::draw_parameters(realisation(), run_.options, central, mine, options_, exchange_, team_);
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
  ReplicateRun run{realisation(), source_, silent_, exchange_, team_, how_far};
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
std::string Added::words() const {
  std::string text = "limits at " + shortest(100 * parts_.level) + " %";
  if (parts_.parameters != nullptr) text += ", " + std::to_string(drawn_.draws.figures.count()) + " draws of " + drawn();
  if (parts_.parameters != nullptr && sketches()) text += " in sketches" + bound_in_words(drawn_.draws);
  if (!drawn_.words.empty()) text += " (" + drawn_.words + ")";
  if (parts_.simulation != nullptr) text += ", " + std::to_string(units_.count()) + " replicates of the units' chances";
  if (parts_.sampling != nullptr)
    text += ", " + sampling_words(run_.model.sampling, *parts_.sampling, replicated_.replicates);
  if (parts_.sampling != nullptr && !source_.schema().notes.calibration.empty())
    text += replicated_.replicates > 0 ? ", at calibrated weights: calibration is not repeated in replicates" : ", calibrated weights held fixed";
  if (parts_.parameters == nullptr) return text;
  const double wanted = std::ceil(2 / (1 - parts_.level) - 1e-9);
  if (static_cast<double>(drawn_.draws.figures.count()) < wanted) text += ", fewer draws than such limits want (" + shortest(wanted) + ")";
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
  finished.results.provenance["uncertainty"] = words();
  if (parts_.parameters != nullptr) add_sensitivities(drawn_.draws, finished.results);
}

template <class Kind>
void choose(const std::string& name, const std::vector<std::string>& names, Kind& kind) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) kind = static_cast<Kind>(found - names.begin());
}

void take_replicate_options(const UncertaintyOptions& options, SamplingPlan& sampling) {
  choose(options.interval, interval_names(), sampling.interval);
  choose(options.replicate_centre, replicate_centre_names(), sampling.centre);
  if (!options.replicate_weights.empty()) sampling.columns.names = options.replicate_weights;
  if (!options.rscales.empty()) sampling.columns.rscales = options.rscales;
  if (options.replicate_kind.empty()) return;
  sampling.columns.kind = ReplicateKind::bootstrap;
  choose(options.replicate_kind, replicate_kind_names(), *sampling.columns.kind);
}

/// An option that does nothing under the plan is a mistake; what the file says of another method is not.
void check_sampling_options(const UncertaintyOptions& options, const SamplingPlan& plan) {
  const auto check = [&](bool given, const char* option, const char* key) {
    if (const std::string owner = idle(key, plan); given && !owner.empty()) throw Error(ExitCode::usage, option + owner);
  };
  check(options.replicates.has_value(), "--replicates", "replicates");
  check(options.fay.has_value(), "--fay", "fay");
  check(!options.replicate_weights.empty(), "--replicate-weights", "replicate_weights");
  check(!options.replicate_kind.empty(), "--replicate-kind", "kind");
  check(!options.rscales.empty(), "--rscales", "rscales");
  check(!options.replicate_centre.empty(), "--replicate-centre", "centre");
  check(!options.stratum.empty(), "--stratum", "stratum");
  check(!options.psu.empty(), "--psu", "psu");
  check(!options.psus_there.empty(), "--psus-there", "psus_there");
  check(!options.ssu.empty(), "--ssu", "ssu");
  check(!options.ssus_there.empty(), "--ssus-there", "ssus_there");
  check(!options.lonely.empty(), "--lonely-psu", "lonely_psu");
  check(!options.interval.empty(), "--interval", "interval");
}

void check_level(const UncertaintyOptions& options, const StudyModel& model) {
  if (options.level && model.uncertainty.draws == 0 && options.unit_replicates == 0 && model.sampling.method == SamplingMethod::none)
    throw Error(ExitCode::usage, "--level is of the limits of draws, unit replicates or a sample: there are none of these");
}

}  // namespace

void take_options(const UncertaintyOptions& options, StudyModel& model) {
  UncertaintyPlan& plan = model.uncertainty;
  if (options.draws) plan.draws = *options.draws;
  if (options.level) plan.level = *options.level;
  choose(options.design, design_names(), plan.design);
  if (!options.until_mcse.empty() && plan.draws == 0) plan.draws = most_draws;
  check_drawing(options, plan);
  if (plan.draws == 1) throw Error(ExitCode::usage, "one draw has no spread: take two or more, or none");
  if (options.unit_replicates == 1) throw Error(ExitCode::usage, "--unit-replicates 1: a spread needs two or more");
  SamplingPlan& sampling = model.sampling;
  choose(options.sampling, sampling_method_names(), sampling.method);
  choose(options.lonely, lonely_psu_names(), sampling.lonely);
  if (options.replicates) sampling.replicates = *options.replicates;
  if (options.fay) sampling.fay = *options.fay;
  const auto given = [](const char* option, const std::string& text, std::optional<rules::Text>& to) {
    if (!text.empty()) to = rules::Text::standalone(option, text);
  };
  given("--stratum", options.stratum, sampling.stratum);
  given("--psu", options.psu, sampling.psu);
  given("--psus-there", options.psus_there, sampling.psus_there);
  given("--ssu", options.ssu, sampling.ssu);
  given("--ssus-there", options.ssus_there, sampling.ssus_there);
  take_replicate_options(options, sampling);
  if (const auto mistake = mistake_in(sampling)) throw Error(ExitCode::usage, mistake->message);
  check_sampling_options(options, sampling);
  check_level(options, model);
}

Finished run_uncertain(const UncertainRun& run, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team,
                       Diagnostics& diagnostics) {
  StudyModel model = run.model;
  if (run.synthetic) model.sampling = {};
  Finished finished = run_study(std::move(model), source, options, exchange, team, diagnostics);
  Added(run, source, options, exchange, team).add(finished);
  return finished;
}

}  // namespace puente
