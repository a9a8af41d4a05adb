#include "engine/core/units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "engine/core/error.hpp"

namespace puente {

namespace {

using Factor = std::pair<std::string, int>;
using Factors = std::vector<Factor>;

struct Period {
  std::string_view name;
  double per_year;
};
constexpr std::array<Period, 4> periods = {{{"day", 365}, {"week", 52}, {"month", 12}, {"year", 1}}};

/// x per `from` is x·f per `to`; x of `from` the other way round.
double conversion(const Period& from, const Period& to, int exponent) {
  double factor = 1;
  for (int e = exponent; e > 0; --e) factor *= to.per_year / from.per_year;
  for (int e = exponent; e < 0; ++e) factor *= from.per_year / to.per_year;
  return factor;
}

/// Words for people, each with the unit of "per one of them".
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> people = {{
    {"household", "household"}, {"households", "household"}, {"person", "person"}, {"persons", "person"},
    {"people", "person"}, {"capita", "person"}, {"adult_equivalent", "adult_equivalent"},
    {"adult_equivalents", "adult_equivalent"}}};

const Period* find_period(std::string_view name) {
  const auto* found = std::find_if(periods.begin(), periods.end(), [&](const Period& p) { return p.name == name; });
  return found == periods.end() ? nullptr : found;
}

std::string_view whom_of(std::string_view word) {
  for (const auto& [written, whom] : people)
    if (written == word) return whom;
  return {};
}

bool is_whom(const Factor& factor) { return !whom_of(factor.first).empty(); }

std::string_view stem(std::string_view base) { return base.substr(0, base.find('@')); }
std::string_view date(std::string_view base) { return base.substr(stem(base).size()); }

/// The same base, where a price date left out matches any.
bool same_base(std::string_view a, std::string_view b) {
  return stem(a) == stem(b) && (date(a) == date(b) || date(a).empty() || date(b).empty());
}

Factors part(const Factors& factors, bool whom) {
  Factors chosen;
  for (const Factor& factor : factors)
    if (is_whom(factor) == whom) chosen.push_back(factor);
  return chosen;
}

/// The factor of `factors` that equals `wanted` but for a date left out; an equal date is preferred.
const Factor* find_match(const Factors& factors, const Factor& wanted) {
  const Factor* match = nullptr;
  for (const Factor& factor : factors) {
    if (factor == wanted) return &factor;
    if (factor.second == wanted.second && same_base(factor.first, wanted.first)) match = &factor;
  }
  return match;
}

bool match_all(const Factors& a, const Factors& b) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.begin(), a.end(), [&](const Factor& f) { return find_match(b, f) != nullptr; });
}

void multiply_in(Factors& factors, const Factor& by) {
  for (Factor& factor : factors) {
    if (!same_base(factor.first, by.first)) continue;
    factor.second += by.second;
    if (factor.first.size() < by.first.size()) factor.first = by.first;
    return;
  }
  factors.push_back(by);
}

Error malformed(std::string_view text, const std::string& why) {
  return bad_input("unit \"" + std::string(text) + "\": " + why +
                   "; units look like \"ZMW@2015/month/household\", \"ha\", \"kg/ha\" or \"1\"");
}

bool is_base(std::string_view base) {
  if (base.empty() || std::isdigit(static_cast<unsigned char>(base.front())) != 0 || base.front() == '@') return false;
  return std::all_of(base.begin(), base.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 || std::string_view("_@.-%$").find(c) != std::string_view::npos;
  });
}

/// One factor, as "ha" or "ha^2". `sign` is -1 behind a '/'.
Factor parse_factor(std::string_view text, std::string_view factor, int sign) {
  const auto caret = factor.find('^');
  const std::string_view base = factor.substr(0, caret);
  int exponent = 1;
  if (caret != std::string_view::npos) {
    const std::string_view digits = factor.substr(caret + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (failed != std::errc{} || end != digits.data() + digits.size() || exponent > 9 || exponent < -9)
      throw malformed(text, "'" + std::string(digits) + "' is no exponent between -9 and 9");
  }
  if (base == "1") return {"", 0};
  if (base.empty()) throw malformed(text, "a name is missing");
  if (!is_base(base)) throw malformed(text, "'" + std::string(base) + "' is no name of a unit");
  const std::string_view whom = whom_of(base);
  if (!whom.empty()) return {std::string(whom), sign * exponent < 0 ? sign * exponent : 0};
  return {std::string(base), sign * exponent};
}

std::string factor_text(const std::string& base, int exponent) {
  return exponent == 1 ? base : base + "^" + std::to_string(exponent);
}

}  // namespace

