// Children in rows, as one reads them, and as the table that estimation takes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/behaviour/estimate.hpp"
#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"

namespace puente::test {

struct Child {
  double weight = 1;
  int state = 0;
  double income = 0, earnings = 0;      ///< without the child's earnings; of the child, 0: none
  std::vector<double> x, z;             ///< covariates of the utilities and of earnings, without the constant
  std::int64_t household = 0;
  double stratum = 0, psu = 0;
};

struct Children {
  std::vector<Child> rows;              ///< those of one household together
  std::size_t alternatives = 3;
  bool earnings = false;                ///< an earnings equation
  std::vector<std::string> names;       ///< of x; empty: x0, x1, …

  EstimationPlan plan() const;
  ChildTable table() const;
};

/// Columns: weight, income, earnings, attending, then x, then z.
inline EstimationPlan Children::plan() const {
  EstimationPlan plan;
  plan.alternatives = alternatives == 3 ? std::vector<std::string>{"out of school", "school and work", "school only"} : std::vector<std::string>{"out of school", "school"};
  plan.covariates = {{"constant", Regressor::constant, -1, "1"}};
  const std::size_t nx = rows.front().x.size(), nz = rows.front().z.size();
  for (std::size_t k = 0; k < nx; ++k) plan.covariates.push_back({names.empty() ? "x" + std::to_string(k) : names[k], 4 + k, -1, ""});
  plan.income = 1;
  if (!earnings) return plan;
  EarningsData equation{2, {{"constant", Regressor::constant, -1, "1"}, {"attending", 3, -1, ""}}, true};
  for (std::size_t k = 0; k < nz; ++k) equation.covariates.push_back({"z" + std::to_string(k), 4 + nx + k, -1, ""});
  plan.earnings = equation;
  return plan;
}

inline ChildTable Children::table() const {
  ChildTable table;
  table.alternatives = alternatives;
  table.columns = 4 + rows.front().x.size() + rows.front().z.size();
  constexpr std::size_t per_chunk = 1000;
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t last = std::min(first + per_chunk, rows.size());
    while (last < rows.size() && rows[last].household == rows[last - 1].household) ++last;
    ChildChunk& chunk = table.chunks.emplace_back();
    std::vector<std::vector<double>> columns(table.columns);
    for (std::size_t i = first; i < last; ++i) {
      const Child& child = rows[i];
      std::vector<double> values = {child.weight, child.income, child.earnings, child.state > 0 ? 1.0 : 0.0};
      values.insert(values.end(), child.x.begin(), child.x.end());
      values.insert(values.end(), child.z.begin(), child.z.end());
      for (std::size_t c = 0; c < values.size(); ++c) columns[c].push_back(values[c]);
      chunk.state.push_back(static_cast<std::uint8_t>(child.state));
      table.sampling_units.push_back({child.stratum, child.psu});
      if (i + 1 == last || rows[i + 1].household != child.household)
        chunk.households.push_back({child.household, static_cast<std::uint32_t>(chunk.state.size()), child.stratum, child.psu});
    }
    chunk.n = chunk.state.size();
    for (auto& column : columns) chunk.columns.emplace_back(std::move(column));
    first = last;
  }
  std::sort(table.sampling_units.begin(), table.sampling_units.end());
  table.sampling_units.erase(std::unique(table.sampling_units.begin(), table.sampling_units.end()), table.sampling_units.end());
  return table;
}

/// Keyed draws, one after another.
class Draws {
 public:
  explicit Draws(const char* name) : key_(purpose_key(1, name)) {}
  double uniform() { return uniform_of_bits(draw_bits(key_, {next_++, 0, 0, 0})); }
  double normal() { return inverse_normal_cdf(uniform()); }
  double gumbel() { return -std::log(-std::log(uniform())); }

 private:
  std::uint64_t key_;
  std::int64_t next_ = 0;
};

/// Children who choose by known parameters: alpha, K, M, D; γ of a constant and two covariates; earnings of two covariates.
struct Truth {
  double alpha[3] = {-0.2, 0.5, 0.9}, m = 0.75, d = 0.7, sigma = 0.4;
  double taste = 0;                     ///< standard deviation of what siblings share
  std::size_t siblings = 2;
  bool household_weights = false;       ///< siblings have one weight, as in a survey
  double gamma[3][3] = {{0, 0, 0}, {-0.9, 0.4, -0.3}, {0.2, -0.5, 0.6}};  ///< [alternative][covariate]
  double delta[3] = {-0.3, 0.4, 0.2};

  Children draw(std::size_t n, const char* name) const {
    Children all;
    all.earnings = true;
    Draws draws(name);
    double stratum = 0, psu = 0, shared = 0, weight = 0;
    for (std::size_t i = 0; i < n; ++i) {
      Child child;
      child.household = static_cast<std::int64_t>(i / siblings);
      if (i % siblings == 0) {
        psu = std::floor(60 * draws.uniform());
        stratum = std::floor(psu / 10);
        if (taste > 0) shared = taste * draws.normal();
        if (household_weights) weight = 0.5 + draws.uniform();
      }
      child.psu = psu;
      child.stratum = stratum;
      child.weight = household_weights ? weight : 0.5 + draws.uniform();
      child.income = std::exp(0.3 * draws.normal());
      child.x = {draws.normal(), draws.uniform() < 0.4 ? 1.0 : 0.0};
      child.z = {draws.normal(), child.x[1]};
      const double systematic = std::exp(delta[0] + delta[1] * child.z[0] + delta[2] * child.z[1]);
      const double share[3] = {1, m, d};
      double best = -1e300;
      for (int j = 0; j < 3; ++j) {
        const double utility = gamma[j][0] + gamma[j][1] * child.x[0] + gamma[j][2] * child.x[1] + alpha[j] * (child.income + share[j] * systematic) + (j > 0 ? shared : 0) + draws.gumbel();
        if (utility > best) {
          best = utility;
          child.state = j;
        }
      }
      const double earned = systematic * std::exp(sigma * draws.normal());
      if (child.state < 2 && (child.state == 1 || draws.uniform() < 0.6)) child.earnings = child.state == 1 ? m * earned : earned;
      all.rows.push_back(child);
    }
    return all;
  }
};

}  // namespace puente::test
