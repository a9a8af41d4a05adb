#include "hpc/sample_replicates.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"
#include "engine/population/reweighted_source.hpp"
#include "engine/run/replicate_errors.hpp"
#include "engine/uncertainty/model_coefficients.hpp"
#include "hpc/estimation.hpp"

namespace puente {

namespace {

/// Factors of the households' weights in each replicate, and what the spread of figures over them means.
class Replicates {
 public:
  virtual ~Replicates() = default;
  virtual std::vector<double> of_households(std::size_t r) const = 0;
  /// Of linearised errors within replicate r; empty: the design's.
  virtual VarianceOf variance(std::size_t) const { return {}; }
  std::size_t size() const { return spread.rscales.size(); }
  ReplicateSpread spread;
  double degrees_of_freedom = 0;
};

/// Made from the survey's strata and sampling units.
class MadeReplicates : public Replicates {
 public:
  MadeReplicates(const SampleFrame& frame, const SamplingPlan& plan, std::uint64_t seed) : design_(design_of(frame, plan)), scheme_(scheme(plan, seed)) {
    spread = {scheme_->scale(), {scheme_->rscales().begin(), scheme_->rscales().end()}, plan.centre};
    degrees_of_freedom = static_cast<double>(design_.degrees_of_freedom());
    if (plan.method == SamplingMethod::bootstrap) degrees_of_freedom = std::min(degrees_of_freedom, static_cast<double>(plan.replicates - 1));
    if (plan.interval == IntervalKind::bootstrap_t) require_variances_of_replicates(design_);
  }
  std::vector<double> of_households(std::size_t r) const override { return scheme_->of_records(r); }
  VarianceOf variance(std::size_t r) const override {
    return [factors = scheme_->factors(r)](const SurveyDesign& design, const DesignTotals& totals) { return bootstrap_variance(design, factors, totals); };
  }

 private:
  std::unique_ptr<ReplicateScheme> scheme(const SamplingPlan& plan, std::uint64_t seed) const {
    if (plan.method == SamplingMethod::bootstrap) return bootstrap_weights(design_, purpose_key(seed, "sample"), static_cast<std::size_t>(plan.replicates));
    if (plan.method == SamplingMethod::brr) return brr_weights(design_, plan.fay);
    return stratified_jackknife_weights(design_);
  }
  SurveyDesign design_;
  std::unique_ptr<ReplicateScheme> scheme_;
};

/// The survey's own columns.
class OwnReplicates : public Replicates {
 public:
  OwnReplicates(const SampleFrame& frame, const SamplingPlan& plan, const CalibratedSource* calibrated) : frame_(frame), weight_(own_weight(frame, calibrated)) {
    const std::size_t n = frame.replicates.size();
    std::vector<double> rscales = plan.columns.rscales;
    if (rscales.size() == 1) rscales.assign(n, rscales[0]);
    ReplicateScale scale = replicate_scale(*plan.columns.kind, n, plan.fay, rscales);
    check_replicate_weights(weight_, std::vector<std::span<const double>>(frame.replicates.begin(), frame.replicates.end()), frame.id);
    spread = {scale.scale, std::move(scale.rscales), plan.centre};
    degrees_of_freedom = static_cast<double>(replicate_rank(frame.replicates)) - 1;
  }
  std::vector<double> of_households(std::size_t r) const override {
    std::vector<double> factor(weight_.size(), 1.0);
    for (std::size_t h = 0; h < factor.size(); ++h)
      if (weight_[h] > 0) factor[h] = frame_.replicates[r][h] / weight_[h];
    return factor;
  }

