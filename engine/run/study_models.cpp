// The part of StudyCompiler that takes the schooling model, of the file and of each draw of its coefficients.
#include <algorithm>
#include <cmath>

#include "engine/behaviour/coefficients.hpp"
#include "engine/run/study_compiler.hpp"

namespace puente {

/// A unit of money of the study in units of the model's income.
double StudyCompiler::income_factor(const SchoolingModel& model) {
  const Unit income = model.income_unit.without_whom();
  try {
    if (income.known() && money().known()) return programs_.scope.factor(money(), programs_.scope.dated(income));
  } catch (const Error& error) {
    mistake(model.place, std::string("income_unit of the schooling model: ") + error.what());
  }
  return 1;
}

/// Whether the values of the model fit together.
bool StudyCompiler::model_fits(const SchoolingModel& model) {
  const std::size_t n = study_.schooling->alternatives;
  const auto fits = [&](std::size_t size, std::size_t wanted, const std::string& what) {
    if (size != wanted) mistake(model.place, "the schooling model has " + std::to_string(n) + " alternatives, so that " + what + " has " + std::to_string(wanted) + " numbers, not " + std::to_string(size));
    return size == wanted;
  };
  bool all = fits(model.income.size(), n - 1, "the coefficient of income") & fits(model.structure.alpha.size(), n, "alpha");
  if (!model.wage.empty()) all &= fits(model.wage.size(), n - 1, "the coefficient of the wage");
  for (const Covariate& covariate : model.covariates) all &= fits(covariate.coefficients.size(), n - 1, "covariate '" + covariate.name + "'");
  for (std::size_t z = 0; model.earnings && z < model.earnings->covariates.size(); ++z)
    all &= fits(model.earnings->covariates[z].coefficients.size(), 1, "covariate '" + model.earnings->covariates[z].name + "' of earnings");
  if (!all) return false;
  double most = 0;
  for (const double alpha : model.structure.alpha) most = std::max(most, std::fabs(alpha));
  for (std::size_t j = 1; j < n; ++j)
    if (!(std::fabs(model.structure.alpha[j] - model.structure.alpha[0] - model.income[j - 1]) <= 1e-3 * most))
      mistake(model.place, "the schooling model says alpha = " + shortest(model.structure.alpha[j]) + " of alternative " + std::to_string(j) + " and " + shortest(model.structure.alpha[0]) +
                               " of the first, but the coefficient of income, which is their difference, is " + shortest(model.income[j - 1]));
  return true;
}

DrawnModel StudyCompiler::in_money_of_study(SchoolingModel model, std::span<const double> coefficients, double factor) const {
  DrawnModel drawn;
  for (std::size_t j = 0; j < study_.schooling->alternatives; ++j) {
    drawn.alpha[j] = factor * model.structure.alpha[j];
    if (j == 0) continue;
    drawn.income[j] = factor * model.income[j - 1];
    if (!model.wage.empty()) drawn.wage[j] = factor * model.wage[j - 1];
  }
  drawn.wage_unit = 1 / factor;
  if (model.household_taste > 0) drawn.taste.emplace(model.household_taste);
  drawn.coefficients.assign(coefficients.begin(), coefficients.end());
  drawn.model = std::move(model);
  return drawn;
}

/// The file's model, then one for each set of coefficients that a scenario has in its draw.
void StudyCompiler::take_models() {
  const SchoolingModel& own = *study_.model.schooling->model;
  const double factor = income_factor(own);
  if (!model_fits(own)) return;
  std::vector<DrawnModel>& models = study_.schooling->models;
  models.push_back(in_money_of_study(own, coefficients_of(study_.base_parameters), factor));
  for (const Scenario& scenario : study_.model.scenarios) {
    const auto drawn = coefficients_of(scenario.parameters);
    const bool known = std::any_of(models.begin(), models.end(), [&](const DrawnModel& m) { return std::ranges::equal(m.coefficients, drawn); });
    if (!known) models.push_back(in_money_of_study(with_coefficients(own, drawn), drawn, factor));
  }
}

}  // namespace puente
