// Small dense symmetric systems, solved in one fixed order of operations. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace puente {

class Matrix {
 public:
  explicit Matrix(std::size_t n) : n_(n), values_(n * n) {}
  double& operator()(std::size_t i, std::size_t j) { return values_[i * n_ + j]; }
  std::size_t size() const { return n_; }

 private:
  std::size_t n_;
  std::vector<double> values_;
};

/// Solves M x = right for a positive definite M (LDLᵀ); `right` becomes x. False when M is singular to rounding.
bool solve_symmetric(Matrix& matrix, std::vector<double>& right);

}  // namespace puente
