#include "engine/population/synthesis/weights.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/population/synthesis/linear.hpp"

namespace puente {

namespace {

/// The parts of g(u) = (least·above + most·below·e^s) / (above + below·e^s), s = slope·u.
struct Logit {
  explicit Logit(const WeightFunction& g)
      : least(g.least), most(g.most), below(1 - least), above(most - 1), slope((most - least) / (below * above)) {}
  double exponent(double u) const { return std::clamp(slope * u, -500.0, 500.0); }
  double value(double e) const { return (least * above + most * below * e) / (above + below * e); }
  double derivative(double g) const { return (most - g) * (g - least) / (above * below); }
  double least, most, below, above, slope;
};

std::int64_t in_units(double weight) { return static_cast<std::int64_t>(weight / weight_unit + 0.5); }

}  // namespace

double WeightFunction::ratio(double u, double* derivative) const {
  const Logit logit(*this);
  const double g = logit.value(exp(logit.exponent(u)));
  if (derivative != nullptr) *derivative = logit.derivative(g);
  return g;
}

void WeightFunction::at(double* u, std::size_t n, std::int64_t* weight, double* derivative) const {
  constexpr std::size_t run = 256;
  const Logit logit(*this);
  double e[run];
  for (std::size_t first = 0; first < n; first += run, u += run, weight += run) {
    const std::size_t count = std::min(run, n - first);
    for (std::size_t i = 0; i < count; ++i) u[i] = logit.exponent(u[i]);
    exp(u, count, e);
    for (std::size_t i = 0; i < count; ++i) u[i] = logit.value(e[i]);
    for (std::size_t i = 0; i < count; ++i) weight[i] = in_units(u[i]);
    if (derivative == nullptr) continue;
    for (std::size_t i = 0; i < count; ++i) derivative[first + i] = logit.derivative(u[i]);
  }
}

std::int64_t WeightFunction::at(double u, double* derivative) const {
  return in_units(ratio(u, derivative));
}

WeightSums::WeightSums(std::size_t common, std::size_t cells)
    : common_(common), cells_(cells), state_(common + cells + common * common + cells * common + cells) {}

void WeightSums::add(const std::vector<std::pair<int, int>>& counts, std::size_t cell, int persons, std::int64_t weight,
                     double derivative) {
  const auto slope = static_cast<std::int64_t>(derivative / weight_unit + 0.5);
  std::int64_t* cross = curvature(common_) + cell * common_;
  for (std::size_t a = 0; a < counts.size(); ++a) {
    const auto [i, count] = counts[a];
    state_[static_cast<std::size_t>(i)] += weight * count;
    cross[i] += slope * count * persons;
    std::int64_t* row = curvature(static_cast<std::size_t>(i));
    for (std::size_t b = a; b < counts.size(); ++b) row[counts[b].first] += slope * count * counts[b].second;
  }
  state_[common_ + cell] += weight * persons;
  state_[state_.size() - cells_ + cell] += slope * persons * persons;
}

void WeightSums::merge(const WeightSums& other) {
  for (std::size_t i = 0; i < state_.size(); ++i) state_[i] += other.state_[i];
}

std::vector<double> WeightSums::totals() const {
  std::vector<double> totals(common_ + cells_);
  for (std::size_t i = 0; i < totals.size(); ++i) totals[i] = static_cast<double>(state_[i]) * weight_unit;
  return totals;
}

/// The matrix is an arrow: cells do not meet one another. They are eliminated first (Schur complement).
bool WeightSums::step(const WeightTargets& targets, Multipliers& change) const {
  const auto number = [](std::int64_t units) { return static_cast<double>(units) * weight_unit; };
  const std::vector<double> reached = totals();
  const std::int64_t* common = state_.data() + common_ + cells_;
  const std::int64_t* cross = common + common_ * common_;
  const std::int64_t* own = cross + cells_ * common_;
  Matrix matrix(common_);
  std::vector<double> right(common_);
  for (std::size_t i = 0; i < common_; ++i) {
    right[i] = targets.total[i] - reached[i];
    for (std::size_t j = 0; j < common_; ++j) matrix(i, j) = number(common[std::min(i, j) * common_ + std::max(i, j)]);
  }
  for (std::size_t c = 0; c < cells_; ++c) {
    if (own[c] == 0) continue;
    const double pivot = number(own[c]), missing = targets.total[common_ + c] - reached[common_ + c];
    for (std::size_t i = 0; i < common_; ++i) {
      const double share = number(cross[c * common_ + i]) / pivot;
      right[i] -= share * missing;
      for (std::size_t j = 0; j < common_; ++j) matrix(i, j) -= share * number(cross[c * common_ + j]);
    }
  }
  if (!solve_symmetric(matrix, right)) return false;
  change.common = right;
  change.cell.assign(cells_, 0);
  for (std::size_t c = 0; c < cells_; ++c) {
    if (own[c] == 0) continue;
    double missing = targets.total[common_ + c] - reached[common_ + c];
    for (std::size_t i = 0; i < common_; ++i) missing -= number(cross[c * common_ + i]) * right[i];
    change.cell[c] = missing / number(own[c]);
  }
  return true;
}

}  // namespace puente
