// The slow, obvious twin of WelfareTally: long double, sorted vectors, the definitions word for word.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace puente::testing {

struct Twin {
  std::vector<long double> y, w, z;  ///< records with a weight, in any order

  long double total_weight() const { return std::accumulate(w.begin(), w.end(), 0.0L); }
  long double total() const {
    long double s = 0;
    for (std::size_t i = 0; i < y.size(); ++i) s += w[i] * y[i];
    return s;
  }
  long double fgt(double alpha) const {
    long double s = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] < z[i]) s += w[i] * (alpha == 0 ? 1 : std::pow((z[i] - y[i]) / z[i], static_cast<long double>(alpha)));
    return s / total_weight();
  }
  long double watts() const {
    long double s = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] < z[i] && y[i] > 0) s += w[i] * std::log(z[i] / y[i]);
    return s / total_weight();
  }
  long double gap() const {
    long double s = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] < z[i]) s += w[i] * (z[i] - y[i]);
    return s;
  }
  Twin positive() const {
    Twin p;
    for (std::size_t i = 0; i < y.size(); ++i)
      if (y[i] > 0) p.add(y[i], w[i], z.empty() ? 0 : z[i]);
    return p;
  }
  void add(long double value, long double weight, long double line) {
    if (weight == 0) return;
    y.push_back(value);
    w.push_back(weight);
    z.push_back(line);
  }
  /// Over these values; the caller chooses the domain.
  long double entropy(long double a) const {
    const long double mean = total() / total_weight();
    long double s = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const long double x = y[i] / mean;
      s += w[i] * (a == 0 ? -std::log(x) : a == 1 ? x * std::log(x) : (std::pow(x, a) - 1) / (a * (a - 1)));
    }
    return s / total_weight();
  }
  long double atkinson(long double e) const {
    const long double mean = total() / total_weight();
    long double s = 0;
    for (std::size_t i = 0; i < y.size(); ++i) s += w[i] * (e == 1 ? std::log(y[i] / mean) : std::pow(y[i] / mean, 1 - e));
    s /= total_weight();
    return 1 - (e == 1 ? std::exp(s) : std::pow(s, 1 / (1 - e)));
  }
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> at(y.size());
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::stable_sort(at.begin(), at.end(), [this](auto a, auto b) { return y[a] < y[b]; });
    return at;
  }
  /// The trapezoids under the Lorenz curve.
  long double gini() const {
    long double s = 0, below = 0;
    for (const std::size_t i : order()) {
      const long double here = below + w[i] * y[i];
      s += w[i] * (below + here);
      below = here;
    }
    return 1 - s / (total_weight() * total());
  }
  /// The smallest value whose cumulative weight reaches the share p; of a rounding below 0 or above 1, the end.
  double quantile_at(long double p) const {
    long double c = 0;
    const auto ascending = order();
    for (const std::size_t i : ascending)
      if (c += w[i]; c >= p * total_weight()) return static_cast<double>(y[i]);
    return static_cast<double>(y[ascending.back()]);
  }
  long double lorenz(long double p) const {
    long double c = 0, s = 0;
    const long double target = p * total_weight();
    for (const std::size_t i : order()) {
      if (c + w[i] >= target) return (s + (target - c) * y[i]) / total();
      c += w[i];
      s += w[i] * y[i];
    }
    return 1;
  }
};

}  // namespace puente::testing
