#include "engine/population/synthesis/linear.hpp"

namespace puente {

bool solve_symmetric(Matrix& m, std::vector<double>& x) {
  const std::size_t n = m.size();
  for (std::size_t k = 0; k < n; ++k) {
    const double original = m(k, k);
    for (std::size_t j = 0; j < k; ++j) m(k, k) -= m(k, j) * m(k, j) * m(j, j);
    if (!(m(k, k) > 1e-12 * original)) return false;
    for (std::size_t i = k + 1; i < n; ++i) {
      for (std::size_t j = 0; j < k; ++j) m(i, k) -= m(i, j) * m(k, j) * m(j, j);
      m(i, k) /= m(k, k);
    }
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) x[i] -= m(i, j) * x[j];
  for (std::size_t i = 0; i < n; ++i) x[i] /= m(i, i);
  for (std::size_t i = n; i-- > 0;)
    for (std::size_t j = i + 1; j < n; ++j) x[i] -= m(j, i) * x[j];
  return true;
}

}  // namespace puente
