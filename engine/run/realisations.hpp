// What varies between realisations of a run (draws of its parameters, replicates of its sample or of its unit draws): every
// figure of every realisation, and the spread of each. Figures are those of variables over scenarios, and their
// differences. Plain values; not thread-safe while being filled.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/run/results.hpp"

namespace puente {

/// Every realisation of one variable: values[r * figures + i].
struct Series {
  std::string name;
  std::size_t figures = 0;
  std::vector<double> values;
};

class Realisations {
 public:
  /// Takes the realisation's variables over scenarios; all have the same figures.
  void add(const Results& results);
  std::size_t count() const { return count_; }
  const std::vector<Series>& variables() const { return variables_; }
  const std::vector<Series>& differences() const { return differences_; }
  const Series* variable(const std::string& name) const;
  const Series* difference(const std::string& name) const;

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
