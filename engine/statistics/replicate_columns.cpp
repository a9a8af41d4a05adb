#include "engine/statistics/replicate_columns.hpp"

#include <cmath>
#include <string>

#include "engine/core/error.hpp"

namespace puente {

namespace {

void check_number(std::size_t replicates) {
  if (replicates < 2) throw bad_input(std::to_string(replicates) + " columns of replicate weights: a variance needs two at least");
}

double scale_of(ReplicateKind kind, double n, double fay) {
  switch (kind) {
    case ReplicateKind::bootstrap: return 1 / (n - 1);
    case ReplicateKind::brr: return 1 / n;
    case ReplicateKind::fay: return 1 / (n * (1 - fay) * (1 - fay));
    case ReplicateKind::jk1: return (n - 1) / n;
    case ReplicateKind::jk2:
    case ReplicateKind::jkn: return 1;
    case ReplicateKind::successive_difference: return 4 / n;
  }
  fail_expectation("a kind of replicates", __FILE__, __LINE__);
}

/// What is left of a column once what it shares with these, orthonormal, is taken out; twice, for what rounding leaves.
double take_out(const std::vector<std::vector<double>>& basis, std::vector<double>& column) {
  const auto product = [&](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  for (int pass = 0; pass < 2; ++pass)
    for (const std::vector<double>& direction : basis) {
      const double along = product(direction, column);
      for (std::size_t i = 0; i < column.size(); ++i) column[i] -= along * direction[i];
    }
  return std::sqrt(product(column, column));
}

}  // namespace

std::size_t replicate_rank(std::span<const std::vector<double>> replicates) {
  std::vector<std::vector<double>> basis;
  for (std::vector<double> column : replicates) {
    const double before = take_out({}, column), after = take_out(basis, column);
    if (!(after > 1e-5 * before)) continue;
    for (double& x : column) x /= after;
    basis.push_back(std::move(column));
  }
  return basis.size();
}

ReplicateScale replicate_scale(ReplicateKind kind, std::size_t replicates, double fay, std::span<const double> rscales) {
  check_number(replicates);
  if (kind == ReplicateKind::fay && !(fay >= 0 && fay < 1))
    throw bad_input("Fay's factor is " + shortest(fay) + "; it lies from 0 (plain BRR) to below 1");
  if (kind == ReplicateKind::jkn && rscales.size() != replicates)
    throw bad_input("a stratified jackknife of " + std::to_string(replicates) + " replicates has " + std::to_string(rscales.size()) +
                    " rscales: give (n - 1)/n of its stratum's PSUs for each replicate");
  expect(rscales.empty() || kind == ReplicateKind::jkn, "rscales belong to the stratified jackknife");
  ReplicateScale scale{scale_of(kind, static_cast<double>(replicates), fay), {rscales.begin(), rscales.end()}};
  if (rscales.empty()) scale.rscales.assign(replicates, 1.0);
  return scale;
}

void check_replicate_weights(std::span<const double> weight, std::span<const std::span<const double>> replicates,
                             std::span<const std::int64_t> household) {
  check_number(replicates.size());
  const auto at = [&](std::size_t i) { return "household " + std::to_string(household[i]); };
  std::vector<bool> covered(weight.size());
  for (std::size_t r = 0; r < replicates.size(); ++r) {
    expect(replicates[r].size() == weight.size(), "a replicate weight for every record");
    for (std::size_t i = 0; i < weight.size(); ++i) {
      if (weight[i] == 0 && replicates[r][i] > 0)
        throw bad_input(at(i) + " has weight 0 in the survey and " + shortest(replicates[r][i]) + " in replicate " + std::to_string(r + 1) +
                        ": who does not count may not count in a replicate");
      if (!(weight[i] > 0)) continue;
      if (!(std::isfinite(replicates[r][i]) && replicates[r][i] >= 0))
        throw bad_input(at(i) + " has no weight in replicate " + std::to_string(r + 1) + " (" + shortest(replicates[r][i]) +
                        "): every household of the survey needs one, 0 where the replicate leaves it out");
      covered[i] = covered[i] || replicates[r][i] > 0;
    }
  }
  for (std::size_t i = 0; i < weight.size(); ++i)
    if (weight[i] > 0 && !covered[i])
      throw bad_input(at(i) + " has weight 0 in all " + std::to_string(replicates.size()) +
                      " replicates: they miss it; take it out of the survey or find its replicate weights");
}

}  // namespace puente
