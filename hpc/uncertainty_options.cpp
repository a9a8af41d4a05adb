#include "hpc/uncertainty_options.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "hpc/drawing.hpp"

namespace puente {

namespace {

/// Where a Monte Carlo error says when to stop.
constexpr std::int64_t most_draws = 10'000;

template <class Kind>
void choose(const std::string& name, const std::vector<std::string>& names, Kind& kind) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) kind = static_cast<Kind>(found - names.begin());
}

void take_replicate_options(const UncertaintyOptions& options, SamplingPlan& sampling) {
  choose(options.interval, interval_names(), sampling.interval);
  if (!options.estimation.empty()) sampling.repeats_estimation = options.estimation == "repeated";
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
  check(!options.estimation.empty(), "--estimation", "estimation");
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

}  // namespace puente
