// Covariance of the estimates of the earnings equation and the utilities together: their moments are stacked, so that standard
// errors of the utilities count that the wage in them is itself estimated (Newey and McFadden 1994, section 6). A sandwich
// A⁻¹ S A⁻ᵀ, with S of children, of households, or of the survey's design. Collective; the same bits for any layout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/behaviour/earnings.hpp"
#include "engine/behaviour/taste_logit.hpp"

namespace puente {

enum class CovarianceKind : std::uint8_t {
  robust,      ///< children are independent: n/(n − 1) Σ g g'
  household,   ///< siblings are not: the same over households
  design,      ///< clusters within strata: Σ_h n_h/(n_h − 1) Σ (t − t̄)(t − t̄)'
};

struct StackedFit {
  const ChildTable* table = nullptr;
  const Design* design = nullptr;        ///< of the utilities
  const LogitFit* logit = nullptr;
  const EarningsFit* earnings = nullptr; ///< null: none, or the wage is given
  const EarningsData* earnings_data = nullptr;
  std::optional<std::size_t> fitted_wage;  ///< covariate of the utilities that is the fitted wage
  std::optional<double> taste;           ///< standard deviation of what siblings share, estimated with the utilities
};

struct StackedCovariance {
  DenseMatrix matrix;                    ///< of the earnings' coefficients, then the utilities', standardised, then the taste's
  std::int64_t clusters = 0, strata = 0; ///< 0: not asked for
  std::int64_t lonely = 0;               ///< strata with a single unit, which is centred at the mean of all (0) instead of its own
};

/// The inverse of −∂(Σ g)/∂θ'. Its lower left corner is what the earnings' scores do to the utilities' estimates.
DenseMatrix stacked_bread(const StackedFit& fit, Exchange& exchange, Team& team);

StackedCovariance stacked_covariance(const StackedFit& fit, CovarianceKind kind, Exchange& exchange, Team& team);

}  // namespace puente
