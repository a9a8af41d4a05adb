#include "engine/uncertainty/model_coefficients.hpp"

#include <algorithm>
#include <cmath>

#include "engine/behaviour/coefficients.hpp"
#include "engine/uncertainty/correlation.hpp"

namespace puente {

namespace {

using Bound = SchoolingCoefficient::Bound;

/// Nothing of one that is certain.
std::optional<Uncertainty> uncertainty_of(const SchoolingCoefficient& one, double variance) {
  Uncertainty u;
  if (one.range) {
    u.kind = DistributionKind::pert;
    u.low = one.range->low;
    u.high = one.range->high;
    return u;
  }
  if (variance == 0) return std::nullopt;
  u.se = std::sqrt(variance);
  if (one.bound == Bound::not_negative) u.low = 0;
  if (one.bound == Bound::not_positive) u.high = 0;
  return u;
}

}  // namespace

void add_coefficients(StudyModel& model) {
  const SchoolingModel& schooling = *model.schooling->model;
  const std::vector<SchoolingCoefficient> all = coefficients_of(schooling);
  const std::vector<double> covariance = covariance_of_coefficients(schooling);
  const std::size_t n = all.size();
  std::vector<ParameterValue> parameters;
  std::vector<std::size_t> drawn;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) {
    const double variance = covariance[i * n + i];
    ParameterValue& one = parameters.emplace_back(ParameterValue{"schooling." + all[i].name, all[i].value, {}, schooling.source, schooling.status, schooling.place, {}});
    if (!(variance >= 0) || !std::isfinite(variance)) throw bad_input("the variance of '" + all[i].name + "' in the schooling model is " + shortest(variance));
    one.uncertainty = uncertainty_of(all[i], variance);
    if (!one.uncertainty) continue;
    drawn.push_back(i);
    names.push_back(one.name);
  }
  if (drawn.empty()) return;
  Correlation together{{}, {}, schooling.place, schooling_factor};
  for (const std::size_t i : drawn) {
    together.parameters.push_back(model.parameters.size() + i);
    for (const std::size_t j : drawn) {
      const double covaries = covariance[i * n + j];
      together.matrix.push_back(i == j ? 1.0 : covaries == 0 ? 0.0 : covaries / std::sqrt(covariance[i * n + i] * covariance[j * n + j]));
    }
  }
  if (const auto mistake = correlation_mistake(names, together.matrix)) throw bad_input("[covariance] of the schooling model: " + *mistake);
  model.parameters.insert(model.parameters.end(), parameters.begin(), parameters.end());
  model.coefficients = n;
  model.uncertainty.correlations.push_back(std::move(together));
}

void take_coefficients(StudyModel& model) {
  model.parameters.resize(model.parameters.size() - model.coefficients);
  model.coefficients = 0;
  std::erase_if(model.uncertainty.correlations, [](const Correlation& one) { return one.name == schooling_factor; });
}

std::string words_of_coefficients(const StudyModel& model) {
  std::size_t normal = 0, ranges = 0;
  for (std::size_t p = model.parameters.size() - model.coefficients; p < model.parameters.size(); ++p)
    if (const auto& u = model.parameters[p].uncertainty) ++(u->kind == DistributionKind::pert ? ranges : normal);
  if (normal + ranges == 0) return "";
  const auto counted = [](std::size_t n, const std::string& what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); };
  std::string text = "the schooling model's ";
  if (normal > 0) text += counted(normal, "coefficient");
  if (ranges > 0) text += (normal > 0 ? " and " : "") + counted(ranges, "range");
  const auto& covariance = model.schooling->model->covariance;
  const std::size_t told = covariance ? covariance->names.size() : 0;
  if (normal > 0 && told == 0) return text + " (independent of one another: its file gives standard errors and no covariance)";
  if (normal > told) return text + " (those of earnings independent of one another: its file gives no covariance of them)";
  return text;
}

}  // namespace puente
