#include "engine/statistics/influence.hpp"

#include <cmath>
#include <limits>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Whole orders from 2 up take every value (welfare_terms.cpp).
bool takes_all_values(double alpha) { return alpha >= 2 && std::floor(alpha) == alpha; }

/// Weight, total and Σ v g(y) over the values an index is defined on.
template <class Function>
struct Moments {
  Moments(const OrderedWelfare& records, bool all_values, const Function& function) : w(records), all(all_values), g(function) {
    ExactSum weights, totals, values;
    for (const std::size_t i : w.ascending()) {
      if (!counts(i)) continue;
      weights.add(w.v(i));
      totals.add(w.v(i) * w.y(i));
      values.add(w.v(i) * g(w.y(i)));
    }
    weight = weights.value();
    mean = totals.value() / weight;
    average = values.value() / weight;
  }
  bool counts(std::size_t i) const { return all || w.y(i) > 0; }
  /// Contributions of f(mean, average), given its two derivatives.
  Contributions contributions(double by_mean, double by_average) const {
    return contributions_of(w, [&](std::size_t i) {
      return counts(i) ? (by_mean * (w.y(i) - mean) + by_average * (g(w.y(i)) - average)) / weight : 0.0;
    });
  }
  const OrderedWelfare& w;
  bool all;
  Function g;
  double weight = 0, mean = 0, average = 0;
};

}  // namespace

Contributions weight_contributions(const OrderedWelfare& w) {
  return contributions_of(w, [](std::size_t) { return 1.0; });
}

Contributions total_contributions(const OrderedWelfare& w) {
  return contributions_of(w, [&](std::size_t i) { return w.y(i); });
}

Contributions mean_contributions(const OrderedWelfare& w) {
  return contributions_of(w, [&](std::size_t i) { return (w.y(i) - w.mean()) / w.weight(); });
}

Contributions ratio_contributions(std::span<const double> v, std::span<const double> a, std::span<const double> b) {
  expect(a.size() == v.size() && b.size() == v.size(), "both parts of a ratio for every record");
  ExactSum above, below;
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (!(v[i] > 0)) continue;
    above.add(v[i] * a[i]);
    below.add(v[i] * b[i]);
  }
  const double denominator = below.value(), ratio = denominator == 0 ? missing : above.value() / denominator;
  Contributions e(v.size(), 0.0);
  for (std::size_t i = 0; i < v.size(); ++i)
    if (v[i] > 0) e[i] = v[i] * (a[i] - ratio * b[i]) / denominator;
  return e;
}

/// GE(α) as WelfareTerms computes it, a function of the mean and of the average of ln y, y ln y or y^α (Cowell 2011).
Contributions entropy_contributions(const OrderedWelfare& w, double alpha) {
  const auto power_or_log = [alpha](double y) { return alpha == 0 ? log(y) : alpha == 1 ? y * log(y) : pow(y, alpha); };
  const Moments m(w, takes_all_values(alpha), power_or_log);
  if (!(m.weight > 0 && m.mean > 0)) return missing_contributions(w);
  if (alpha == 0) return m.contributions(1 / m.mean, -1);
  if (alpha == 1) return m.contributions(-m.average / (m.mean * m.mean) - 1 / m.mean, 1 / m.mean);
  const double factor = 1 / (alpha * (alpha - 1) * pow(m.mean, alpha));
  return m.contributions(-alpha * factor * m.average / m.mean, factor);
}

/// A(ε) = 1 − g/μ with g the income that, shared equally, is worth the same (Atkinson 1970).
Contributions atkinson_contributions(const OrderedWelfare& w, double epsilon) {
  const double power = 1 - epsilon;
  const Moments m(w, takes_all_values(power), [power](double y) { return power == 0 ? log(y) : pow(y, power); });
  if (!(m.weight > 0 && m.mean > 0)) return missing_contributions(w);
  const double equal = power == 0 ? exp(m.average) : pow(m.average, 1 / power);
  const double equal_by_average = power == 0 ? equal : equal / (power * m.average);
  return m.contributions(equal / (m.mean * m.mean), -equal_by_average / m.mean);
}

Contributions combine(std::span<const std::pair<double, const Contributions*>> parts) {
  Contributions e(parts.empty() ? 0 : parts.front().second->size(), 0.0);
  for (const auto& [factor, part] : parts) {
    expect(part->size() == e.size(), "contributions of the same records");
    for (std::size_t i = 0; i < e.size(); ++i) e[i] += factor * (*part)[i];
  }
  return e;
}

Contributions difference(const Contributions& a, const Contributions& b) {
  const std::pair<double, const Contributions*> parts[] = {{1, &a}, {-1, &b}};
  return combine(parts);
}

Contributions quotient(double a, const Contributions& of_a, double b, const Contributions& of_b) {
  const std::pair<double, const Contributions*> parts[] = {{1 / b, &of_a}, {-a / (b * b), &of_b}};
  return combine(parts);
}

}  // namespace puente