 private:
  /// The columns are of the weights that came with the survey.
  static std::vector<double> own_weight(const SampleFrame& frame, const CalibratedSource* calibrated) {
    std::vector<double> weight = frame.weight;
    for (std::size_t h = 0; calibrated != nullptr && h < weight.size(); ++h)
      if (weight[h] > 0) weight[h] = calibrated->design_weight()[h];
    return weight;
  }
  const SampleFrame& frame_;
  std::vector<double> weight_;
};

std::unique_ptr<Replicates> replicates_of(const SampleFrame& frame, const ReplicateRun& run) {
  const SamplingPlan& plan = run.model.sampling;
  if (plan.method == SamplingMethod::columns) return std::make_unique<OwnReplicates>(frame, plan, run.calibrated);
  return std::make_unique<MadeReplicates>(frame, plan, run.model.seed);
}

/// Figures of every replicate, and where wanted their own standard errors.
struct Runs {
  Realisations figures, errors;
};

/// With the weights of replicate r, and all that follows from them.
Finished run_one(const Replicates& replicates, std::size_t r, const ReplicateRun& run) {
  const bool with_errors = run.model.sampling.interval == IntervalKind::bootstrap_t;
  StudyModel model = run.model;
  model.sampling.factor = ReweightedSource::factor_text();
  if (!with_errors) model.sampling.method = SamplingMethod::none;
  RunOptions options = run.options;
  options.replicate = true;
  if (with_errors) options.sampling_variance = replicates.variance(r);
  std::vector<double> factors = replicates.of_households(r);
  if (run.calibrated != nullptr) factors = run.calibrated->again(factors, run.team);
  ReweightedSource source(run.source, factors);
  if (run.model.sampling.repeats_estimation) {
    model.schooling->model = estimated_again(model, source, options, run.exchange, run.team);
    take_coefficients(model);
  }
  Diagnostics diagnostics;
  return run_study(std::move(model), source, options, run.exchange, run.team, diagnostics);
}

/// What is wrong with a replicate may be right in the sample: it says which.
Finished told_of(const Replicates& replicates, std::size_t r, const ReplicateRun& run) {
  try {
    return run_one(replicates, r, run);
  } catch (const Error& error) {
    throw Error(error.code(), "in replicate " + std::to_string(r + 1) + " of the sample: " + error.what());
  }
}

Runs run_all(const Replicates& replicates, const ReplicateRun& run) {
  Runs runs;
  const bool with_errors = run.model.sampling.interval == IntervalKind::bootstrap_t;
  for (std::size_t r = 0; r < replicates.size(); ++r) {
    Finished finished = told_of(replicates, r, run);
    runs.figures.add(finished.results);
    if (with_errors) {
      Results errors;
      errors.variables = std::move(finished.sampling->variables);
      errors.differences = std::move(finished.sampling->differences);
      runs.errors.add(errors);
    }
    run.tell(r + 1, replicates.size());
  }
  return runs;
}

SampleLimits limits(const std::vector<Series>& series, const std::vector<Series>& own_errors, const std::vector<Variable>& figures,
                    const std::vector<Variable>* errors, const ReplicateRun& run, std::size_t replicates) {
  const double level = run.model.uncertainty.level;
  if (run.model.sampling.interval == IntervalKind::percentile) return percentile_limits(series, figures, replicates, level);
  if (run.model.sampling.interval == IntervalKind::bootstrap_t) return bootstrap_t_limits(series, own_errors, figures, *errors, replicates, level);
  return {};
}

/// Figures with a standard error and no limits.
std::size_t without_limits(const std::vector<Variable>& errors, const SampleLimits& limits) {
  std::size_t count = 0;
  for (std::size_t v = 0; v < limits.lower.size(); ++v)
    for (std::size_t i = 0; i < errors[v].values.size(); ++i) count += std::isfinite(errors[v].values[i]) && std::isnan(limits.lower[v].values[i]) ? 1 : 0;
  return count;
}

/// Figures that have no error as some replicate lacks them.
std::size_t without_errors(const std::vector<Variable>& errors, const std::vector<Variable>& figures) {
  std::size_t count = 0;
  for (const Variable& error : errors) {
    const Variable* figure = find_variable(figures, error.name);
    for (std::size_t i = 0; i < error.values.size(); ++i) count += std::isfinite(figure->values[i]) && std::isnan(error.values[i]) ? 1 : 0;
  }
  return count;
}

std::string all_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// What linearised errors hold fixed, and where there are none for it.
std::string linearised_words(const SamplingErrors& errors) {
  std::string text = "; held fixed is who is in a group";
  if (!errors.cut_offs.empty()) text += "; recipients, spending, cost and coverage have no errors under the cut-offs of " + all_of(errors.cut_offs) + ", whose welfare is taken with them fixed";
  if (!errors.lines.empty()) text += "; poverty has none at lines that rest on the sample otherwise than as a multiple of quantile(welfare, P): " + all_of(errors.lines);
  return text + (errors.cut_offs.empty() && errors.lines.empty() ? "" : " (replicates have them)");
}

}  // namespace

ReplicatedSample replicate_sample(const Finished& finished, const ReplicateRun& run) {
  const SamplingPlan& plan = run.model.sampling;
  const auto replicates = replicates_of(*finished.frame, run);
  const Runs runs = run_all(*replicates, run);
  const Results& results = finished.results;
  const std::size_t n = replicates->size();
  ReplicatedSample sample;
  sample.replicates = n;
  SamplingErrors& errors = sample.errors;
  errors.variables = replicate_errors(runs.figures.variables(), results.variables, replicates->spread);
  errors.differences = replicate_errors(runs.figures.differences(), results.differences, replicates->spread);
  errors.lost = without_errors(errors.variables, results.variables) + without_errors(errors.differences, results.differences);
  errors.degrees_of_freedom = replicates->degrees_of_freedom;
  errors.interval = plan.interval;
  const std::vector<Variable>* linearised = finished.sampling ? &finished.sampling->variables : nullptr;
  const std::vector<Variable>* of_differences = finished.sampling ? &finished.sampling->differences : nullptr;
  errors.limits = limits(runs.figures.variables(), runs.errors.variables(), results.variables, linearised, run, n);
  errors.difference_limits = limits(runs.figures.differences(), runs.errors.differences(), results.differences, of_differences, run, n);
  return sample;
}

std::string sampling_words(const SamplingPlan& plan, const SamplingErrors& errors, std::size_t replicates) {
  std::string text = std::string("sampling errors by ") + (plan.method == SamplingMethod::linearised ? "linearisation" : sampling_method_names()[static_cast<std::size_t>(plan.method)]);
  if (plan.method == SamplingMethod::columns) text += " of the survey's own, " + replicate_kind_names()[static_cast<std::size_t>(*plan.columns.kind)];
  if (replicates > 0) text += " (" + std::to_string(replicates) + " replicates)";
  text += " with " + shortest(errors.degrees_of_freedom) + " degrees of freedom";
  if (errors.interval == IntervalKind::logit) text += ", limits of proportions (poverty headcount, attendance, work, coverage) by logit, of others normal";
  if (errors.interval == IntervalKind::percentile) text += ", limits by percentile";
  if (errors.interval == IntervalKind::bootstrap_t) {
    text += ", limits by bootstrap-t";
    const std::size_t missing = without_limits(errors.variables, errors.limits) + without_limits(errors.differences, errors.difference_limits);
    if (missing > 0) text += " (none for " + std::to_string(missing) + " figures that have no linearised standard error above 0 in every replicate)";
  }
  if (errors.lost > 0) text += " (no standard error for " + std::to_string(errors.lost) + " figures that some replicate lacks, as those of a group of which it draws nobody)";
  return plan.method == SamplingMethod::linearised ? text + linearised_words(errors) : text;
}

}  // namespace puente
