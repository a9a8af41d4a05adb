#include "engine/population/calibration/independent.hpp"

#include "engine/core/error.hpp"

namespace puente {

namespace {

/// What is left of a row's own size once the kept ones have explained it, below which it is nothing but rounding.
constexpr double unexplained = 1e-10;

/// Rows that LDLᵀ, skipping what its predecessors explain, finds a pivot for.
std::vector<std::size_t> rows_with_pivots(Matrix m) {
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < m.size(); ++k) {
    for (std::size_t a = 0; a < kept.size(); ++a) {
      const std::size_t j = kept[a];
      for (std::size_t b = 0; b < a; ++b) m(k, j) -= m(k, kept[b]) * m(j, kept[b]) * m(kept[b], kept[b]);
      m(k, j) /= m(j, j);
    }
    const double original = m(k, k);
    for (const std::size_t j : kept) m(k, k) -= m(k, j) * m(k, j) * m(j, j);
    if (m(k, k) > unexplained * original) kept.push_back(k);
  }
  return kept;
}

}  // namespace

Independence::Independence(Matrix matrix) : kept_(rows_with_pivots(matrix)) {
  std::size_t next = 0;
  for (std::size_t row = 0; row < matrix.size(); ++row) {
    if (next < kept_.size() && kept_[next] == row) {
      ++next;
      continue;
    }
    Matrix among(kept_.size());
    std::vector<double> share;
    for (std::size_t a = 0; a < kept_.size(); ++a) {
      share.push_back(matrix(row, kept_[a]));
      for (std::size_t b = 0; b < kept_.size(); ++b) among(a, b) = matrix(kept_[a], kept_[b]);
    }
    expect(solve_symmetric(among, share), "kept rows are independent");
    dependent_.push_back({row, std::move(share)});
  }
}

}  // namespace puente
