#include "hpc/estimation.hpp"

#include <cmath>

#include "engine/behaviour/coefficients.hpp"
#include "engine/behaviour/estimated_model.hpp"
#include "engine/core/error.hpp"
#include "engine/uncertainty/model_coefficients.hpp"
#include "hpc/progress.hpp"

namespace puente {

namespace {

/// How near the same estimate comes to itself: another program, or fewer digits in a file, may have written the model.
constexpr double same_estimate = 1e-6;

PassSettings settings_of(const RunOptions& options, std::uint64_t seed, const PopulationSource& source, const Exchange& exchange) {
  PassSettings settings;
  const auto cut = [&](int rank) { return source.cut_at(static_cast<double>(rank) / exchange.size()); };
  settings.first = cut(exchange.rank());
  settings.last = cut(exchange.rank() + 1);
  settings.window_households = options.window_households;
  settings.seed = seed;
  settings.watch = options.watch;
  return settings;
}

/// What the user settled when the model was estimated.
Normalisation normalisation_of(const SchoolingModel& model) {
  Normalisation chosen{model.structure.k, model.three_states() ? 0 : model.structure.d, {}};
  if (model.wage.empty() && !model.structure.alpha.empty()) chosen.alpha_0 = model.structure.alpha.front();
  return chosen;
}

}  // namespace

ChildData children_of(const StudyModel& study, const ChildQuestion& question, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team) {
  Progress progress;
  PassSettings settings = settings_of(options, study.seed, source, exchange);
  if (!options.quiet && exchange.rank() == 0) settings.progress = [&progress](const std::string& pass, double share) { progress.tell(pass, share); };
  ChildData data = survey_children(study, question, source, settings, exchange, team);
  progress.end();
  return data;
}

SchoolingModel model_of(const ChildData& data, const SchoolingEstimate& estimate) {
  SchoolingModel model = model_of(data.plan, estimate);
  model.income_unit = data.income_unit;
  model.working_when_out = data.working_when_out;
  return model;
}

SchoolingModel estimated_again(const StudyModel& study, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team) {
  const SchoolingModel& own = *study.schooling->model;
  StudyModel bare = study;
  take_coefficients(bare);
  ChildData data = children_of(bare, question_of(*study.schooling), source, options, exchange, team);
  data.plan.normalisation = normalisation_of(own);
  data.plan.household_taste = own.household_taste > 0;
  data.plan.covariance = data.plan.household_taste ? CovarianceKind::household : CovarianceKind::robust;
  SchoolingModel model = model_of(data, estimate_schooling(data.plan, data.table, exchange, team));
  model.title = own.title;
  model.source = own.source;
  model.status = own.status;
  model.place = own.place;
  return model;
}

void require_estimated_here(const StudyModel& study, PopulationSource& source, const RunOptions& options, Exchange& exchange, Team& team) {
  const SchoolingModel& own = *study.schooling->model;
  const auto refuse = [&](const std::string& how) {
    throw bad_input("replicates cannot estimate the model of [schooling] anew: " + how + ". Estimate it on this survey, with these margins, by `puente estimate`, or take estimation = \"fixed\"");
  };
  if (own.status != "estimated") refuse("its status is '" + own.status + "', not estimated");
  const std::vector<SchoolingCoefficient> filed = coefficients_of(own), found = coefficients_of(estimated_again(study, source, options, exchange, team));
  for (std::size_t i = 0; i < std::min(filed.size(), found.size()); ++i) {
    if (filed[i].name != found[i].name) refuse("where the file has '" + filed[i].name + "', this population gives '" + found[i].name + "'");
    if (!(std::abs(filed[i].value - found[i].value) <= same_estimate * (1 + std::abs(filed[i].value))))
      refuse("'" + filed[i].name + "' is " + shortest(filed[i].value) + " in the file and " + shortest(found[i].value) + " on this population");
  }
  if (filed.size() != found.size()) refuse("the file has " + std::to_string(filed.size()) + " coefficients, this population gives " + std::to_string(found.size()));
}

}  // namespace puente
