// A table of exact sums, rows × columns: the tally of everything that is a plain weighted sum. One object a thread;
// `merge` over threads, `reduce` over ranks, then `value`.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/run/exchange.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

/// Adds the sums of all ranks, element by element; the same on every rank afterwards.
void reduce(std::vector<ExactSum>& sums, Exchange& exchange);

class SumTable {
 public:
  SumTable(std::size_t rows, std::size_t columns) : columns_(columns), sums_(rows * columns) {}
  void add(std::size_t row, std::size_t column, double term) { sums_[row * columns_ + column].add(term); }
  void merge(const SumTable& other) {
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i].merge(other.sums_[i]);
  }
  void reduce(Exchange& exchange) { puente::reduce(sums_, exchange); }
  double value(std::size_t row, std::size_t column) const { return sums_[row * columns_ + column].value(); }

 private:
  std::size_t columns_;
  std::vector<ExactSum> sums_;
};

}  // namespace puente
