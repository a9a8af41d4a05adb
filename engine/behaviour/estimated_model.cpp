#include "engine/behaviour/estimated_model.hpp"

namespace puente {

namespace {

/// Coefficient k of every alternative.
void gather(const std::vector<EquationEstimate>& equations, std::size_t k, std::vector<double>& coefficients, std::vector<double>& errors) {
  for (const EquationEstimate& equation : equations) {
    coefficients.push_back(equation.coefficients[k]);
    errors.push_back(equation.standard_errors[k]);
  }
}

Covariate covariate_of(const Regressor& regressor) {
  return {regressor.name, rules::Text::standalone(regressor.name, regressor.value), {}, {}};
}

EarningsEquation earnings_of(const EstimationPlan& plan, const SchoolingEstimate& estimate) {
  EarningsEquation equation;
  for (std::size_t k = 0; k < plan.earnings->covariates.size(); ++k) {
    const double coefficient = estimate.earnings->coefficients[k], error = estimate.earnings->standard_errors[k];
    if (estimate.attending && k == 1) {
      equation.attending = coefficient;
      equation.attending_se = error;
      continue;
    }
    Covariate one = covariate_of(plan.earnings->covariates[k]);
    one.coefficients = {coefficient};
    one.standard_errors = {error};
    equation.covariates.push_back(std::move(one));
  }
  equation.sigma = estimate.sigma;
  return equation;
}

SchoolingCovariance covariance_of(const EstimationPlan& plan, const SchoolingEstimate& estimate) {
  SchoolingCovariance covariance;
  for (std::size_t j = 0; j < estimate.utilities.size(); ++j)
    for (const std::string& name : estimate.utilities[j].names) covariance.names.push_back(plan.alternatives[j + 1] + ": " + name);
  if (estimate.household_taste) covariance.names.emplace_back("household_taste");
  // The equation of earnings comes first in the matrix and last in the file.
  const Eigen::Index all = estimate.joint.rows(), first = all - estimate.covariance.rows();
  for (Eigen::Index k = 0; k < first; ++k)
    covariance.names.push_back(earnings_prefix + (estimate.attending && k == 1 ? "attending" : estimate.earnings->names[static_cast<std::size_t>(k)]));
  for (Eigen::Index r = 0; r < all; ++r) {
    std::vector<double>& row = covariance.matrix.emplace_back();
    for (Eigen::Index c = 0; c < all; ++c) row.push_back(estimate.joint((first + r) % all, (first + c) % all));
  }
  return covariance;
}

}  // namespace

SchoolingModel model_of(const EstimationPlan& plan, const SchoolingEstimate& estimate) {
  SchoolingModel model;
  model.alternatives = plan.alternatives;
  const std::size_t covariates = plan.covariates.size();
  for (std::size_t k = 0; k < covariates; ++k) {
    Covariate one = covariate_of(plan.covariates[k]);
    gather(estimate.utilities, k, one.coefficients, one.standard_errors);
    model.covariates.push_back(std::move(one));
  }
  gather(estimate.utilities, covariates, model.income, model.income_se);
  if (!estimate.differences.wage.empty()) gather(estimate.utilities, covariates + 1, model.wage, model.wage_se);
  if (estimate.earnings) model.earnings = earnings_of(plan, estimate);
  model.structure = estimate.structure.structure;
  model.alpha_se = estimate.structure.alpha_se;
  model.covariance = covariance_of(plan, estimate);
  model.household_taste = estimate.household_taste.value_or(0);
  model.household_taste_se = estimate.household_taste_se;
  return model;
}

}  // namespace puente
