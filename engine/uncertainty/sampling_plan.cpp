#include "engine/uncertainty/sampling_plan.hpp"

#include <algorithm>

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

/// A key, when it does something, and whose it is.
struct KeyOfMethods {
  const char* key;
  bool (*used)(const SamplingPlan&);
  const char* owner;
};

bool by_columns(const SamplingPlan& plan) { return plan.method == SamplingMethod::columns; }
bool by_design(const SamplingPlan& plan) { return plan.method != SamplingMethod::none && !by_columns(plan); }
bool by_replicates(const SamplingPlan& plan) { return plan.method != SamplingMethod::none && plan.method != SamplingMethod::linearised; }
bool by_bootstrap(const SamplingPlan& plan) { return plan.method == SamplingMethod::bootstrap; }
bool with_fay(const SamplingPlan& plan) { return plan.method == SamplingMethod::brr || (by_columns(plan) && plan.columns.kind == ReplicateKind::fay); }
bool any(const SamplingPlan& plan) { return plan.method != SamplingMethod::none; }

constexpr const char* of_the_design = "the sample's design: the methods linearised, bootstrap, jackknife and brr";
constexpr const char* of_columns = "the survey's own replicate weights: the method columns";

constexpr KeyOfMethods owned_keys[] = {{"replicates", by_bootstrap, "the method bootstrap; others have as many as the sample says"},
                                       {"fay", with_fay, "the method brr, or columns of the kind fay"},
                                       {"replicate_weights", by_columns, of_columns},
                                       {"kind", by_columns, of_columns},
                                       {"rscales", by_columns, of_columns},
                                       {"centre", by_replicates, "replicates: the methods bootstrap, jackknife, brr and columns"},
                                       {"estimation", by_replicates, "replicates: the methods bootstrap, jackknife, brr and columns"},
                                       {"stratum", by_design, of_the_design},
                                       {"psu", by_design, of_the_design},
                                       {"psus_there", by_design, of_the_design},
                                       {"ssu", by_design, of_the_design},
                                       {"ssus_there", by_design, of_the_design},
                                       {"lonely_psu", by_design, of_the_design},
                                       {"interval", any, "limits of a sample: any method but none"}};

}  // namespace

std::vector<std::string> keys_of_methods() {
  std::vector<std::string> keys;
  for (const KeyOfMethods& k : owned_keys) keys.emplace_back(k.key);
  return keys;
}

std::string idle(const std::string& key, const SamplingPlan& plan) {
  const auto* found = std::find_if(std::begin(owned_keys), std::end(owned_keys), [&](const KeyOfMethods& k) { return key == k.key; });
  if (found == std::end(owned_keys) || found->used(plan)) return "";
  return std::string(" belongs to ") + found->owner + "; the method here is " + sampling_method_names()[static_cast<std::size_t>(plan.method)];
}

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
