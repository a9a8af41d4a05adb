#include "engine/core/prices.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente {

namespace {

std::string currency_of(std::string_view base) { return std::string(base.substr(0, base.find('@'))); }

std::string date_of(std::string_view base) {
  const auto at = base.find('@');
  return at == std::string_view::npos ? "" : std::string(base.substr(at + 1));
}

std::string dates(const Prices::ByDate& values) {
  std::string all;
  for (const auto& [date, value] : values) all += (all.empty() ? "" : ", ") + date;
  return all;
}

}  // namespace

void Prices::add_index(const std::string& currency, ByDate index) { index_[currency] = std::move(index); }

void Prices::add_rates(const std::string& local, const std::string& other, ByDate factors) {
  rates_.push_back({local, other, std::move(factors)});
}

bool Prices::has_currency(std::string_view currency) const {
  return is_local(currency) || std::any_of(rates_.begin(), rates_.end(), [&](const Rates& r) { return r.other == currency; });
}

bool Prices::is_local(std::string_view currency) const {
  return index_.find(currency) != index_.end() ||
         std::any_of(rates_.begin(), rates_.end(), [&](const Rates& r) { return r.local == currency; });
}

Unit Prices::dated(const Unit& unit) const {
  Unit result = unit;
  if (reference_.empty() || !unit.known()) return result;
  for (const auto& [base, exponent] : unit.factors())
    if (base.find('@') == std::string::npos && is_local(base)) result = result.with_base(base, base + "@" + reference_);
  return result;
}

double Prices::deflator(std::string_view currency, std::string_view from, std::string_view to) const {
  if (from == to) return 1;
  const auto index = index_.find(currency);
  if (index == index_.end())
    throw bad_input("[prices] has no CPI of " + std::string(currency) + ", so nothing brings money of " + std::string(from) + " to " + std::string(to));
  for (const std::string_view date : {from, to})
    if (index->second.find(date) == index->second.end())
      throw bad_input(date.empty() ? "money of " + std::string(currency) + " has no date and [prices] no reference `year`"
                                   : "[prices] has no CPI of " + std::string(currency) + " for " + std::string(date) + "; it has " + dates(index->second));
  return index->second.find(to)->second / index->second.find(from)->second;
}

/// One unit of local money in the other currency.
double Prices::across(const Rates& rates, const std::string& local, const std::string& other) const {
  std::string date = date_of(other);
  if (date.empty() && rates.factors.size() == 1) date = rates.factors.begin()->first;
  const auto factor = rates.factors.find(date);
  if (factor == rates.factors.end())
    throw bad_input(date.empty() ? "of which year is " + rates.other + "? Write " + rates.other + "@YEAR; [prices] has factors of " + dates(rates.factors)
                                 : "[prices] has no factor between " + rates.local + " and " + rates.other + " for " + date + "; it has " + dates(rates.factors));
  return deflator(rates.local, date_of(local), date) / factor->second;
}

double Prices::rate(const std::string& from, const std::string& to) const {
  const std::string before = currency_of(from), after = currency_of(to);
  if (before == after) return deflator(before, date_of(from), date_of(to));
  for (const Rates& rates : rates_) {
    if (rates.local == before && rates.other == after) return across(rates, from, to);
    if (rates.local == after && rates.other == before) return 1 / across(rates, to, from);
  }
  throw bad_input("[prices] has neither a PPP factor nor an exchange rate between " + before + " and " + after);
}

Prices::Step Prices::step(const Unit& from, const Unit& to) const {
  if (!from.known() || !to.known()) return {};
  for (const auto& [base, exponent] : from.factors()) {
    if (!has_currency(currency_of(base))) continue;
    const auto same = std::find(to.factors().begin(), to.factors().end(), std::pair{base, exponent});
    if (same != to.factors().end()) continue;
    for (const auto& [other, power] : to.factors()) {
      if (power != exponent || !has_currency(currency_of(other))) continue;
      const bool adapts = currency_of(base) == currency_of(other) && (date_of(base).empty() || date_of(other).empty());
      if (adapts) continue;
      const double one = rate(base, other);
      double factor = 1;
      for (int e = exponent; e > 0; --e) factor *= one;
      for (int e = exponent; e < 0; ++e) factor /= one;
      return {base, other, factor};
    }
  }
  return {};
}

double Prices::factor(const Unit& from, const Unit& to) const {
  const Step money = step(from, to);
  return money.from.empty() ? from.factor_to(to) : money.factor * from.with_base(money.from, money.to).factor_to(to);
}

Unit Prices::converted(const Unit& from, const Unit& to) const {
  const Step money = step(from, to);
  return money.from.empty() ? from.converted_to(to) : from.with_base(money.from, money.to).converted_to(to);
}

}  // namespace puente
