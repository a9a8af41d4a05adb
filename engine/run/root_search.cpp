#include "engine/run/root_search.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"

namespace puente {

RootSearch::RootSearch(double from, double to, double tolerance)
    : from_(from), to_(to), tolerance_(tolerance), low_(from), high_(to) {
  expect(from < to && tolerance > 0, "a root is looked for between two numbers in order");
}

bool RootSearch::narrow() const {
  const double place = std::max({std::abs(low_), std::abs(high_), 1e-6 * (to_ - from_)});
  const double middle = low_ + (high_ - low_) / 2;
  return value_low_ == 0 || value_high_ == 0 || high_ - low_ <= tolerance_ * place || middle <= low_ || middle >= high_;
}

std::vector<double> RootSearch::ask() const {
  constexpr int parts = 8;
  std::vector<double> points;
  if (!started_) {
    for (int i = 0; i <= parts; ++i) points.push_back(i == parts ? to_ : from_ + (to_ - from_) * i / parts);
    return points;
  }
  if (changes_ != 1 || narrow()) return points;
  const double width = high_ - low_, secant = low_ - value_low_ * (width / (value_high_ - value_low_));
  const double near = std::max(tolerance_ * std::abs(secant) / 4, 1e-14 * width);
  for (const double point : {low_ + width / 2, secant, secant - near, secant + near, secant - width / 1000, secant + width / 1000})
    if (point > low_ && point < high_) points.push_back(point);
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

void RootSearch::tell(const std::vector<double>& values) {
  const std::vector<double> points = ask();
  expect(points.size() == values.size(), "every point asked for has a value");
  if (!started_) look_at_grid(values);
  narrow_to(points, values);
  started_ = true;
}

void RootSearch::look_at_grid(const std::vector<double>& values) {
  bool rises = false, falls = false;
  int sign = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int here = values[i] > 0 ? 1 : values[i] < 0 ? -1 : 0;
    if (here == 0 && (i == 0 || values[i - 1] != 0) && (i == 0 || i + 1 == values.size())) ++changes_;  // a root at an end
    if (here != 0 && sign != 0 && here != sign) ++changes_;
    if (here != 0) sign = here;
    if (i == 0) continue;
    rises |= values[i] > values[i - 1];
    falls |= values[i] < values[i - 1];
  }
  const bool touches = std::find(values.begin(), values.end(), 0.0) != values.end();
  if (changes_ == 0 && touches) changes_ = 1;
  monotone_ = !(rises && falls);
}

/// To the first two neighbours between which the sign changes, or to a root.
void RootSearch::narrow_to(const std::vector<double>& points, const std::vector<double>& values) {
  std::vector<double> x = points, f = values;
  if (started_) {
    x.insert(x.begin(), low_);
    f.insert(f.begin(), value_low_);
    x.push_back(high_);
    f.push_back(value_high_);
  }
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const bool root = f[i] == 0 || f[i + 1] == 0;
    if (!root && (f[i] > 0) == (f[i + 1] > 0)) continue;
    low_ = x[i];
    high_ = x[i + 1];
    value_low_ = f[i];
    value_high_ = f[i + 1];
    return;
  }
}

}  // namespace puente
