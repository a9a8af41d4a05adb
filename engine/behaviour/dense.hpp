// Small dense matrices, by Eigen. Its threads are off, and what is used of it here (LDLT, products of a few dozen rows formed
// coefficient by coefficient) adds in one fixed order, whatever the processor's caches. Pure.
#pragma once

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace puente {

using DenseMatrix = Eigen::MatrixXd;
using DenseVector = Eigen::VectorXd;

/// A·B, each coefficient summed in order.
template <class A, class B>
DenseMatrix product(const A& a, const B& b) {
  return a.lazyProduct(b);
}

/// The inverse of a positive definite matrix, a column at a time.
inline DenseMatrix inverse_of_positive(const DenseMatrix& matrix) {
  const Eigen::LDLT<DenseMatrix> factors(matrix);
  DenseMatrix inverse(matrix.rows(), matrix.cols());
  for (Eigen::Index c = 0; c < matrix.cols(); ++c) {
    const DenseVector unit = DenseVector::Unit(matrix.rows(), c);
    inverse.col(c) = factors.solve(unit);
  }
  return inverse;
}

}  // namespace puente
