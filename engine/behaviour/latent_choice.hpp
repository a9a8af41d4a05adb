// A choice among alternatives by utility U_j = V_j + v_j, v Gumbel, for children whose choice is seen (EVIDENCE B.1). What
// is not seen is drawn given the choice, exactly and without rejection: the maximum U* = ln Σ e^V − ln(−ln u_0) does not
// depend on who attains it, and U_j = V_j − ln(e^(V_j − U*) − ln u_j) for the others. A policy then changes V alone.
// Only utilities less that of the choice seen matter. Those are the gaps: 0 for the choice, not above 0 for the others.
// Columns of n children, one an alternative. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace puente {

constexpr std::size_t most_alternatives = 3;

/// A column an alternative; those that a model does not have are null.
using AlternativeColumns = std::array<const double*, most_alternatives>;

/// What is drawn of one child.
struct LatentDraw {
  std::array<double, most_alternatives> gap{};  ///< U_j − U_k
  double top = 0;                               ///< U_k − V_k: the residual of the choice
};

/// v: utilities; k: the choice seen; u: uniforms in (0, 1), one for the maximum and one for each alternative but k, in order.
LatentDraw draw_latent(std::span<const double> v, std::size_t k, std::span<const double> u);

/// The alternative of the largest gap + change. The one seen is kept unless another is strictly above it.
void choose(const AlternativeColumns& gap, const AlternativeColumns& change, std::span<const std::uint8_t> seen, std::size_t alternatives,
            std::uint8_t* chosen);

/// What siblings share in the utility of attending: normal with standard deviation `sd`, drawn given the choices seen, by
/// inversion of its distribution on a grid with one uniform. Immutable.
class SharedTaste {
 public:
  explicit SharedTaste(double sd);
  /// `advantage`: of each sibling, ln Σ_{j>0} e^V_j − V_0 without the taste; `attends`: whether it is seen to.
  double draw(std::span<const double> advantage, std::span<const std::uint8_t> attends, double uniform) const;

 private:
  static constexpr std::size_t steps = 192;
  using Grid = std::array<double, steps>;
  void densities(std::span<const double> advantage, std::span<const std::uint8_t> attends, Grid& density) const;
  void densities_by_logs(std::span<const double> advantage, std::span<const std::uint8_t> attends, Grid& density) const;

  double sd_;
  Grid normal_{}, lift_{}, drop_{};  ///< at each step: density, e^taste, e^−taste
};

}  // namespace puente
