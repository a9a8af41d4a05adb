#include "engine/statistics/poverty_influence.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Contributions of Σ v g / W.
template <class Function>
Contributions of_mean(const OrderedWelfare& w, const Function& g) {
  const double mean = sum_of(w, g) / w.weight();
  return contributions_of(w, [&](std::size_t i) { return (g(i) - mean) / w.weight(); });
}

/// Adds an estimated line's own error: ∂θ/∂ln z times its contributions.
template <class Slope>
Contributions with_line(Contributions fixed, const InfluenceLine& line, const Slope& slope) {
  if (line.own == nullptr) return fixed;
  const std::pair<double, const Contributions*> parts[] = {{1, &fixed}, {slope(), line.own}};
  return combine(parts);
}

double relative_gap(double y, double z) {
  if (!(y < z)) return 0;
  return z > 0 ? (z - y) / z : missing;
}

/// ∂/∂ln s of Σ v 1[y < s z] at s = 1, by the kernel of influence.hpp.
double poor_by_line(const OrderedWelfare& w, std::span<const double> z) {
  const double h = w.bandwidth();
  const double sum = sum_of(w, [&](std::size_t i) {
    const double u = (z[i] - w.y(i)) / h;
    return z[i] * exp(-0.5 * u * u);
  });
  return sum / (std::sqrt(2 * std::numbers::pi) * h);
}

}  // namespace

Contributions quantile_line(const OrderedWelfare& everyone, double p) {
  const double q = everyone.quantile(p).value;
  Contributions e = quantile_contributions(everyone, p);
  for (double& x : e) x /= q;
  return e;
}

Contributions mean_line(const OrderedWelfare& everyone) {
  Contributions e = mean_contributions(everyone);
  for (double& x : e) x /= everyone.mean();
  return e;
}

Contributions fgt_contributions(const OrderedWelfare& w, const InfluenceLine& line, int alpha) {
  expect(alpha >= 0 && alpha <= 2, "FGT of order 0, 1 or 2");
  const auto gap = [&](std::size_t i) { return relative_gap(w.y(i), line.z[i]); };
  const auto over_weight = [&](double sum) { return sum / w.weight(); };
  if (alpha == 0)
    return with_line(of_mean(w, [&](std::size_t i) { return w.y(i) < line.z[i] ? 1.0 : 0.0; }), line,
                     [&] { return over_weight(poor_by_line(w, line.z)); });
  // ∂/∂ln z of ((z − y)/z)^α is α ((z − y)/z)^(α−1) y/z; at y = z nothing jumps.
  if (alpha == 1)
    return with_line(of_mean(w, gap), line, [&] {
      return over_weight(sum_of(w, [&](std::size_t i) { return w.y(i) < line.z[i] ? 1 - gap(i) : 0.0; }));
    });
  return with_line(of_mean(w, [&](std::size_t i) { return gap(i) * gap(i); }), line,
                   [&] { return over_weight(sum_of(w, [&](std::size_t i) { return 2 * gap(i) * (1 - gap(i)); })); });
}

Contributions watts_contributions(const OrderedWelfare& w, const InfluenceLine& line) {
  const auto counts = [&](std::size_t i) { return w.y(i) < line.z[i] && w.y(i) > 0; };
  return with_line(of_mean(w, [&](std::size_t i) { return counts(i) ? log(line.z[i] / w.y(i)) : 0.0; }), line,
                   [&] { return sum_of(w, [&](std::size_t i) { return counts(i) ? 1.0 : 0.0; }) / w.weight(); });
}

Contributions poor_contributions(const OrderedWelfare& w, const InfluenceLine& line) {
  return with_line(contributions_of(w, [&](std::size_t i) { return w.y(i) < line.z[i] ? 1.0 : 0.0; }), line,
                   [&] { return poor_by_line(w, line.z); });
}

Contributions total_gap_contributions(const OrderedWelfare& w, const InfluenceLine& line) {
  const auto poor = [&](std::size_t i) { return w.y(i) < line.z[i]; };
  return with_line(contributions_of(w, [&](std::size_t i) { return poor(i) ? line.z[i] - w.y(i) : 0.0; }), line,
                   [&] { return sum_of(w, [&](std::size_t i) { return poor(i) ? line.z[i] : 0.0; }); });
}

namespace {

/// A measure's parts: headcount H, mean gap P, a Gini G and their contributions.
struct SenParts {
  double headcount = 0, gap = 0, gini = 0;
  Contributions of_headcount, of_gap, of_gini;
};

SenParts parts_of(const OrderedWelfare& w, std::span<const double> z) {
  SenParts parts;
  parts.headcount = sum_of(w, [&](std::size_t i) { return w.y(i) < z[i] ? 1.0 : 0.0; }) / w.weight();
  parts.gap = sum_of(w, [&](std::size_t i) { return relative_gap(w.y(i), z[i]); }) / w.weight();
  const InfluenceLine line{z, nullptr};
  parts.of_headcount = fgt_contributions(w, line, 0);
  parts.of_gap = fgt_contributions(w, line, 1);
  return parts;
}

/// Where nobody is poor there is nothing to share, and the measure is 0.
SenParts with_gini(SenParts parts, const OrderedWelfare& shared) {
  const bool none = parts.headcount == 0;
  parts.gini = none ? 0 : gini(shared);
  parts.of_gini = none ? Contributions(shared.records(), 0.0) : gini_contributions(shared);
  return parts;
}

SenParts with_gini_of_poor(const OrderedWelfare& w, std::span<const double> z) {
  std::vector<double> y(w.records()), v(w.records(), 0.0);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = w.y(i);
  for (const std::size_t i : w.ascending()) v[i] = w.y(i) < z[i] ? w.v(i) : 0.0;
  SenParts parts = parts_of(w, z);
  return with_gini(std::move(parts), OrderedWelfare(y, v));
}

SenParts with_gini_of_gaps(const OrderedWelfare& w, std::span<const double> z) {
  std::vector<double> gap(w.records(), 0.0), v(w.records(), 0.0);
  for (const std::size_t i : w.ascending()) {
    gap[i] = relative_gap(w.y(i), z[i]);
    v[i] = w.v(i);
  }
  SenParts parts = parts_of(w, z);
  return with_gini(std::move(parts), OrderedWelfare(gap, v));
}

}  // namespace

double sen(const OrderedWelfare& w, std::span<const double> z) {
  const SenParts parts = with_gini_of_poor(w, z);
  return parts.gap + (parts.headcount - parts.gap) * parts.gini;
}

double sen_shorrocks_thon(const OrderedWelfare& w, std::span<const double> z) {
  const SenParts parts = with_gini_of_gaps(w, z);
  return parts.gap * (1 + parts.gini);
}

Contributions sen_contributions(const OrderedWelfare& w, std::span<const double> z) {
  const SenParts parts = with_gini_of_poor(w, z);
  const std::pair<double, const Contributions*> all[] = {
      {1 - parts.gini, &parts.of_gap}, {parts.gini, &parts.of_headcount}, {parts.headcount - parts.gap, &parts.of_gini}};
  return combine(all);
}

Contributions sen_shorrocks_thon_contributions(const OrderedWelfare& w, std::span<const double> z) {
  const SenParts parts = with_gini_of_gaps(w, z);
  const std::pair<double, const Contributions*> all[] = {{1 + parts.gini, &parts.of_gap}, {parts.gap, &parts.of_gini}};
  return combine(all);
}

}  // namespace puente
