// Prices of one place at another date or in another currency (the `[prices]` table of a scenario file). Directions:
//   CPI   amount@A → amount@B = amount · CPI_B / CPI_A                       (one index a currency, any base)
//   PPP, exchange rates: local currency @ year ÷ factor of that year → the other currency @ the same year, after the CPI
//         has brought the local money to that year; the other way round × factor, then the CPI
// With a reference year, money of a currency of the table that has no date is of that year. Immutable once filled.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/units.hpp"

namespace puente {

class Prices {
 public:
  using ByDate = std::map<std::string, double, std::less<>>;
  /// Consumer prices of a currency by date, all above 0.
  void add_index(const std::string& currency, ByDate index);
  /// Units of `local` that one unit of `other` is worth, by date, all above 0.
  void add_rates(const std::string& local, const std::string& other, ByDate factors);
  void set_reference(std::string date) { reference_ = std::move(date); }
  const std::string& reference() const { return reference_; }

  /// Factor f so that x [from] = f·x [to]: periods (units.hpp), dates and currencies. Throws Error where nothing leads there.
  double factor(const Unit& from, const Unit& to) const;
  /// `from` as it is after that conversion: the period, date and currency of `to`, the more specific whom.
  Unit converted(const Unit& from, const Unit& to) const;
  /// The unit with the reference date at money that has none.
  Unit dated(const Unit& unit) const;

 private:
  struct Rates {
    std::string local, other;
    ByDate factors;
  };
  /// Money of `from` and what it becomes, with the factor; factor 1 and equal bases where nothing is to be done.
  struct Step {
    std::string from, to;
    double factor = 1;
  };
  bool has_currency(std::string_view currency) const;
  bool is_local(std::string_view currency) const;
  Step step(const Unit& from, const Unit& to) const;
  double rate(const std::string& from, const std::string& to) const;
  double deflator(std::string_view currency, std::string_view from, std::string_view to) const;
  double across(const Rates& rates, const std::string& local, const std::string& other) const;

  std::map<std::string, ByDate, std::less<>> index_;
  std::vector<Rates> rates_;
  std::string reference_;
};

}  // namespace puente
