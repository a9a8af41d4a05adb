// The estimation done the slow and obvious way: plain loops in long double, Gaussian elimination, derivatives of the moments by
// differences. What the engine finds must be this.
#pragma once

#include "tests/behaviour/children.hpp"

namespace puente::test {

class SchoolingTwin {
 public:
  using Number = long double;
  using Numbers = std::vector<Number>;
  using Table = std::vector<Numbers>;

  explicit SchoolingTwin(const Children& children) : children_(children) {
    if (children.earnings) fit_earnings();
    fit_utilities();
  }
  const Numbers& earnings() const { return earnings_; }    ///< constant, attending, z
  const Numbers& utilities() const { return utilities_; }  ///< an alternative at a time: constant, x, income, wage
  Number log_likelihood() const { return log_likelihood_; }

  /// A⁻¹ S A⁻ᵀ of (earnings, utilities).
  Table covariance(CovarianceKind kind) const {
    const Table bread = inverse(jacobian());
    const Table meat = kind == CovarianceKind::robust ? of_groups([](const Child&, std::size_t i) { return static_cast<double>(i); })
                       : kind == CovarianceKind::household ? of_groups([](const Child& c, std::size_t) { return static_cast<double>(c.household); })
                                                           : of_design();
    return product(product(bread, meat), transposed(bread));
  }

  static Numbers solve(Table a, Numbers b) {
    const std::size_t n = b.size();
    for (std::size_t k = 0; k < n; ++k) {
      std::size_t pivot = k;
      for (std::size_t r = k; r < n; ++r)
        if (std::abs(a[r][k]) > std::abs(a[pivot][k])) pivot = r;
      std::swap(a[k], a[pivot]);
      std::swap(b[k], b[pivot]);
      for (std::size_t r = k + 1; r < n; ++r) {
        const Number f = a[r][k] / a[k][k];
        for (std::size_t c = k; c < n; ++c) a[r][c] -= f * a[k][c];
        b[r] -= f * b[k];
      }
    }
    for (std::size_t k = n; k-- > 0;) {
      for (std::size_t c = k + 1; c < n; ++c) b[k] -= a[k][c] * b[c];
      b[k] /= a[k][k];
    }
    return b;
  }

 private:
  static Table zeros(std::size_t n) { return Table(n, Numbers(n)); }
  static Table transposed(const Table& a) {
    Table t = zeros(a.size());
    for (std::size_t r = 0; r < a.size(); ++r)
      for (std::size_t c = 0; c < a.size(); ++c) t[c][r] = a[r][c];
    return t;
  }
  static Table product(const Table& a, const Table& b) {
    Table p = zeros(a.size());
    for (std::size_t r = 0; r < a.size(); ++r)
      for (std::size_t c = 0; c < a.size(); ++c)
        for (std::size_t k = 0; k < a.size(); ++k) p[r][c] += a[r][k] * b[k][c];
    return p;
  }
  static Table inverse(const Table& a) {
    Table columns;
    for (std::size_t c = 0; c < a.size(); ++c) {
      Numbers unit(a.size());
      unit[c] = 1;
      columns.push_back(solve(a, unit));
    }
    return transposed(columns);
  }

  Numbers earner(const Child& c) const {
    Numbers x = {1, c.state > 0 ? 1.0L : 0.0L};
    x.insert(x.end(), c.z.begin(), c.z.end());
    return x;
  }
  Numbers chooser(const Child& c, const Numbers& theta) const {
    Numbers x = {1};
    x.insert(x.end(), c.x.begin(), c.x.end());
    x.push_back(c.income);
    if (!children_.earnings) return x;
    Number log_wage = theta[0];
    for (std::size_t k = 0; k < c.z.size(); ++k) log_wage += theta[2 + k] * c.z[k];
    x.push_back(std::exp(log_wage));
    return x;
  }
  std::size_t p() const { return 2 + children_.rows.front().x.size() + (children_.earnings ? 1 : 0); }
  std::size_t first() const { return children_.earnings ? 2 + children_.rows.front().z.size() : 0; }
  Numbers stacked() const {
    Numbers theta = earnings_;
    theta.insert(theta.end(), utilities_.begin(), utilities_.end());
    return theta;
  }

  Numbers probabilities(const Numbers& x, const Numbers& theta) const {
    Numbers e = {1};
    for (std::size_t j = 0; j + 1 < children_.alternatives; ++j) {
      Number u = 0;
      for (std::size_t k = 0; k < p(); ++k) u += theta[first() + j * p() + k] * x[k];
      e.push_back(std::exp(u));
    }
    Number sum = 0;
    for (const Number v : e) sum += v;
    for (Number& v : e) v /= sum;
    return e;
  }

