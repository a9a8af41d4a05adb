#include "engine/statistics/order_plan.hpp"

#include <algorithm>
#include <limits>

namespace puente {

namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
constexpr double deciles[9] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

double ratio(double a, double b) { return b == 0 ? not_known : a / b; }

}  // namespace

OrderStatistics OrderStatistics::missing(std::size_t shares) {
  const std::vector<double> none(shares, not_known);
  return {not_known, not_known, none, none, none, not_known};
}

OrderPlan::OrderPlan(std::span<const double> quantiles) {
  std::vector<double> p(quantiles.begin(), quantiles.end());
  p.insert(p.end(), std::begin(deciles), std::end(deciles));
  std::sort(p.begin(), p.end());
  p.erase(std::unique(p.begin(), p.end()), p.end());
  const auto place = [&p](double x) { return static_cast<std::size_t>(std::lower_bound(p.begin(), p.end(), x) - p.begin()); };
  for (const double x : p) shares_.push_back(decimal_of(x));
  for (const double q : quantiles) asked_.push_back(place(q));
  for (int d = 0; d < 9; ++d) decile_[d] = place(deciles[d]);
}

std::vector<Wide> OrderPlan::thresholds(Wide total_weight) const {
  std::vector<Wide> thresholds;
  for (const Decimal& p : shares_) thresholds.push_back(std::max<Wide>(1, share_of(p, total_weight)));
  return thresholds;
}

/// Quantile shares split the record that straddles p: differences of Lorenz ordinates. Palma: top tenth over lowest
/// four tenths (Palma 2011).
void OrderPlan::write(const OrderStatistics& found, WelfareResult& result) const {
  result.gini = found.gini;
  result.gini_error_bound = found.gini_error_bound;
  for (const std::size_t i : asked_) {
    result.quantile.push_back(found.quantile[i]);
    result.lorenz.push_back(found.lorenz[i]);
    result.quantile_error_bound.push_back(found.quantile_error_bound[i]);
  }
  double below = 0 * found.lorenz[decile_[0]];
  for (const std::size_t i : decile_) {
    result.decile_share.push_back(found.lorenz[i] - below);
    below = found.lorenz[i];
  }
  result.decile_share.push_back(1 - below);
  const auto lorenz = [&](int tenths) { return found.lorenz[decile_[tenths - 1]]; };
  result.palma = ratio(1 - lorenz(9), lorenz(4));
  result.s80_s20 = ratio(1 - lorenz(8), lorenz(2));
  result.p90_p10 = ratio(found.quantile[decile_[8]], found.quantile[decile_[0]]);
}

}  // namespace puente
