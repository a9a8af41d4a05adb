#include "engine/uncertainty/sampling_plan.hpp"

namespace puente {

namespace {

std::string all_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::optional<SamplingMistake> mistake_in_columns(const SamplingPlan& plan) {
  if (plan.columns.names.empty())
    return SamplingMistake{"method", "the method `columns` needs to know which: replicate_weights, what numbered columns of households begin with "
                                     "(repwt for repwt1, repwt2, …) or their names"};
  if (!plan.columns.kind)
    return SamplingMistake{"replicate_weights", "say by what `kind` of replication these weights were made, as the survey's documentation does: " +
                                                    all_of(replicate_kind_names())};
  const ReplicateKind kind = *plan.columns.kind;
  if (kind == ReplicateKind::jkn && plan.columns.rscales.empty())
    return SamplingMistake{"kind", "jkn needs `rscales`: (n - 1)/n of its stratum's sampling units for each replicate, or one number for all"};
  if (kind != ReplicateKind::jkn && !plan.columns.rscales.empty()) return SamplingMistake{"rscales", "rscales belong to the kind jkn alone"};
  if (kind != ReplicateKind::fay && plan.fay != 0) return SamplingMistake{"fay", "Fay's factor belongs to the kind fay"};
  return std::nullopt;
}

/// Replicates are of the first stage alone, so they would pass over the second.
std::optional<SamplingMistake> mistake_in_second_stage(const SamplingPlan& plan) {
  if (plan.ssu && !plan.ssus_there) return SamplingMistake{"ssu", "second-stage units count in the finite-population correction alone: ssus_there says how many a sampling unit has"};
  if (!plan.ssus_there) return std::nullopt;
  if (!plan.psus_there) return SamplingMistake{"ssus_there", "a correction of the second stage needs that of the first: psus_there, the sampling units of a stratum"};
  if (plan.method != SamplingMethod::linearised)
    return SamplingMistake{"ssus_there", "replicates are of the first stage alone: a correction of the second stage needs the method linearised"};
  return std::nullopt;
}

}  // namespace

/// A jackknife's replicates lie far nearer to the figure than samples do, and half-samples are few: their percentiles are no limits.
std::optional<SamplingMistake> mistake_in(const SamplingPlan& plan) {
  const bool columns = plan.method == SamplingMethod::columns;
  if (columns)
    if (auto mistake = mistake_in_columns(plan)) return mistake;
  if (plan.method == SamplingMethod::none) return std::nullopt;
  if (auto mistake = mistake_in_second_stage(plan)) return mistake;
  const bool own_bootstrap = plan.method == SamplingMethod::bootstrap, bootstrap = own_bootstrap || (columns && plan.columns.kind == ReplicateKind::bootstrap);
  if (plan.interval == IntervalKind::percentile && !bootstrap)
    return SamplingMistake{"interval", "percentile limits need replicates that spread as samples do: the method bootstrap, or columns of the kind bootstrap; "
                                       "others have normal and logit"};
  if (plan.interval == IntervalKind::bootstrap_t && !own_bootstrap)
    return SamplingMistake{"interval", "bootstrap-t limits need the sampling units that each replicate drew: the method bootstrap; columns of the kind bootstrap "
                                       "have percentile, others normal and logit"};
  return std::nullopt;
}

}  // namespace puente
