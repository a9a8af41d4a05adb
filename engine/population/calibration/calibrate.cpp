#include "engine/population/calibration/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/core/error.hpp"
#include "engine/population/calibration/independent.hpp"
#include "engine/population/synthesis/linear.hpp"
#include "engine/population/synthesis/weights.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

namespace {

constexpr int most_steps = 300, steps_without_gain = 30, most_halvings = 60;
constexpr double good_enough = 1e-13;  ///< a miss that rounding makes
constexpr double ridge = 1e-9;         ///< of the survey's own curvature: keeps steps finite where all weights are at a bound

/// A published total and its margin.
struct Target {
  const Margin* margin;
  const MarginTotal* one;
  std::string name() const { return "'" + one->label + "' of margin '" + margin->name + "'"; }
  std::string asks() const { return total_text(one->total) + " " + counted_as(margin->counted); }
};

/// What one walk over the households finds.
struct Sums {
  std::vector<double> reached;
  Matrix curvature{0};
};

class Solver {
 public:
  Solver(const Margins& margins, const SurveyCounts& counts, Team& team);
  Calibration solve();

 private:
  Sums walk(const std::vector<double>& multipliers) const;
  void add_block(const CountBlock& block, const std::vector<double>& multipliers, std::vector<ExactSum>& sums) const;
  double ratio_of(std::span<const Count> counts, const std::vector<double>& multipliers, double* derivative) const;
  double miss(std::size_t i, const Sums& sums) const;
  std::size_t worst(const Sums& sums) const;
  double slope(const std::vector<double>& direction, const Sums& sums) const;
  std::vector<double> direction(const Sums& now) const;
  bool advance(std::vector<double>& multipliers, Sums& now) const;
  void require_room(const Sums& own) const;
  void require_consistent() const;
  void require_met(const Sums& sums) const;
  Calibration result(const std::vector<double>& multipliers) const;
  [[noreturn]] void fail(const Target& target, const std::string& message) const;

  const SurveyCounts& counts_;
  Team& team_;
  WeightFunction function_;
  std::vector<Target> targets_;
  Sums own_;                ///< with the survey's own weights
  Independence independent_;
};

Solver::Solver(const Margins& margins, const SurveyCounts& counts, Team& team)
    : counts_(counts), team_(team), function_{margins.least, margins.most} {
  for (const Margin& margin : margins.margins)
    for (const MarginTotal& one : margin.totals) targets_.push_back({&margin, &one});
}

void Solver::fail(const Target& target, const std::string& message) const {
  Diagnostics mistake;
  mistake.add(target.one->at.error(0, message));
  mistake.throw_if_errors();
  throw bad_input(message);
}

double Solver::ratio_of(std::span<const Count> counts, const std::vector<double>& multipliers, double* derivative) const {
  double u = 0;
  for (const Count& count : counts) u += multipliers[static_cast<std::size_t>(count.total)] * count.number;
  return function_.ratio(u, derivative);
}

/// Sums: the totals, then the upper half of the curvature, row by row.
void Solver::add_block(const CountBlock& block, const std::vector<double>& multipliers, std::vector<ExactSum>& sums) const {
  const std::size_t n = targets_.size();
  for (std::size_t h = 0; h < block.weight.size(); ++h) {
    const std::span<const Count> counts = block.of(h);
    if (counts.empty()) continue;
    double derivative = 0;
    const double weight = block.weight[h] * ratio_of(counts, multipliers, &derivative);
    const double curvature = block.weight[h] * derivative;
    for (std::size_t a = 0; a < counts.size(); ++a) {
      const auto i = static_cast<std::size_t>(counts[a].total);
      sums[i].add(weight * counts[a].number);
      ExactSum* row = sums.data() + n + i * n - i * (i + 1) / 2;
      for (std::size_t b = a; b < counts.size(); ++b) row[counts[b].total].add(curvature * counts[a].number * counts[b].number);
    }
  }
}

Sums Solver::walk(const std::vector<double>& multipliers) const {
  const std::size_t n = targets_.size();
  std::vector<std::vector<ExactSum>> found(static_cast<std::size_t>(team_.threads()), std::vector<ExactSum>(n + n * (n + 1) / 2));
  team_.for_each(counts_.blocks.size(), [&](std::size_t i, int thread) {
    add_block(counts_.blocks[i], multipliers, found[static_cast<std::size_t>(thread)]);
  });
  for (std::size_t t = 1; t < found.size(); ++t)
    for (std::size_t i = 0; i < found[t].size(); ++i) found[0][i].merge(found[t][i]);
  Sums sums{{}, Matrix(n)};
  const ExactSum* next = found[0].data();
  for (std::size_t i = 0; i < n; ++i) sums.reached.push_back((next++)->value());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) sums.curvature(i, j) = sums.curvature(j, i) = (next++)->value();
  return sums;
}

/// A total of nobody is met by a survey that has nobody there.
double Solver::miss(std::size_t i, const Sums& sums) const {
  const double away = std::abs(sums.reached[i] - targets_[i].one->total);
  return away > 0 ? away / targets_[i].one->total : away;
}

std::size_t Solver::worst(const Sums& sums) const {
  std::size_t worst = 0;
  for (std::size_t i = 1; i < targets_.size(); ++i)
    if (miss(i, sums) > miss(worst, sums)) worst = i;
  return worst;
}