  Numbers score(const Child& c, const Numbers& theta) const {
    Numbers g(first() + p() * (children_.alternatives - 1));
    if (children_.earnings && c.earnings > 0) {
      const Numbers x = earner(c);
      Number u = std::log(static_cast<Number>(c.earnings));
      for (std::size_t k = 0; k < x.size(); ++k) u -= theta[k] * x[k];
      for (std::size_t k = 0; k < x.size(); ++k) g[k] = c.weight * x[k] * u;
    }
    const Numbers x = chooser(c, theta), prob = probabilities(x, theta);
    for (std::size_t j = 1; j < children_.alternatives; ++j)
      for (std::size_t k = 0; k < p(); ++k) g[first() + (j - 1) * p() + k] = c.weight * ((c.state == static_cast<int>(j) ? 1 : 0) - prob[j]) * x[k];
    return g;
  }
  Numbers total_score(const Numbers& theta) const {
    Numbers sum(theta.size());
    for (const Child& c : children_.rows) {
      const Numbers g = score(c, theta);
      for (std::size_t k = 0; k < g.size(); ++k) sum[k] += g[k];
    }
    return sum;
  }
  Table jacobian() const {
    const Numbers theta = stacked();
    Table a = zeros(theta.size());
    for (std::size_t c = 0; c < theta.size(); ++c) {
      const Number step = 1e-6L * (1 + std::abs(theta[c]));
      Numbers up = theta, down = theta;
      up[c] += step;
      down[c] -= step;
      const Numbers above = total_score(up), below = total_score(down);
      for (std::size_t r = 0; r < theta.size(); ++r) a[r][c] = -(above[r] - below[r]) / (2 * step);
    }
    return a;
  }

  template <class Group>
  Table of_groups(Group group) const {
    const Numbers theta = stacked();
    Table meat = zeros(theta.size());
    Numbers sum(theta.size());
    Number groups = 0;
    for (std::size_t i = 0; i < children_.rows.size(); ++i) {
      const Numbers g = score(children_.rows[i], theta);
      for (std::size_t k = 0; k < g.size(); ++k) sum[k] += g[k];
      if (i + 1 < children_.rows.size() && group(children_.rows[i], i) == group(children_.rows[i + 1], i + 1)) continue;
      for (std::size_t r = 0; r < g.size(); ++r)
        for (std::size_t c = 0; c < g.size(); ++c) meat[r][c] += sum[r] * sum[c];
      sum.assign(theta.size(), 0);
      ++groups;
    }
    for (Numbers& row : meat)
      for (Number& v : row) v *= groups / (groups - 1);
    return meat;
  }
  Table of_design() const {
    const Numbers theta = stacked();
    std::vector<std::vector<Numbers>> strata;  // scores by psu, which are numbered from 0
    for (const Child& c : children_.rows) {
      const auto s = static_cast<std::size_t>(c.stratum), u = static_cast<std::size_t>(c.psu);
      if (strata.size() <= s) strata.resize(s + 1);
      if (strata[s].size() <= u) strata[s].resize(u + 1);
      if (strata[s][u].empty()) strata[s][u].resize(theta.size());
      const Numbers g = score(c, theta);
      for (std::size_t k = 0; k < g.size(); ++k) strata[s][u][k] += g[k];
    }
    Table meat = zeros(theta.size());
    for (auto& units : strata) {
      std::erase_if(units, [](const Numbers& unit) { return unit.empty(); });
      Numbers mean(theta.size());
      const Number n = static_cast<Number>(units.size());
      for (const Numbers& unit : units)
        for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += n > 1 ? unit[k] / n : 0;
      for (const Numbers& unit : units)
        for (std::size_t r = 0; r < mean.size(); ++r)
          for (std::size_t c = 0; c < mean.size(); ++c) meat[r][c] += (n > 1 ? n / (n - 1) : 1) * (unit[r] - mean[r]) * (unit[c] - mean[c]);
    }
    return meat;
  }

  void fit_earnings() {
    Table a = zeros(first());
    Numbers b(first());
    for (const Child& c : children_.rows) {
      if (!(c.earnings > 0)) continue;
      const Numbers x = earner(c);
      for (std::size_t r = 0; r < x.size(); ++r) {
        b[r] += c.weight * x[r] * std::log(static_cast<Number>(c.earnings));
        for (std::size_t k = 0; k < x.size(); ++k) a[r][k] += c.weight * x[r] * x[k];
      }
    }
    earnings_ = solve(a, b);
  }
  void fit_utilities() {
    const std::size_t q = p() * (children_.alternatives - 1);
    utilities_.assign(q, 0);
    for (int step = 0; step < 30; ++step) {
      Table information = zeros(q);
      Numbers gradient(q);
      log_likelihood_ = 0;
      const Numbers theta = stacked();
      for (const Child& c : children_.rows) {
        const Numbers x = chooser(c, theta), prob = probabilities(x, theta), g = score(c, theta);
        log_likelihood_ += c.weight * std::log(prob[static_cast<std::size_t>(c.state)]);
        for (std::size_t r = 0; r < q; ++r) {
          gradient[r] += g[first() + r];
          for (std::size_t k = 0; k < q; ++k) {
            const Number same = r / p() == k / p() ? 1 : 0;
            information[r][k] += c.weight * prob[1 + r / p()] * (same - prob[1 + k / p()]) * x[r % p()] * x[k % p()];
          }
        }
      }
      const Numbers move = solve(information, gradient);
      for (std::size_t r = 0; r < q; ++r) utilities_[r] += move[r];
    }
  }

  const Children& children_;
  Numbers earnings_, utilities_;
  Number log_likelihood_ = 0;
};

}  // namespace puente::test
