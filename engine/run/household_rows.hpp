// Rows of doubles of one width that threads and ranks gather of a sample. The first of each is the household's number; rows of
// a household stay in the order in which they came, as a household is one thread's. One object a thread; `share` is collective.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"

namespace puente {

class HouseholdRows {
 public:
  explicit HouseholdRows(std::size_t width) : width_(width) {}
  double* add() {
    values_.resize(values_.size() + width_);
    return values_.data() + values_.size() - width_;
  }
  std::size_t size() const { return values_.size() / width_; }
  const double* operator[](std::size_t i) const { return values_.data() + i * width_; }
  void append(const HouseholdRows& more) { values_.insert(values_.end(), more.values_.begin(), more.values_.end()); }
  /// Of all ranks.
  void share(Exchange& exchange) {
    const auto bytes = exchange.gather_all(std::as_bytes(std::span(values_)));
    values_.resize(bytes.size() / sizeof(double));
    if (!values_.empty()) std::memcpy(values_.data(), bytes.data(), bytes.size());
  }
  std::vector<std::size_t> by_household() const {
    std::vector<std::size_t> order(size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return (*this)[a][0] < (*this)[b][0]; });
    return order;
  }

 private:
  std::size_t width_;
  std::vector<double> values_;
};

}  // namespace puente
