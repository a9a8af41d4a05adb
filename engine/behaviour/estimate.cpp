#include "engine/behaviour/estimate.hpp"

#include <cmath>

#include "engine/behaviour/chunk_sums.hpp"

namespace puente {

namespace {

/// Coefficients of the covariates as they are, from those of standardised ones: γ_k = s_k/scale_k, and the constant takes
/// what centring took. The constant is the first covariate.
DenseMatrix to_original_scale(const Design& design) {
  const auto p = static_cast<Eigen::Index>(design.size());
  DenseMatrix matrix = DenseMatrix::Identity(p, p);
  for (Eigen::Index k = 1; k < p; ++k) {
    const auto at = static_cast<std::size_t>(k);
    matrix(k, k) = 1 / design.scale(at);
    matrix(0, k) = -design.centre(at) / design.scale(at);
  }
  return matrix;
}

EquationEstimate equation(const Design& design, const DenseVector& coefficients, const DenseMatrix& covariance, Eigen::Index first) {
  EquationEstimate equation;
  for (std::size_t k = 0; k < design.size(); ++k) {
    const Eigen::Index at = first + static_cast<Eigen::Index>(k);
    equation.names.push_back(design.regressors()[k].name);
    equation.coefficients.push_back(coefficients[at]);
    equation.standard_errors.push_back(std::sqrt(covariance(at, at)));
  }
  return equation;
}

class Estimator {
 public:
  Estimator(const EstimationPlan& plan, ChildTable& table, Exchange& exchange, Team& team) : plan_(plan), table_(table), exchange_(exchange), team_(team) {}
  SchoolingEstimate estimate();

 private:
  void count();
  void earnings();
  void utilities();
  void rescale(const StackedCovariance& covariance);
  void structure(const DenseVector& coefficients, const DenseMatrix& covariance, Eigen::Index first);

  const EstimationPlan& plan_;
  ChildTable& table_;
  Exchange& exchange_;
  Team& team_;
  std::optional<EarningsFit> earnings_;
  std::optional<std::size_t> wage_column_, wage_covariate_;
  std::size_t income_covariate_ = 0;
  Design design_;
  LogitFit logit_;
  SchoolingEstimate result_;
};

void Estimator::count() {
  const std::vector<double> counts = sum_over_chunks(table_, table_.alternatives, exchange_, team_, [](const ChildChunk& chunk, double* out) {
    for (const std::uint8_t state : chunk.state) ++out[state];
  });
  for (const double n : counts) {
    result_.count.push_back(static_cast<std::int64_t>(n));
    result_.children += result_.count.back();
  }
}

void Estimator::earnings() {
  wage_column_ = plan_.wage;
  if (!plan_.earnings) return;
  earnings_ = fit_earnings(*plan_.earnings, table_, exchange_, team_);
  result_.earners = earnings_->children;
  result_.sigma = earnings_->sigma;
  result_.r_squared = earnings_->r_squared;
  result_.attending = plan_.earnings->attending;
  wage_column_ = table_.add_column([this](const ChildChunk& chunk) { return fitted_wages(*earnings_, *plan_.earnings, chunk); }, team_);
}

void Estimator::utilities() {
  std::vector<Regressor> regressors = plan_.covariates;
  income_covariate_ = regressors.size();
  regressors.push_back({"income", plan_.income, -1, ""});
  if (wage_column_) {
    wage_covariate_ = regressors.size();
    regressors.push_back({"wage", *wage_column_, -1, ""});
  }
  design_ = Design(std::move(regressors), table_, everybody, "utilities", exchange_, team_);
  logit_ = fit_logit(design_, table_, plan_.alternatives, exchange_, team_);
  if (plan_.household_taste) {
    TasteFit with = fit_taste_logit(design_, table_, logit_, exchange_, team_);
    logit_ = std::move(with.logit);
    result_.household_taste = with.sd;
  }
  result_.log_likelihood = logit_.log_likelihood;
  result_.log_likelihood_of_shares = logit_.log_likelihood_of_shares;
  result_.weight = logit_.weight;
  result_.steps = logit_.steps;
}

void Estimator::rescale(const StackedCovariance& covariance) {
  const auto p = static_cast<Eigen::Index>(design_.size());
  const Eigen::Index first = earnings_ ? static_cast<Eigen::Index>(earnings_->design.size()) : 0, q = covariance.matrix.rows();
  DenseMatrix scale = DenseMatrix::Zero(q, q);
  DenseVector standardised(q);
  if (earnings_) {
    scale.topLeftCorner(first, first) = to_original_scale(earnings_->design);
    standardised.head(first) = earnings_->coefficients;
  }
  const Eigen::Index end = first + logit_.coefficients.size();
  for (Eigen::Index at = first; at < end; at += p) scale.block(at, at, p, p) = to_original_scale(design_);
  standardised.segment(first, end - first) = logit_.coefficients;
  if (result_.household_taste) {
    scale(end, end) = 1;
    standardised[end] = *result_.household_taste;
  }
  const DenseVector coefficients = product(scale, standardised);
  const DenseMatrix original = product(product(scale, covariance.matrix), scale.transpose());
  if (earnings_) result_.earnings = equation(earnings_->design, coefficients, original, 0);
  for (Eigen::Index at = first; at < end; at += p) result_.utilities.push_back(equation(design_, coefficients, original, at));
  result_.covariance = original.bottomRightCorner(q - first, q - first);
  result_.joint = original;
  if (result_.household_taste && *result_.household_taste > 0) result_.household_taste_se = std::sqrt(original(end, end));
  structure(coefficients, original, first);
}

void Estimator::structure(const DenseVector& coefficients, const DenseMatrix& covariance, Eigen::Index first) {
  std::vector<Eigen::Index> places;
  const auto gather = [&](std::size_t covariate, std::vector<double>& values) {
    for (std::size_t j = 0; j + 1 < table_.alternatives; ++j) {
      places.push_back(first + static_cast<Eigen::Index>(j * design_.size() + covariate));
      values.push_back(coefficients[places.back()]);
    }
  };
  Differences& differences = result_.differences;
  gather(income_covariate_, differences.income);
  if (wage_covariate_) gather(*wage_covariate_, differences.wage);
  if (earnings_ && result_.attending) {
    places.push_back(1);
    differences.log_m = coefficients[1];
  }
  const auto size = static_cast<Eigen::Index>(places.size());
  differences.covariance = DenseMatrix(size, size);
  for (Eigen::Index a = 0; a < size; ++a)
    for (Eigen::Index b = 0; b < size; ++b) differences.covariance(a, b) = covariance(places[static_cast<std::size_t>(a)], places[static_cast<std::size_t>(b)]);
  result_.structure = find_structure(differences, plan_.normalisation);
}

SchoolingEstimate Estimator::estimate() {
  count();
  earnings();
  utilities();
  StackedFit stacked{&table_, &design_, &logit_, earnings_ ? &*earnings_ : nullptr, earnings_ ? &*plan_.earnings : nullptr, {}, {}};
  if (earnings_) stacked.fitted_wage = wage_covariate_;
  stacked.taste = result_.household_taste;
  const StackedCovariance covariance = stacked_covariance(stacked, plan_.covariance, exchange_, team_);
  result_.kind = plan_.covariance;
  result_.clusters = covariance.clusters;
  result_.strata = covariance.strata;
  result_.lonely = covariance.lonely;
  rescale(covariance);
  return std::move(result_);
}

}  // namespace

SchoolingEstimate estimate_schooling(const EstimationPlan& plan, ChildTable& table, Exchange& exchange, Team& team) {
  return Estimator(plan, table, exchange, team).estimate();
}

}  // namespace puente
