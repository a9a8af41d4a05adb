// One published finding and what a simulation says of it. A finding that was typed in, solved for or follows from such ones
// must close: it proves that the scenario holds what it says, and nothing more. Only what is predicted, or held out of
// profile and scenario, is validation; a wrong prediction is a result, not an error. Plain values, pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/run/formula.hpp"

namespace puente {

enum class FindingForm : std::uint8_t { point, level, at_least, at_most, range, sign, null, contradictory };
enum class FindingRole : std::uint8_t { input, calibrated, implied, predicted, held_out, not_identified, not_modelled_yet };

enum class Verdict : std::uint8_t {
  closes, does_not_close,
  predicted_inside, predicted_outside,
  sign_agrees, sign_differs,
  null_agrees, null_differs,
  not_comparable, not_modelled_yet, contradictory,
};

const std::vector<std::string>& names_of_forms();
const std::vector<std::string>& names_of_roles();
const char* name_of(Verdict verdict);

struct Finding {
  std::string id, outcome, arm, comparison, unit, place, note;
  FindingForm form = FindingForm::point;
  FindingRole role = FindingRole::predicted;
  double low = 0, high = 0;           ///< the value, or the limits of a range
  int sign = 0;                       ///< +1 or -1 of a sign
  double tolerance = 0;               ///< half a unit of the last place as printed, or as given
  std::vector<std::string> sets;      ///< key paths of the parameters it is typed into or solved for
  std::optional<Formula> simulated;
  rules::Text at;                     ///< in its file

  bool closure() const { return role <= FindingRole::implied; }
  /// What was published, in words: "0.43", "0.1 to 0.23", "+".
  std::string published() const;
};

/// Signs and nulls ignore what is within this of zero: sums of doubles may leave it.
inline constexpr double nothing = 1e-9;

/// `simulated` is not looked at where a finding has no formula. A missing value (NaN) never closes and never agrees.
Verdict judge(const Finding& finding, double simulated);

}  // namespace puente
