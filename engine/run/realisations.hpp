// What varies between realisations of a run (draws of its parameters, replicates of its sample or of its unit draws): every
// figure of every realisation, and the spread of each. Figures are those of variables over scenarios, and their
// differences. Plain values; not thread-safe while being filled.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/run/results.hpp"

namespace puente {

/// Every realisation of one variable: values[r * figures + i].
struct Series {
  std::string name;
  std::size_t figures = 0;
  std::vector<double> values;
};

/// Equal to the last bit, or both missing.
bool same_bits(double a, double b);

/// Null where there is none of this name.
const Series* find_series(const std::vector<Series>& all, const std::string& name);

class Realisations {
 public:
  Realisations() = default;
  Realisations(std::size_t count, std::vector<Series> variables, std::vector<Series> differences)
      : count_(count), variables_(std::move(variables)), differences_(std::move(differences)) {}

  /// Takes the realisation's variables over scenarios; all have the same figures.
  void add(const Results& results);
  /// Those that follow. Throws Error (bad_input) where they have other figures.
  void append(const Realisations& more);
  std::size_t count() const { return count_; }
  const std::vector<Series>& variables() const { return variables_; }
  const std::vector<Series>& differences() const { return differences_; }
  const Series* variable(const std::string& name) const { return find_series(variables_, name); }
  const Series* difference(const std::string& name) const { return find_series(differences_, name); }

 private:
  std::size_t count_ = 0;
  std::vector<Series> variables_, differences_;
};

/// How one figure spreads over realisations; those in which it is missing are left out.
struct Spread {
  std::size_t count = 0;          ///< realisations in which it is there
  double mean = 0, se = 0;        ///< of them; se: their standard deviation, over count - 1
  double lower = 0, upper = 0;    ///< quantiles at (1 ∓ level) / 2, the smallest value whose share is reached
  double mean_error = 0;          ///< Monte Carlo standard error of the mean: se / √count, or from sums of clusters
};

/// `values` is put in order. Missing with fewer than two values. Of `cluster` values each, side by side, only clusters are
/// independent of one another: the error of the mean is then that of a sample of clusters (Cochran 1977, ch. 9), missing with fewer than two.
Spread spread_of(std::vector<double>& values, double level, std::size_t cluster = 1);

/// The realisations of figure i of a series.
void gather(const Series& series, std::size_t i, std::size_t count, std::vector<double>& values);

}  // namespace puente
