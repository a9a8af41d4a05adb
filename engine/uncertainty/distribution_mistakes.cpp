// What can be wrong with a parameter's uncertainty; each mistake names the key that its reader shows.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>

#include "engine/core/error.hpp"
#include "engine/uncertainty/distribution.hpp"

namespace puente {

namespace {

using Kind = DistributionKind;
using Mistake = std::optional<UncertaintyMistake>;

/// "a normal", "an empirical".
std::string a(Kind kind) { return (kind == Kind::empirical ? "an " : "a ") + distribution_names()[static_cast<std::size_t>(kind)]; }

/// A key that a file gave, and whether this kind of distribution has it.
struct GivenKey {
  const char* key;
  bool given, wanted;
};

Mistake foreign_key(const Uncertainty& u) {
  const bool is_normal = u.kind == Kind::normal || u.kind == Kind::lognormal;
  for (const GivenKey& k : {GivenKey{"se", u.se.has_value(), is_normal || u.kind == Kind::beta},
                            GivenKey{"alpha", u.alpha.has_value(), u.kind == Kind::beta},
                            GivenKey{"beta", u.beta.has_value(), u.kind == Kind::beta},
                            GivenKey{"shape", u.shape.has_value(), u.kind == Kind::pert},
                            GivenKey{"scale", u.log_scale, u.kind == Kind::lognormal},
                            GivenKey{"values", !u.values.empty(), u.kind == Kind::discrete},
                            GivenKey{"probabilities", !u.probabilities.empty(), u.kind == Kind::discrete},
                            GivenKey{"estimates", !u.estimates.empty(), u.kind == Kind::empirical}})
    if (k.given && !k.wanted) return UncertaintyMistake{k.key, "`" + std::string(k.key) + "` says nothing of " + a(u.kind) + " distribution"};
  return std::nullopt;
}

Mistake not_finite(const Uncertainty& u) {
  const auto bad = [](double x) { return !std::isfinite(x); };
  const std::pair<const char*, std::optional<double>> numbers[] = {{"se", u.se}, {"low", u.low}, {"high", u.high}, {"alpha", u.alpha}, {"beta", u.beta}, {"shape", u.shape}};
  for (const auto& [key, number] : numbers)
    if (number && bad(*number)) return UncertaintyMistake{key, std::string(key) + " is not a finite number"};
  const std::pair<const char*, const std::vector<double>*> lists[] = {{"values", &u.values}, {"probabilities", &u.probabilities}, {"estimates", &u.estimates}};
  for (const auto& [key, list] : lists)
    if (std::any_of(list->begin(), list->end(), bad)) return UncertaintyMistake{key, std::string(key) + " are not all finite numbers"};
  return std::nullopt;
}

Mistake wrong_bounds(const Uncertainty& u, double value) {
  const bool needs_both = u.kind == Kind::uniform || u.kind == Kind::triangular || u.kind == Kind::pert;
  if (needs_both && !(u.low && u.high)) return UncertaintyMistake{"distribution", a(u.kind) + " distribution needs `low` and `high`"};
  if (u.kind == Kind::beta && u.low.has_value() != u.high.has_value())
    return UncertaintyMistake{u.low ? "low" : "high", "a beta distribution lies in [0, 1], or between `low` and `high`: give both or neither"};
  if (u.low && u.high && *u.low >= *u.high)
    return UncertaintyMistake{"low", "low = " + shortest(*u.low) + " is not below high = " + shortest(*u.high)};
  if ((u.low && value < *u.low) || (u.high && value > *u.high))
    return UncertaintyMistake{"value", "the value " + shortest(value) + " lies outside [" + (u.low ? shortest(*u.low) : "-inf") + ", " + (u.high ? shortest(*u.high) : "inf") + "], the bounds of its own draws"};
  return std::nullopt;
}

Mistake wrong_se(const Uncertainty& u) {
  if (!u.se) return UncertaintyMistake{"distribution", a(u.kind) + " distribution needs `se`, its standard deviation" + (u.kind == Kind::beta ? " (or `alpha` and `beta`)" : "")};
  if (*u.se <= 0) return UncertaintyMistake{"se", "se = " + shortest(*u.se) + ": a standard error is above 0; leave it out for a parameter that is certain"};
  return std::nullopt;
}

Mistake wrong_beta(const Uncertainty& u, double value) {
  const double low = u.low.value_or(0), high = u.high.value_or(1);
  if (u.alpha || u.beta) {
    if (!u.alpha || !u.beta) return UncertaintyMistake{u.alpha ? "alpha" : "beta", "`alpha` and `beta` come together"};
    if (u.se) return UncertaintyMistake{"se", "a beta distribution is given by `se` or by `alpha` and `beta`, not by both"};
    if (*u.alpha <= 0 || *u.beta <= 0) return UncertaintyMistake{*u.alpha <= 0 ? "alpha" : "beta", "alpha and beta are above 0"};
    const double mean = *implied_value(u);
    if (std::fabs(mean - value) > 1e-6 * (high - low) + 0.005 * std::fabs(mean))
      return UncertaintyMistake{"value", "the value " + shortest(value) + " is not the mean of a beta distribution with this alpha and beta, " + shortest(mean) + ": leave it out, or correct it"};
    return std::nullopt;
  }
  if (auto mistake = wrong_se(u)) return mistake;
  if (value <= low || value >= high)
    return UncertaintyMistake{"value", "a beta distribution lies in [" + shortest(low) + ", " + shortest(high) + "] and its mean inside, not at " + shortest(value)};
  const double largest = std::sqrt((value - low) * (high - value));
  if (*u.se >= largest)
    return UncertaintyMistake{"se", "se = " + shortest(*u.se) + " is too large: with mean " + shortest(value) + " in [" + shortest(low) + ", " + shortest(high) + "] it stays below " + shortest(largest)};
  return std::nullopt;
}

/// No draw reaches a value beyond the points.
Mistake wrong_points(const Uncertainty& u, const char* key, const std::vector<double>& points, double value) {
  if (points.empty()) return UncertaintyMistake{"distribution", a(u.kind) + " distribution needs `" + key + "`, a list of numbers"};
  const auto inside = [&](double x) { return (!u.low || x >= *u.low) && (!u.high || x <= *u.high); };
  if (std::none_of(points.begin(), points.end(), inside)) return UncertaintyMistake{key, std::string("none of `") + key + "` lies between low and high"};
  const auto [least, most] = std::minmax_element(points.begin(), points.end());
  const double rounding = 1e-12 * std::max(std::fabs(*least), std::fabs(*most));  // of a mean of equal points
  if (value < *least - rounding || value > *most + rounding)
    return UncertaintyMistake{"value", "the value " + shortest(value) + " lies outside [" + shortest(*least) + ", " + shortest(*most) + "], which its `" + key + "` span"};
  return std::nullopt;
}

Mistake wrong_discrete(const Uncertainty& u, double value) {
  if (auto mistake = wrong_points(u, "values", u.values, value)) return mistake;
  if (u.probabilities.size() != u.values.size())
    return UncertaintyMistake{u.probabilities.empty() ? "values" : "probabilities", "there are " + std::to_string(u.values.size()) + " values and " + std::to_string(u.probabilities.size()) + " probabilities: one each"};
  if (std::any_of(u.probabilities.begin(), u.probabilities.end(), [](double p) { return p <= 0; }))
    return UncertaintyMistake{"probabilities", "probabilities are above 0: leave out what cannot happen"};
  const double sum = std::accumulate(u.probabilities.begin(), u.probabilities.end(), 0.0);
  if (std::fabs(sum - 1.0) > 1e-6) return UncertaintyMistake{"probabilities", "the probabilities sum to " + shortest(std::round(sum * 1e6) / 1e6) + ", not to 1"};
  return std::nullopt;
}

/// A normal or lognormal, cut by its bounds.
Mistake wrong_normal(const Uncertainty& u, double value) {
  if (auto mistake = wrong_se(u)) return mistake;
  if (u.kind == Kind::lognormal && value <= 0)
    return UncertaintyMistake{"value", "a lognormal distribution is of numbers above 0, not of " + shortest(value)};
  if (u.kind == Kind::lognormal && u.high && *u.high <= 0) return UncertaintyMistake{"high", "a lognormal distribution lies above 0"};
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& distribution_names() {
  static const std::vector<std::string> names = {"normal", "lognormal", "beta", "uniform", "triangular", "pert", "discrete", "empirical"};
  return names;
}

Mistake mistake_in(const Uncertainty& u, double value) {
  if (!std::isfinite(value)) return UncertaintyMistake{"value", "the value is not a finite number"};
  if (auto mistake = foreign_key(u)) return mistake;
  if (auto mistake = not_finite(u)) return mistake;
  if (auto mistake = wrong_bounds(u, value)) return mistake;
  switch (u.kind) {
    case Kind::normal:
    case Kind::lognormal: return wrong_normal(u, value);
    case Kind::beta: return wrong_beta(u, value);
    case Kind::discrete: return wrong_discrete(u, value);
    case Kind::empirical: return wrong_points(u, "estimates", u.estimates, value);
    case Kind::pert:
      if (u.shape && *u.shape <= 0) return UncertaintyMistake{"shape", "the shape of a pert distribution is above 0 (4 when left out)"};
      return std::nullopt;
    default: return std::nullopt;
  }
}

}  // namespace puente
