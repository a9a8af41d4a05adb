// Units of columns, parameters and results. Money is `CURRENCY[@PRICE DATE][/PERIOD][/WHOM]`, as in
// "ZMW@2015/month/household"; people, households and shares have unit 1; anything else ("ha", "km", "years") is a
// base unit of its own. A column without a unit is *unknown*, which adapts to its partner. Immutable values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puente {

class Unit {
 public:
  /// Unknown: adapts to any partner.
  Unit() = default;
  static Unit one();
  /// Throws Error (bad_input) on malformed text. "" is unknown; "1" is one; "persons", "households" are one.
  static Unit parse(std::string_view text);

  bool known() const { return known_; }
  bool is_one() const { return known_ && factors_.empty(); }
  std::string text() const;  ///< canonical text, "" when unknown

  friend Unit operator*(const Unit& a, const Unit& b);
  friend Unit operator/(const Unit& a, const Unit& b);
  Unit power(int exponent) const;
  std::optional<Unit> square_root() const;  ///< empty when an exponent is odd
  /// Of nobody in particular: what is left of "…/household" after dividing by a number of people or an equivalence scale.
  Unit without_whom() const;
  /// "…/person" as "…/household": the unit of a sum over the members. Other units stay.
  Unit of_household() const;

  /// Same unit, where a price date or a whom left out on one side matches any, and unknown matches all.
  bool compatible(const Unit& other) const;
  /// The more specific of two compatible units.
  Unit merged(const Unit& other) const;
  /// Factor f so that `x [*this] = f·x [target]` when they differ only in period (12 months, 52 weeks, 365 days a
  /// year); throws Error when they differ in anything else.
  double factor_to(const Unit& target) const;
  /// This unit with the period of `target`, and the more specific price date and whom; throws as factor_to.
  Unit converted_to(const Unit& target) const;

  using Factors = std::vector<std::pair<std::string, int>>;
  const Factors& factors() const { return factors_; }  ///< (base, exponent), sorted by base
  /// This unit with `base` written otherwise, as "ZMW@2018" for "ZMW@2015".
  Unit with_base(const std::string& base, const std::string& other) const;

  bool operator==(const Unit&) const = default;

 private:
  bool known_ = false;
  static Unit of(Factors factors);
  /// This unit in another period so that it is compatible with `target`, and the factor to it; empty when none is.
  std::optional<std::pair<Unit, double>> in_period_of(const Unit& target) const;

  Factors factors_;  ///< (base, exponent), sorted by base, exponents not 0
};

}  // namespace puente
