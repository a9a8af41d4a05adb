#include "engine/uncertainty/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/uncertainty/special_functions.hpp"

namespace puente {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Between the smallest and the largest uniform that random.hpp draws.
double open_unit(double u) { return std::clamp(u, 0x1p-53, 1.0 - 0x1p-53); }

}  // namespace

std::optional<double> implied_value(const Uncertainty& u) {
  switch (u.kind) {
    case DistributionKind::uniform:
      if (u.low && u.high) return *u.low + 0.5 * (*u.high - *u.low);
      break;
    case DistributionKind::beta:
      if (u.alpha && u.beta) return u.low.value_or(0) + *u.alpha / (*u.alpha + *u.beta) * (u.high.value_or(1) - u.low.value_or(0));
      break;
    case DistributionKind::discrete:
      if (!u.values.empty() && u.values.size() == u.probabilities.size())
        return std::inner_product(u.values.begin(), u.values.end(), u.probabilities.begin(), 0.0);
      break;
    case DistributionKind::empirical:
      if (!u.estimates.empty())
        return std::accumulate(u.estimates.begin(), u.estimates.end(), 0.0) / static_cast<double>(u.estimates.size());
      break;
    default: break;
  }
  return std::nullopt;
}

ParameterDistribution::ParameterDistribution(const Uncertainty& u, double value)
    : kind_(u.kind), centre_(value), low_(u.low.value_or(-infinity)), high_(u.high.value_or(infinity)) {
  if (const auto mistake = mistake_in(u, value)) throw bad_input(mistake->message);
  switch (kind_) {
    case DistributionKind::normal:
      spread_ = *u.se;
      truncate(u);
      break;
    case DistributionKind::lognormal: {
      const double relative = *u.se / value;
      spread_ = u.log_scale ? *u.se : std::sqrt(log(1.0 + relative * relative));
      centre_ = log(value) - (u.log_scale ? 0.0 : 0.5 * spread_ * spread_);
      truncate(u);
      break;
    }
    case DistributionKind::beta:
    case DistributionKind::pert: take_beta(u, value); break;
    case DistributionKind::uniform:
    case DistributionKind::triangular: break;
    case DistributionKind::discrete: take_points(u, u.values, u.probabilities); break;
    case DistributionKind::empirical: take_points(u, u.estimates, std::vector<double>(u.estimates.size(), 1.0)); break;
  }
}

void ParameterDistribution::take_beta(const Uncertainty& u, double value) {
  low_ = u.low.value_or(0.0);
  high_ = u.high.value_or(1.0);
  const double mean = (value - low_) / (high_ - low_);
  if (kind_ == DistributionKind::pert) {
    a_ = 1.0 + u.shape.value_or(4.0) * mean;
    b_ = 1.0 + u.shape.value_or(4.0) * (1.0 - mean);
  } else if (u.alpha) {
    a_ = *u.alpha;
    b_ = *u.beta;
  } else {
    const double sd = *u.se / (high_ - low_), size = mean * (1.0 - mean) / (sd * sd) - 1.0;
    a_ = mean * size;
    b_ = (1.0 - mean) * size;
  }
}

/// In order of their values, those inside the bounds, with probabilities that sum to 1.
void ParameterDistribution::take_points(const Uncertainty& u, const std::vector<double>& values, const std::vector<double>& probabilities) {
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] >= u.low.value_or(-infinity) && values[i] <= u.high.value_or(infinity)) points.emplace_back(values[i], probabilities[i]);
  std::sort(points.begin(), points.end());
  double sum = 0;
  for (const auto& [value, probability] : points) {
    points_.push_back(value);
    cumulative_.push_back(sum += probability);
  }
  for (double& c : cumulative_) c /= sum;
}

void ParameterDistribution::truncate(const Uncertainty& u) {
  below_ = u.low ? cdf(*u.low) : 0.0;
  within_ = (u.high ? cdf(*u.high) : 1.0) - below_;
}

/// Of normals and lognormals.
double ParameterDistribution::cdf(double x) const {
  if (kind_ == DistributionKind::normal) return normal_cdf((x - centre_) / spread_);
  return x <= 0 ? 0.0 : normal_cdf((log(x) - centre_) / spread_);
}

double ParameterDistribution::whole_quantile(double u) const {
  const double width = high_ - low_;
  switch (kind_) {
    case DistributionKind::normal: return centre_ + spread_ * inverse_normal_cdf(u);
    case DistributionKind::lognormal: return exp(centre_ + spread_ * inverse_normal_cdf(u));
    case DistributionKind::beta:
    case DistributionKind::pert: return low_ + width * inverse_incomplete_beta(a_, b_, u);
    case DistributionKind::uniform: return low_ + width * u;
    case DistributionKind::triangular:
      if (u * width < centre_ - low_) return low_ + std::sqrt(u * width * (centre_ - low_));
      return high_ - std::sqrt((1.0 - u) * width * (high_ - centre_));
    default: {
      const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u) - cumulative_.begin();
      return points_[static_cast<std::size_t>(at)];
    }
  }
}

double ParameterDistribution::quantile(double u) const {
  return std::clamp(whole_quantile(open_unit(below_ + open_unit(u) * within_)), low_, high_);
}

double ParameterDistribution::at_normal(double z) const {
  const bool whole = low_ == -infinity && high_ == infinity;
  if (whole && kind_ == DistributionKind::normal) return centre_ + spread_ * z;
  if (whole && kind_ == DistributionKind::lognormal) return exp(centre_ + spread_ * z);
  return quantile(normal_cdf(z));
}

}  // namespace puente
