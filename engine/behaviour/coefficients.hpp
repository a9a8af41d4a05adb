// The numbers of a schooling model that data estimate, as one list: what a draw of the model draws. Pure.
//
// Of each alternative but the first: covariates, income, wage. Then household_taste, where there is one; then the earnings
// equation: covariates, attending; then α of the first alternative, where the file gives it with a standard error and nothing
// else tells it; then what the file gives a range of. Names are those of the file's [covariance] and [ranges].
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/behaviour/schooling_model.hpp"

namespace puente {

struct SchoolingCoefficient {
  enum class Bound : std::uint8_t { none, not_negative, not_positive };
  std::string name;                ///< "school only: age", "earnings: attending"
  double value = 0;
  double se = 0;                   ///< 0: not known, or certain
  std::optional<SchoolingRange> range;  ///< what a typed model gives instead
  Bound bound = Bound::none;       ///< of what a draw may be: a taste is not negative; ln M is not positive where α are divided by 1 − M
};

/// In the order above.
std::vector<SchoolingCoefficient> coefficients_of(const SchoolingModel& model);

/// Variances and covariances of coefficients_of(model), row by row: the file's where it names them, else the square of the
/// standard error and 0 beside it. Throws Error (bad_input) where the file names what the model has not.
std::vector<double> covariance_of_coefficients(const SchoolingModel& model);

/// The model with other coefficients, in the order of coefficients_of. What the file's numbers say follows from them moves with
/// them, K (and D of two states) held: α by EVIDENCE B.1 (5) where that gives the file's own α, else the first α stays (or its share
/// of the second, where the file gives a range of that) and the others are it plus a_j; M = e^attending where that gives the file's
/// own M.
SchoolingModel with_coefficients(const SchoolingModel& model, std::span<const double> values);

}  // namespace puente
