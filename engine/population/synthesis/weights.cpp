#include "engine/population/synthesis/weights.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/population/synthesis/linear.hpp"

namespace puente {

double WeightFunction::ratio(double u, double* derivative) const {
  const double below = 1 - least, above = most - 1;
  const double e = exp(std::clamp((most - least) / (below * above) * u, -500.0, 500.0));
  const double g = (least * above + most * below * e) / (above + below * e);
  if (derivative != nullptr) *derivative = (most - g) * (g - least) / (above * below);
  return g;
}

std::int64_t WeightFunction::at(double u, double* derivative) const {
  return static_cast<std::int64_t>(ratio(u, derivative) / weight_unit + 0.5);
}

WeightSums::WeightSums(std::size_t common, std::size_t cells)
    : common_(common), cells_(cells), state_(common + cells + common * common + cells * common + cells) {}

void WeightSums::add(const std::vector<std::pair<int, int>>& counts, std::size_t cell, int persons, std::int64_t weight,
                     double derivative) {
  const auto slope = static_cast<std::int64_t>(derivative / weight_unit + 0.5);
  std::int64_t* cross = curvature(common_) + cell * common_;
  for (const auto& [i, count] : counts) {
    state_[static_cast<std::size_t>(i)] += weight * count;
    cross[i] += slope * count * persons;
    std::int64_t* row = curvature(static_cast<std::size_t>(i));
    for (const auto& [j, other] : counts) row[j] += slope * count * other;
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
    for (std::size_t j = 0; j < common_; ++j) matrix(i, j) = number(common[i * common_ + j]);
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
