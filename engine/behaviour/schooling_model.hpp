// What is known of how a child of school age chooses between school and work (Bourguignon, Ferreira and Leite 2003), as
// plain values: estimated by `puente estimate`, or typed with a source. Utility of alternative j for child i, v Gumbel:
//   U_j = Z_i γ_j + α_j (Y_-i + y_ij) + v_ij,   y_i0 = K w_i, y_i1 = M K w_i, y_i2 = D K w_i
// with Y_-i the household's income without the child's earnings and w_i what the child can earn. Data tell differences
// against the first alternative only: g_j = γ_j - γ_0, a_j = α_j - α_0, b_j = β_j - β_0 with β = (α_0 K, α_1 M K, α_2 D K).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/error.hpp"
#include "engine/core/units.hpp"
#include "engine/rules/rules.hpp"

namespace puente {

/// A covariate and its coefficients: one for each alternative but the first (utilities), or one (earnings).
struct Covariate {
  std::string name;                     ///< "constant", "age", "area=rural"
  rules::Text value;                    ///< of the child, a number or a condition
  std::vector<double> coefficients;
  std::vector<double> standard_errors;  ///< as many; empty: not known
};

/// ln w = X δ + m·attends + u, u normal: what a child can earn in the market, money a period.
struct EarningsEquation {
  std::vector<Covariate> covariates;    ///< the constant among them
  double attending = 0;                 ///< m: M = exp(m)
  double attending_se = 0;
  double sigma = 0;                     ///< standard deviation of u
};

/// What the differences mean, once the scale K of a child's whole contribution to its market earnings is chosen.
struct SchoolingStructure {
  double k = 1;
  double m = 1;                         ///< [0, 1) earnings of those who also attend, over those who do not
  double d = 0;                         ///< work at home of those who only attend, over the same
  std::vector<double> alpha;            ///< of income, one an alternative; utility per unit of money
};

/// Of the utilities' coefficients, an alternative at a time, then of household_taste, then of the equation of earnings; for draws
/// of them (coefficients.hpp).
struct SchoolingCovariance {
  std::vector<std::string> names;            ///< "school only: age", "earnings: attending"
  std::vector<std::vector<double>> matrix;
};

/// Of a model that is typed: what is thought possible of it, with its own value within.
struct SchoolingRange {
  double value = 1, low = 1, high = 1;
};

/// Before the names of coefficients of the equation of earnings.
inline const std::string earnings_prefix = "earnings: ";

struct SchoolingModel {
  std::string title, source, status;    ///< status: estimated, published, derived, assumed
  std::vector<std::string> alternatives;  ///< two: not attending, attending; or three: not attending, attending and working, attending only
  Unit income_unit;                     ///< of Y and w: money a period of the household
  std::vector<Covariate> covariates;    ///< of utilities, the constant among them; neither income nor wage
  std::vector<double> income, income_se;  ///< a_j, j > 0
  std::vector<double> wage, wage_se;    ///< b_j, j > 0; empty: no wage in the utilities
  std::optional<EarningsEquation> earnings;
  SchoolingStructure structure;
  std::vector<double> alpha_se;         ///< of structure.alpha; 0: given, not estimated; empty: not known
  std::optional<SchoolingCovariance> covariance;
  std::optional<SchoolingRange> income_times;       ///< draws multiply the coefficients of income by it; value 1
  std::optional<SchoolingRange> first_alpha_share;  ///< [0, 1) α of the first alternative over that of the second
  double household_taste = 0;           ///< standard deviation of what siblings share (in the utility of attending)
  double household_taste_se = 0;        ///< 0: not estimated
  double working_when_out = 0;          ///< [0, 1] share of those out of school who earn in the market
  Place place;

  bool three_states() const { return alternatives.size() == 3; }
};

}  // namespace puente
