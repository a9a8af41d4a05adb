// Which share of a figure's variance each uncertain factor explains alone (first-order index), and with all it does together with
// others (total index); both with their Monte Carlo error. Pure computation; an object is for one thread at a time.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/uncertainty/factor_space.hpp"

namespace puente {

/// Variance shares need so many draws, and `saltelli` so many rows of draws, at the least.
constexpr std::size_t fewest_draws = 50, fewest_rows = 20;

/// A share of variance; by chance it can lie a little outside [0, 1]. Missing where the figure does not vary.
struct SensitivityIndex {
  double value = NAN;
  double error = NAN;  ///< Monte Carlo standard error
};

/// Whether draws are independent of one another from factor to factor, or evenly spread over several at once (`sobol`).
enum class DrawKind : std::uint8_t { independent, even };

/// First-order indices from draws of any design but `saltelli`: 1 - (1 - R²)(n - 1)/(n - p), where R² is what p-dimensional
/// functions of the factor explain of n draws (factor_space.hpp). The correction takes out what chance explains (Ezekiel 1930; for means
/// of bins it is Kelley's 1935 correlation ratio). Evenly spread draws let chance explain less, and how much depends on the model: half
/// of the correction is made, and half counted as an error. Monte Carlo error: jackknife over 20 blocks of draws, less the part of the
/// variance it counts twice (Efron and Stein 1981, Annals of Statistics 9): that of a quadratic form, 2(p - 1)(1 - S)² / ((n - p)(n + 1)).
/// It is that of independent draws, and too large for evenly spread ones.
class FirstOrderIndices {
 public:
  /// Values by factor, parameter of it and draw.
  using Factors = std::vector<std::vector<std::vector<double>>>;
  FirstOrderIndices(Factors factors, DrawKind kind);
  std::size_t factors() const { return factors_.size(); }
  /// Whether there are enough draws for a factor; of few draws a large correlated group has no index.
  bool known(std::size_t factor) const { return all_.spaces[factor] != nullptr; }
  /// One value a draw. Draws in which it is missing are left out; with fewer than `fewest_draws` others there is no index.
  void of(std::span<const double> figure, std::span<SensitivityIndex> indices);

 private:
  using Spaces = std::vector<std::unique_ptr<FactorSpace>>;
  struct Set {
    std::vector<std::size_t> draws, blocks;
    Spaces spaces;
  };
  Set set_of(std::vector<std::size_t> draws) const;

  Factors factors_;
  DrawKind kind_;
  Set all_;
  Set some_;  ///< of the last figure that was missing in other draws
};

/// First-order and total indices from rows of a `saltelli` design (draw_design.hpp): mean(B·(AB - A)) / V, about the mean (Saltelli et al. 2010,
/// Computer Physics Communications 181), and mean((A - AB)²) / 2V (Jansen 1999), where V is the variance of A and B. Monte Carlo
/// errors: jackknife over blocks of rows.
class SaltelliIndices {
 public:
  explicit SaltelliIndices(std::size_t factors) : factors_(factors) {}
  /// One value a draw, row after row. Rows in which any is missing are left out; with fewer than `fewest_rows` others there is no index.
  void of(std::span<const double> figure, std::span<SensitivityIndex> first, std::span<SensitivityIndex> total) const;

 private:
  std::size_t factors_;
};

}  // namespace puente
