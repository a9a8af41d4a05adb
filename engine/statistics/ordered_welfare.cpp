#include "engine/statistics/ordered_welfare.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

namespace {

/// h = σ W^(−1/5) (convey's h_fun), σ about the mean in two passes.
double kernel_bandwidth(const OrderedWelfare& w) {
  double squares = 0;
  for (const std::size_t i : w.ascending()) squares += w.v(i) * (w.y(i) - w.mean()) * (w.y(i) - w.mean());
  return std::sqrt(squares / w.weight()) * pow(w.weight(), -0.2);
}

}  // namespace

OrderedWelfare::OrderedWelfare(std::span<const double> y, std::span<const double> v) : y_(y), v_(v) {
  expect(y.size() == v.size(), "a weight for every record");
  ExactSum weight, total;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!(v[i] > 0)) continue;
    order_.push_back(i);
    weight.add(v[i]);
    total.add(v[i] * y[i]);
  }
  weight_ = weight.value();
  total_ = total.value();
  std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return y[a] != y[b] ? y[a] < y[b] : a < b; });
  cumulative_weight_.assign(1, 0.0);
  cumulative_total_.assign(1, 0.0);
  for (const std::size_t i : order_) {
    cumulative_weight_.push_back(cumulative_weight_.back() + v[i]);
    cumulative_total_.push_back(cumulative_total_.back() + v[i] * y[i]);
  }
  bandwidth_ = kernel_bandwidth(*this);
}

OrderedWelfare::Quantile OrderedWelfare::quantile(double p) const {
  expect(!order_.empty(), "a quantile needs records");
  const auto first = cumulative_weight_.begin() + 1;
  const auto at = std::lower_bound(first, cumulative_weight_.end() - 1, (p - 1e-12) * weight_) - first;
  return {y_[order_[static_cast<std::size_t>(at)]], static_cast<std::size_t>(at)};
}

double OrderedWelfare::density(double x) const {
  double sum = 0;
  for (const std::size_t i : order_) {
    const double u = (x - y_[i]) / bandwidth_;
    sum += v_[i] * exp(-0.5 * u * u);
  }
  return sum / (std::sqrt(2 * std::numbers::pi) * weight_ * bandwidth_);
}

}  // namespace puente
