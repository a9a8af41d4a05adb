#include "engine/programmes/transitions.hpp"

#include <cmath>
#include <map>

namespace puente {

namespace {

constexpr double tolerance = 1e-9;  ///< of shares that sum to 1

std::string label(const std::vector<std::string>& names, std::size_t i) {
  return "row " + std::to_string(i + 1) + " ('" + names[i] + "')";
}

/// The combined matrices of one composition, one a set of matrices that reaches some unit.
class Combined {
 public:
  Combined(const Composition& c, std::size_t classes) : c_(c) {
    for (std::size_t k = 0; k < classes; ++k) {
      identity_.emplace_back(classes, 0.0);
      identity_[k][k] = 1;
    }
  }
  const TransitionMatrix& of(std::size_t unit) {
    const std::uint64_t reach = c_.matrix_reach.empty() ? 0 : c_.matrix_reach[unit];
    if (reach == 0) return identity_;
    const auto [known, fresh] = known_.try_emplace(reach);
    if (fresh) known->second = product(reach);
    return known->second;
  }

 private:
  TransitionMatrix product(std::uint64_t reach) const {
    TransitionMatrix result = identity_;
    for (std::size_t m = 0; m < c_.matrices.size(); ++m)
      if ((reach >> m & 1U) != 0) result = times(result, *c_.matrices[m]);
    return result;
  }
  static TransitionMatrix times(const TransitionMatrix& a, const TransitionMatrix& b) {
    TransitionMatrix result(a.size(), std::vector<double>(a.size(), 0));
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < a.size(); ++j)
        for (std::size_t k = 0; k < a.size(); ++k) result[i][j] += a[i][k] * b[k][j];
    return result;
  }

  const Composition& c_;
  TransitionMatrix identity_;
  std::map<std::uint64_t, TransitionMatrix> known_;
};

/// The class at whose share of the row u falls; the last one with a share where rounding leaves a rest.
std::size_t class_at(const std::vector<double>& row, double u) {
  std::size_t last = 0;
  double below = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    if (row[k] > 0) last = k;
    below += row[k];
    if (u < below) return k;
  }
  return last;
}

/// Class without what was observed and the uniform of its row, given the class seen.
struct Latent {
  std::size_t none = 0;
  double u = 0;
  bool possible = true;
};

Latent latent_of(std::size_t seen, const TransitionMatrix& observed, const std::vector<double>& base, double t) {
  std::vector<double> posterior(base.size());
  double all = 0;
  for (std::size_t k = 0; k < base.size(); ++k) all += posterior[k] = base[k] * observed[k][seen];
  if (!(all > 0)) return {seen, t, false};
  for (double& p : posterior) p /= all;
  const std::size_t none = class_at(posterior, t);
  double below = 0, row_below = 0;
  for (std::size_t k = 0; k < none; ++k) below += posterior[k];
  for (std::size_t k = 0; k < seen; ++k) row_below += observed[none][k];
  const double within = std::fmin(std::fmax((t - below) / posterior[none], 0.0), 1.0);
  return {none, row_below + within * observed[none][seen], true};
}

/// Shares of the classes of unit i; empty when they are none.
std::vector<double> shares_of(const std::vector<const double*>& base, std::size_t i) {
  std::vector<double> shares;
  double all = 0;
  for (const double* share : base) {
    shares.push_back(share[i]);
    if (!(share[i] >= 0)) return {};
    all += share[i];
  }
  if (std::abs(all - 1) > tolerance) return {};
  return shares;
}

}  // namespace

std::string matrix_mistake(const TransitionMatrix& matrix, const std::vector<std::string>& names) {
  std::string order;
  for (const std::string& name : names) order += (order.empty() ? "'" : ", '") + name + "'";
  if (matrix.size() != names.size())
    return "the matrix has " + std::to_string(matrix.size()) + " rows for " + std::to_string(names.size()) +
           " classes: one row and one column for each of " + order + ", in this order";
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    if (matrix[i].size() != names.size())
      return label(names, i) + " has " + std::to_string(matrix[i].size()) + " shares: one for each of " + order + ", in this order";
    double sum = 0;
    for (const double share : matrix[i]) {
      if (!(share >= 0)) return label(names, i) + " has a share below 0";
      sum += share;
    }
    if (!(std::abs(sum - 1) <= tolerance)) return label(names, i) + " sums to " + std::to_string(sum) + ", not to 1";
  }
  return "";
}

void add_transition(Composition& c, const double* reach, const TransitionMatrix& matrix, std::size_t n) {
  c.touch();
  c.matrix_reach.resize(n, 0);
  const std::uint64_t bit = std::uint64_t{1} << c.matrices.size();
  c.matrices.push_back(&matrix);
  for (std::size_t i = 0; i < n; ++i) c.matrix_reach[i] |= reach[i] != 0 ? bit : 0;
}

TransitionFaults apply_transitions(const double* data, const std::vector<const double*>& base, const double* uniform,
                                   std::size_t classes, const Composition& observed, const Composition& now, std::size_t n,
                                   double* level) {
  TransitionFaults faults;
  Combined before(observed, classes), after(now, classes);
  for (std::size_t i = 0; i < n; ++i) {
    level[i] = data[i];
    const TransitionMatrix &was = before.of(i), &is = after.of(i);
    if (was == is) continue;
    if (std::isnan(data[i])) {
      faults.missing.push_back(i);
      continue;
    }
    const auto seen = static_cast<std::size_t>(data[i]);
    Latent latent{seen, uniform[i], true};
    if (!observed.matrix_reach.empty() && observed.matrix_reach[i] != 0) {
      const std::vector<double> shares = shares_of(base, i);
      if (shares.empty()) {
        faults.bad_base.push_back(i);
        continue;
      }
      latent = latent_of(seen, was, shares, uniform[i]);
    }
    if (!latent.possible) faults.impossible.push_back(i);
    level[i] = static_cast<double>(class_at(is[latent.none], latent.u));
  }
  return faults;
}

}  // namespace puente
