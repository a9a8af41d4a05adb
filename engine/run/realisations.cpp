#include "engine/run/realisations.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "engine/core/error.hpp"

namespace puente {

namespace {

void append_figures(const std::vector<Variable>& variables, bool first, std::vector<Series>& series) {
  std::size_t next = 0;
  for (const Variable& variable : variables) {
    if (variable.dimensions.empty() || variable.dimensions.front() != "scenario") continue;
    if (first) series.push_back({variable.name, variable.values.size(), {}});
    expect(next < series.size() && series[next].name == variable.name && series[next].figures == variable.values.size(),
           "every realisation has the same figures");
    series[next].values.insert(series[next].values.end(), variable.values.begin(), variable.values.end());
    ++next;
  }
}

/// The smallest of n values in order whose share of them is at least p.
double quantile(const std::vector<double>& sorted, double p) {
  const double n = static_cast<double>(sorted.size());
  const double place = std::ceil(p * n - 1e-9);
  return sorted[static_cast<std::size_t>(std::clamp(place, 1.0, n)) - 1];
}

void append_series(std::vector<Series>& all, const std::vector<Series>& more) {
  bool same = all.size() == more.size();
  for (Series& series : all) {
    const Series* next = find_series(more, series.name);
    same = same && next != nullptr && next->figures == series.figures;
    if (same) series.values.insert(series.values.end(), next->values.begin(), next->values.end());
  }
  if (!same) throw bad_input("the draws hold other figures");
}

/// Standard error of the mean of values of which clusters, and not all values, are independent; missing values are left out.
double clustered_error(const std::vector<double>& values, std::size_t cluster) {
  double sum = 0, count = 0, clusters = 0, squares = 0;
  for (const double v : values)
    if (std::isfinite(v)) sum += v, ++count;
  const double mean = sum / count;
  for (std::size_t first = 0; first < values.size(); first += cluster) {
    double distance = 0, in_cluster = 0;
    for (std::size_t r = first; r < std::min(first + cluster, values.size()); ++r)
      if (std::isfinite(values[r])) distance += values[r] - mean, ++in_cluster;
    squares += distance * distance;
    clusters += in_cluster > 0;
  }
  return clusters < 2 ? NAN : std::sqrt(clusters / (clusters - 1) * squares) / count;
}

}  // namespace

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b)); }

const Series* find_series(const std::vector<Series>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Series& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void Realisations::append(const Realisations& more) {
  if (count_ == 0) {
    *this = more;
    return;
  }
  append_series(variables_, more.variables_);
  append_series(differences_, more.differences_);
  count_ += more.count_;
}

void Realisations::add(const Results& results) {
  append_figures(results.variables, count_ == 0, variables_);
  append_figures(results.differences, count_ == 0, differences_);
  ++count_;
}

void gather(const Series& series, std::size_t i, std::size_t count, std::vector<double>& values) {
  values.resize(count);
  for (std::size_t r = 0; r < count; ++r) values[r] = series.values[r * series.figures + i];
}

Spread spread_of(std::vector<double>& values, double level, std::size_t cluster) {
  const double clustered = cluster > 1 ? clustered_error(values, cluster) : NAN;
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  Spread spread;
  spread.count = values.size();
  if (values.size() < 2) {
    spread.mean = spread.se = spread.lower = spread.upper = spread.mean_error = NAN;
    return spread;
  }
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size()), origin = values[values.size() / 2];
  double sum = 0, squares = 0;
  for (const double v : values) sum += v - origin;
  const double shift = sum / n;
  for (const double v : values) squares += (v - origin - shift) * (v - origin - shift);
  spread.mean = origin + shift;
  spread.se = std::sqrt(squares / (n - 1));
  spread.lower = quantile(values, (1 - level) / 2);
  spread.upper = quantile(values, (1 + level) / 2);
  spread.mean_error = cluster > 1 ? clustered : spread.se / std::sqrt(n);
  return spread;
}

}  // namespace puente
