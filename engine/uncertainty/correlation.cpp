#include "engine/uncertainty/correlation.hpp"

#include <cmath>
#include <cstdio>

#include "engine/core/error.hpp"

namespace puente {

namespace {

/// Rounding of matrices typed with a few digits.
constexpr double slack = 1e-9;

/// The triangle, and the first row whose leading minor is negative (n when there is none).
struct Root {
  std::vector<double> triangle;
  std::size_t failed;
};

Root root_of(std::size_t n, const std::vector<double>& matrix) {
  std::vector<double> l(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double left = matrix[i * n + j];
      for (std::size_t k = 0; k < j; ++k) left -= l[i * n + k] * l[j * n + k];
      const double pivot = l[j * n + j];
      if (i == j && left < -slack) return {l, i};
      if (i == j) l[i * n + i] = left > slack ? std::sqrt(left) : 0.0;
      else if (pivot > 0) l[i * n + j] = left / pivot;
      else if (std::fabs(left) > std::sqrt(slack)) return {l, i};
    }
  return {l, n};
}

/// Six digits, without the rounding of what was computed.
std::string shown(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}

/// All digits where six would hide what sets it apart from the other.
std::string shown_beside(double x, double other) { return shown(x) == shown(other) ? shortest(x) : shown(x); }

class Blame {
 public:
  Blame(const std::vector<std::string>& names, const std::vector<double>& matrix, const std::vector<double>& covariance)
      : names_(names), matrix_(matrix), covariance_(covariance) {}
  std::optional<std::string> of_entries() const;
  std::string of_minor(std::size_t failed, const std::vector<double>& triangle) const;

 private:
  std::size_t place(std::size_t i, std::size_t j) const { return i * names_.size() + j; }
  double at(std::size_t i, std::size_t j) const { return matrix_[place(i, j)]; }
  std::string pair(std::size_t i, std::size_t j, const std::string& value) const {
    return std::string("the ") + (covariance_.empty() ? "correlation" : "covariance") + " of '" + names_[i] + "' and '" + names_[j] + "', " + value;
  }
  /// With the number that was typed.
  std::string pair(std::size_t i, std::size_t j) const {
    return pair(i, j, covariance_.empty() ? shown(at(i, j)) : shortest(covariance_[place(i, j)]) + " (a correlation of " + shown(at(i, j)) + ")");
  }
  std::string outside(std::size_t i, std::size_t j) const;
  std::string asymmetric(std::size_t i, std::size_t j) const;
  const std::vector<std::string>& names_;
  const std::vector<double>&matrix_, &covariance_;
};

std::string Blame::outside(std::size_t i, std::size_t j) const {
  const double most = at(i, j) > 0 ? 1 : -1;
  if (covariance_.empty()) return pair(i, j, shown_beside(at(i, j), most)) + ", lies outside [-1, 1]";
  const double typed = covariance_[place(i, j)];
  return pair(i, j, shortest(typed)) + ", is beyond the product of their standard errors, " + shown_beside(std::fabs(typed / at(i, j)), std::fabs(typed));
}

std::string Blame::asymmetric(std::size_t i, std::size_t j) const {
  const std::vector<double>& typed = covariance_.empty() ? matrix_ : covariance_;
  const double one = typed[place(i, j)], other = typed[place(j, i)];
  return pair(i, j, shown_beside(one, other)) + ", is " + shown_beside(other, one) + " the other way round: the matrix is not symmetric";
}

std::optional<std::string> Blame::of_entries() const {
  const std::size_t n = names_.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (!(std::fabs(at(i, i) - 1) <= slack)) return "the correlation of '" + names_[i] + "' with itself is " + shown_beside(at(i, i), 1) + ", not 1";
    for (std::size_t j = 0; j < i; ++j) {
      if (!(std::fabs(at(i, j) - at(j, i)) <= slack)) return asymmetric(j, i);
      if (!(std::fabs(at(i, j)) <= 1 + slack)) return outside(j, i);
    }
  }
  return std::nullopt;
}

/// A correlation that contradicts two others; where it takes more than three, the one that weighs most in the row that fails.
std::string Blame::of_minor(std::size_t k, const std::vector<double>& l) const {
  for (std::size_t j = 0; j < k; ++j)
    for (std::size_t i = 0; i < j; ++i) {
      const double a = at(k, j), b = at(k, i), c = at(j, i);
      if (1 + 2 * a * b * c - a * a - b * b - c * c < -slack)
        return pair(j, k) + ", cannot be together with those of '" + names_[i] + "' with them, " + (covariance_.empty() ? "" : "correlations of ") + shown(c) + " and " + shown(b) +
               ": the matrix is not positive semi-definite";
    }
  std::size_t worst = 0;
  for (std::size_t j = 1; j < k; ++j)
    if (std::fabs(l[k * names_.size() + j]) > std::fabs(l[k * names_.size() + worst])) worst = j;
  return pair(worst, k) + ", cannot be together with those before it: the leading minor of " + std::to_string(k + 1) + " parameters is negative, so the matrix is not positive semi-definite";
}

}  // namespace

std::optional<std::string> correlation_mistake(const std::vector<std::string>& names, const std::vector<double>& matrix,
                                               const std::vector<double>& covariance) {
  expect(matrix.size() == names.size() * names.size(), "a correlation matrix is square");
  const Blame blame(names, matrix, covariance);
  if (auto mistake = blame.of_entries()) return mistake;
  const Root root = root_of(names.size(), matrix);
  if (root.failed < names.size()) return blame.of_minor(root.failed, root.triangle);
  return std::nullopt;
}

std::vector<double> correlation_root(const std::vector<std::string>& names, const std::vector<double>& matrix) {
  if (const auto mistake = correlation_mistake(names, matrix)) throw bad_input(*mistake);
  return root_of(names.size(), matrix).triangle;
}

}  // namespace puente
