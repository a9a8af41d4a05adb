#include "engine/behaviour/coefficients.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/behaviour/structure.hpp"
#include "engine/core/elementary.hpp"

namespace puente {

namespace {

/// How closely a file's own numbers follow from one another: as closely as they are typed.
constexpr double typed_alike = 1e-3;

bool alike(double a, double b, double scale) { return std::fabs(a - b) <= typed_alike * scale; }

bool m_follows(const SchoolingModel& model) {
  return model.earnings && alike(exp(model.earnings->attending), model.structure.m, model.structure.m);
}

/// What follows from the coefficients by themselves; no α where they do not tell it.
SchoolingStructure derived(const SchoolingModel& model, bool m_of_earnings) {
  Differences differences{model.income, model.wage, std::nullopt, {}};
  if (m_of_earnings) differences.log_m = model.earnings->attending;
  else if (model.three_states() && model.structure.m > 0) differences.log_m = log(model.structure.m);
  const auto size = static_cast<Eigen::Index>(model.income.size() + model.wage.size() + (differences.log_m ? 1 : 0));
  differences.covariance = DenseMatrix::Zero(size, size);
  const Normalisation chosen{model.structure.k, model.three_states() ? 0 : model.structure.d, std::nullopt};
  return find_structure(differences, chosen).structure;
}

/// Whether α come from the coefficients. A standard error of 0 says that the first was given.
bool alpha_follows(const SchoolingModel& model) {
  const std::vector<double>& alpha = model.structure.alpha;
  if (model.wage.empty() || (!model.alpha_se.empty() && model.alpha_se.front() == 0)) return false;
  const std::vector<double> told = derived(model, m_follows(model)).alpha;
  double most = 0;
  for (const double a : alpha) most = std::max(most, std::fabs(a));
  return told.size() == alpha.size() && std::equal(told.begin(), told.end(), alpha.begin(), [most](double a, double b) { return alike(a, b, most); });
}

double se_at(const std::vector<double>& errors, std::size_t k) { return errors.empty() ? 0 : errors[k]; }

/// Shows visit(name, number, standard error, bound), or visit(range's name, range), every coefficient of a model, in order; `known` is the model of the file.
template <class Model, class Visit>
void each_coefficient(const SchoolingModel& known, Model& model, Visit visit) {
  using Bound = SchoolingCoefficient::Bound;
  for (std::size_t j = 0; j < model.income.size(); ++j) {
    const std::string of = known.alternatives[j + 1] + ": ";
    for (auto& one : model.covariates) visit(of + one.name, one.coefficients[j], se_at(one.standard_errors, j), Bound::none);
    visit(of + "income", model.income[j], se_at(model.income_se, j), Bound::none);
    if (!model.wage.empty()) visit(of + "wage", model.wage[j], se_at(model.wage_se, j), Bound::none);
  }
  if (known.household_taste > 0) visit("household_taste", model.household_taste, model.household_taste_se, Bound::not_negative);
  const bool follows = alpha_follows(known);
  if (known.earnings) {
    for (auto& one : model.earnings->covariates) visit(earnings_prefix + one.name, one.coefficients[0], se_at(one.standard_errors, 0), Bound::none);
    const bool divides = follows && known.three_states() && m_follows(known);
    visit(earnings_prefix + "attending", model.earnings->attending, model.earnings->attending_se, divides ? Bound::not_positive : Bound::none);
  }
  if (!follows && se_at(known.alpha_se, 0) > 0) visit(known.alternatives[0] + ": alpha", model.structure.alpha[0], known.alpha_se[0], Bound::none);
  if (known.income_times) visit("income_times", *model.income_times);
  if (known.first_alpha_share && !follows) visit("first_alpha_share", *model.first_alpha_share);
}

/// A coefficient more in a list.
struct Lister {
  std::vector<SchoolingCoefficient>& all;
  void operator()(std::string name, double value, double se, SchoolingCoefficient::Bound bound) { all.push_back({std::move(name), value, se, {}, bound}); }
  void operator()(std::string name, const SchoolingRange& range) { all.push_back({std::move(name), range.value, 0, range}); }
};

/// Puts values in place, in order.
struct Setter {
  std::span<const double> values;
  std::size_t next = 0;
  void operator()(const std::string&, double& value, double, SchoolingCoefficient::Bound) { value = values[next++]; }
  void operator()(const std::string&, SchoolingRange& range) { range.value = values[next++]; }
};

/// α without equations: from the first one, or from its share of the second.
void add_up_alpha(SchoolingModel& model) {
  std::vector<double>& alpha = model.structure.alpha;
  if (model.first_alpha_share) alpha[0] = model.first_alpha_share->value * model.income[0] / (1 - model.first_alpha_share->value);
  for (std::size_t j = 0; j < model.income.size(); ++j) alpha[j + 1] = alpha[0] + model.income[j];
}

}  // namespace

std::vector<SchoolingCoefficient> coefficients_of(const SchoolingModel& model) {
  std::vector<SchoolingCoefficient> all;
  each_coefficient(model, model, Lister{all});
  return all;
}

std::vector<double> covariance_of_coefficients(const SchoolingModel& model) {
  const std::vector<SchoolingCoefficient> all = coefficients_of(model);
  const std::size_t n = all.size();
  std::vector<double> matrix(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) matrix[i * n + i] = all[i].se * all[i].se;
  if (!model.covariance) return matrix;
  std::vector<std::size_t> places;
  for (const std::string& name : model.covariance->names) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const SchoolingCoefficient& c) { return c.name == name; });
    const auto place = static_cast<std::size_t>(at - all.begin());
    // A taste of 0, at the border of what it can be, has a row and no draws.
    if (at == all.end() && name != "household_taste") throw bad_input("[covariance] of the schooling model names '" + name + "', which is no coefficient of it");
    if (at != all.end() && std::find(places.begin(), places.end(), place) != places.end()) throw bad_input("[covariance] of the schooling model names '" + name + "' twice");
    places.push_back(place);
  }
  for (std::size_t r = 0; r < places.size(); ++r)
    for (std::size_t c = 0; c < places.size(); ++c)
      if (places[r] < n && places[c] < n) matrix[places[r] * n + places[c]] = model.covariance->matrix[r][c];
  return matrix;
}

SchoolingModel with_coefficients(const SchoolingModel& model, std::span<const double> values) {
  SchoolingModel drawn = model;
  Setter set{values};
  each_coefficient(model, drawn, std::ref(set));
  expect(set.next == values.size(), "as many coefficients as the model has");
  if (drawn.income_times)
    for (double& a : drawn.income) a *= drawn.income_times->value;
  const bool m_of_earnings = m_follows(model);
  if (m_of_earnings) drawn.structure.m = exp(drawn.earnings->attending);
  if (alpha_follows(model)) {
    const SchoolingStructure told = derived(drawn, m_of_earnings);
    if (told.alpha.empty()) throw bad_input("M = " + shortest(drawn.structure.m) + " in a draw of the schooling model, and α are divided by 1 − M");
    drawn.structure.alpha = told.alpha;
    if (model.three_states()) drawn.structure.d = told.d;
    return drawn;
  }
  add_up_alpha(drawn);
  return drawn;
}

}  // namespace puente