Unit Unit::of(Factors factors) {
  std::erase_if(factors, [](const Factor& f) { return f.second == 0; });
  if (std::all_of(factors.begin(), factors.end(), is_whom)) factors.clear();
  std::sort(factors.begin(), factors.end());
  Unit unit;
  unit.known_ = true;
  unit.factors_ = std::move(factors);
  return unit;
}

Unit Unit::one() { return of({}); }

Unit Unit::parse(std::string_view text) {
  if (text.empty()) return {};
  Factors factors;
  int sign = 1;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("*/", begin), text.size());
    multiply_in(factors, parse_factor(text, text.substr(begin, end - begin), sign));
    if (end < text.size()) sign = text[end] == '/' ? -1 : 1;
    begin = end + 1;
  }
  return of(std::move(factors));
}

std::string Unit::text() const {
  if (!known_) return "";
  std::string above, below;
  for (const bool whom : {false, true}) {
    for (const auto& [base, exponent] : part(factors_, whom)) {
      if (exponent > 0) above.append(above.empty() ? "" : "*").append(factor_text(base, exponent));
      else below.append("/").append(factor_text(base, -exponent));
    }
  }
  return (above.empty() ? "1" : above) + below;
}

Unit operator*(const Unit& a, const Unit& b) {
  if (!a.known_ || !b.known_) return {};
  Factors factors = a.factors_;
  for (const Factor& factor : b.factors_) multiply_in(factors, factor);
  return Unit::of(std::move(factors));
}

Unit operator/(const Unit& a, const Unit& b) { return a * b.power(-1); }

Unit Unit::power(int exponent) const {
  if (!known_) return {};
  Factors factors = factors_;
  for (Factor& factor : factors) factor.second *= exponent;
  return of(std::move(factors));
}

std::optional<Unit> Unit::square_root() const {
  if (!known_) return Unit{};
  Factors factors = factors_;
  for (Factor& factor : factors) {
    if (factor.second % 2 != 0) return std::nullopt;
    factor.second /= 2;
  }
  return of(std::move(factors));
}

Unit Unit::without_whom() const { return known_ ? of(part(factors_, false)) : Unit{}; }

Unit Unit::of_household() const {
  if (!known_) return {};
  Factors factors = factors_;
  for (Factor& factor : factors)
    if (factor == Factor{"person", -1}) factor.first = "household";
  return of(std::move(factors));
}

bool Unit::compatible(const Unit& other) const {
  if (!known_ || !other.known_) return true;
  const Factors mine = part(factors_, true), theirs = part(other.factors_, true);
  if (!mine.empty() && !theirs.empty() && mine != theirs) return false;
  return match_all(part(factors_, false), part(other.factors_, false));
}

Unit Unit::merged(const Unit& other) const {
  if (!known_) return other;
  if (!other.known_) return *this;
  Factors factors = part(factors_, false);
  for (Factor& factor : factors) {
    const Factor* match = find_match(other.factors_, factor);
    if (match != nullptr && match->first.size() > factor.first.size()) factor.first = match->first;
  }
  Factors whom = part(factors_, true);
  if (whom.empty()) whom = part(other.factors_, true);
  factors.insert(factors.end(), whom.begin(), whom.end());
  return of(std::move(factors));
}

Unit Unit::with_base(const std::string& base, const std::string& other) const {
  Factors factors = factors_;
  for (Factor& factor : factors)
    if (factor.first == base) factor.first = other;
  return of(std::move(factors));
}

std::optional<std::pair<Unit, double>> Unit::in_period_of(const Unit& target) const {
  if (compatible(target)) return std::pair{*this, 1.0};
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    const Period* from = find_period(factors_[i].first);
    if (from == nullptr) continue;
    for (const Period& to : periods) {
      Factors factors = factors_;
      factors[i].first = std::string(to.name);
      const Unit candidate = of(std::move(factors));
      if (candidate.compatible(target)) return std::pair{candidate, conversion(*from, to, factors_[i].second)};
    }
  }
  return std::nullopt;
}

double Unit::factor_to(const Unit& target) const {
  const auto converted = known_ && target.known_ ? in_period_of(target) : std::nullopt;
  if (converted) return converted->second;
  throw bad_input("\"" + text() + "\" cannot become \"" + target.text() +
                  "\": only the period can be converted (day, week, month, year), and dates and currencies through [prices]");
}

Unit Unit::converted_to(const Unit& target) const {
  static_cast<void>(factor_to(target));
  return in_period_of(target)->first.merged(target);
}

}  // namespace puente