/// Of the dual along a direction. The dual is convex: below zero, its minimum lies ahead.
double Solver::slope(const std::vector<double>& direction, const Sums& sums) const {
  double slope = 0;
  for (std::size_t i = 0; i < direction.size(); ++i) slope += direction[i] * (sums.reached[i] - targets_[i].one->total);
  return slope;
}

std::vector<double> Solver::direction(const Sums& now) const {
  const std::vector<std::size_t>& kept = independent_.kept();
  Matrix matrix(kept.size());
  Matrix own = own_.curvature, curvature = now.curvature;
  std::vector<double> right;
  for (std::size_t a = 0; a < kept.size(); ++a) {
    right.push_back(targets_[kept[a]].one->total - now.reached[kept[a]]);
    for (std::size_t b = 0; b < kept.size(); ++b) matrix(a, b) = curvature(kept[a], kept[b]);
    matrix(a, a) += ridge * own(kept[a], kept[a]);
  }
  if (!solve_symmetric(matrix, right)) return {};
  std::vector<double> all(targets_.size());
  for (std::size_t a = 0; a < kept.size(); ++a) all[kept[a]] = right[a];
  return all;
}

/// One damped step; false when there is none that does not overshoot.
bool Solver::advance(std::vector<double>& multipliers, Sums& now) const {
  const std::vector<double> step = direction(now);
  if (step.empty()) return false;
  const double limit = -slope(step, now) / 2;
  double length = 1;
  for (int halving = 0; halving < most_halvings; ++halving, length /= 2) {
    std::vector<double> tried = multipliers;
    for (std::size_t i = 0; i < tried.size(); ++i) tried[i] += length * step[i];
    Sums there = walk(tried);
    if (!(slope(step, there) <= limit)) continue;
    multipliers = std::move(tried);
    now = std::move(there);
    return true;
  }
  return false;
}

/// What no weights within the bounds can reach, whatever the other margins say.
void Solver::require_room(const Sums& own) const {
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const Target& target = targets_[i];
    if (target.one->total == 0 && own.reached[i] == 0) continue;
    const double ratio = target.one->total / own.reached[i];
    if (ratio > function_.least && ratio < function_.most) continue;
    fail(target, target.name() + " asks for " + target.asks() + ", but the survey's own weights give " + total_text(own.reached[i]) + ": " +
                     shortest(ratio) + " times as many, outside weight_bounds = [" + shortest(function_.least) + ", " + shortest(function_.most) +
                     "]. Widen the bounds, join the category to another, or bring the survey's weights to the size of the population");
  }
}

/// A total that follows from others in every household must follow from their totals too.
void Solver::require_consistent() const {
  for (const Independence::Dependent& dependent : independent_.dependent()) {
    const Target& target = targets_[dependent.row];
    double implied = 0, scale = target.one->total;
    std::set<std::string> names;
    for (std::size_t a = 0; a < dependent.share.size(); ++a) {
      const Target& other = targets_[independent_.kept()[a]];
      implied += dependent.share[a] * other.one->total;
      scale += std::abs(dependent.share[a]) * other.one->total;
      if (std::abs(dependent.share[a]) > 1e-6) names.insert("'" + other.margin->name + "'");
    }
    if (std::abs(implied - target.one->total) <= 1e-7 * scale) continue;
    std::string margins;
    for (const std::string& name : names) margins += (margins.empty() ? "" : ", ") + name;
    fail(target, target.name() + " asks for " + target.asks() + ", but from the totals of " + margins + " follow " +
                     total_text(std::round(implied * 1000) / 1000) + ": the margins contradict one another");
  }
}

void Solver::require_met(const Sums& sums) const {
  const std::size_t i = worst(sums);
  if (miss(i, sums) <= margins_met_to) return;
  fail(targets_[i], targets_[i].name() + " asks for " + targets_[i].asks() + ", but with the other margins the weights come no nearer than " +
                        shortest(sums.reached[i]) + " within weight_bounds = [" + shortest(function_.least) + ", " + shortest(function_.most) +
                        "]. Widen the bounds, or leave out or join what the survey has too few households for");
}

Calibration Solver::result(const std::vector<double>& multipliers) const {
  Calibration found;
  bool first = true;
  for (const CountBlock& block : counts_.blocks)
    for (std::size_t h = 0; h < block.weight.size(); ++h) {
      const double ratio = block.of(h).empty() ? 1 : ratio_of(block.of(h), multipliers, nullptr);
      found.weight.push_back(block.weight[h] * ratio);
      if (!(block.weight[h] > 0)) continue;
      found.least_ratio = first ? ratio : std::min(found.least_ratio, ratio);
      found.most_ratio = first ? ratio : std::max(found.most_ratio, ratio);
      first = false;
    }
  return found;
}

Calibration Solver::solve() {
  std::vector<double> multipliers(targets_.size());
  own_ = walk(multipliers);
  require_room(own_);
  independent_ = Independence(own_.curvature);
  require_consistent();
  Sums now = own_;
  int steps = 0, last_gain = 0;
  double best = miss(worst(now), now);
  while (best > good_enough && steps < most_steps && steps - last_gain < steps_without_gain && advance(multipliers, now)) {
    ++steps;
    const double reached = miss(worst(now), now);
    if (reached < 0.99 * best) last_gain = steps;
    best = std::min(best, reached);
  }
  require_met(now);
  Calibration found = result(multipliers);
  found.before = own_.reached;
  found.after = now.reached;
  found.steps = steps;
  return found;
}

}  // namespace

Calibration calibrate(const Margins& margins, const SurveyCounts& counts, Team& team) { return Solver(margins, counts, team).solve(); }

}  // namespace puente
