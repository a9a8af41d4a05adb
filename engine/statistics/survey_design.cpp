#include "engine/statistics/survey_design.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>

#include "engine/core/error.hpp"

namespace puente {

namespace {

/// A stage took everything: nothing is left to chance (R survey: f < 1e-7).
constexpr double all_drawn = 1 - 1e-7;

std::string named(const SurveyDesign::Stratum& stratum) { return "stratum " + std::to_string(stratum.key); }

Error lonely_error(const std::string& where, const std::string& unit) {
  return bad_input(where + " has only one " + unit + ", whose variance cannot be known: join it with a similar one, or choose what singletons do "
                   "(certainty, remove, adjust, average)");
}

/// The fraction that was drawn of `drawn` units, as `value` says it.
double drawn_fraction(double value, std::size_t drawn, FinitePopulation::Unit unit, const std::string& where, const std::string& units) {
  const auto count = static_cast<double>(drawn);
  if (unit == FinitePopulation::Unit::fraction) {
    if (value > 0 && value <= 1) return value;
    throw bad_input(where + ": a sampling fraction of " + units + " of " + shortest(value) + "; fractions lie above 0 and are 1 at most");
  }
  if (value >= count) return count / value;
  throw bad_input(where + ": " + shortest(value) + " " + units + " in the population, but " + std::to_string(drawn) +
                  " in the sample; the correction counts those that could be drawn");
}

/// The value that all records of a group share.
class Shared {
 public:
  explicit Shared(std::size_t groups) : value_(groups), known_(groups) {}
  /// False where another record of the group said otherwise.
  bool say(std::size_t group, double value) {
    if (!known_[group]) value_[group] = value;
    known_[group] = true;
    return value_[group] == value;
  }
  double operator[](std::size_t group) const { return value_[group]; }

 private:
  std::vector<double> value_;
  std::vector<bool> known_;
};

}  // namespace

SurveyDesign::SurveyDesign(const DesignKeys& keys, const FinitePopulation& population, LonelyPsu lonely) : lonely_(lonely) {
  const std::size_t n = keys.stratum.size();
  expect(keys.psu.size() == n && (keys.ssu.empty() || keys.ssu.size() == n), "a key of each stage for every record");
  expect(population.first_stage.empty() || population.first_stage.size() == n, "a correction for every record");
  expect(population.second_stage.empty() || population.second_stage.size() == n, "a correction for every record");
  if (n == 0) throw bad_input("a survey without records has no design");
  if (!population.second_stage.empty() && (population.first_stage.empty() || keys.ssu.empty()))
    throw bad_input("a correction of the second stage needs that of the first and the units of the second: give both, or neither");
  gather(keys);
  correct(population);
  check_lonely();
}

/// Units, PSUs and strata in the order of their keys.
void SurveyDesign::gather(const DesignKeys& keys) {
  const auto key = [&](std::size_t i) { return std::tuple(keys.stratum[i], keys.psu[i], keys.ssu.empty() ? std::int64_t{0} : keys.ssu[i]); };
  two_stages_ = !keys.ssu.empty();
  std::vector<std::size_t> order(keys.stratum.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  unit_of_record_.resize(order.size());
  for (std::size_t at = 0; at < order.size(); ++at) {
    const std::size_t i = order[at];
    const bool first = at == 0;
    const std::size_t before = first ? i : order[at - 1];
    const bool new_stratum = first || keys.stratum[i] != keys.stratum[before];
    const bool new_psu = new_stratum || keys.psu[i] != keys.psu[before];
    if (new_stratum) strata_.push_back({keys.stratum[i], psus_.size(), psus_.size(), 0});
    if (new_psu) {
      psus_.push_back({keys.psu[i], strata_.size() - 1, psu_of_unit_.size(), psu_of_unit_.size(), 0});
      ++strata_.back().end_psu;
    }
    if (new_psu || key(i) != key(before)) {
      psu_of_unit_.push_back(psus_.size() - 1);
      unit_key_.push_back(two_stages_ ? keys.ssu[i] : 0);
      ++psus_.back().end_unit;
    }
    unit_of_record_[i] = psu_of_unit_.size() - 1;
  }
}

void SurveyDesign::correct(const FinitePopulation& population) {
  if (population.first_stage.empty()) return;
  Shared of_stratum(strata()), of_psu(psus());
  for (std::size_t i = 0; i < records(); ++i) {
    const std::size_t psu = psu_of_record(i);
    const std::string where = named(strata_[psus_[psu].stratum]);
    if (!of_stratum.say(psus_[psu].stratum, population.first_stage[i]))
      throw bad_input(where + ": its records do not agree on the finite-population correction; one value a stratum is needed");
    if (!population.second_stage.empty() && !of_psu.say(psu, population.second_stage[i]))
      throw bad_input(where + ", PSU " + std::to_string(psus_[psu].key) +
                      ": its records do not agree on the correction of the second stage; one value a PSU is needed");
  }
  for (std::size_t s = 0; s < strata(); ++s)
    strata_[s].drawn_fraction = drawn_fraction(of_stratum[s], strata_[s].size(), population.unit, named(strata_[s]), "PSUs");
  if (population.second_stage.empty()) return;
  for (std::size_t p = 0; p < psus(); ++p)
    psus_[p].drawn_fraction = drawn_fraction(of_psu[p], psus_[p].size(), population.unit,
                                             named(strata_[psus_[p].stratum]) + ", PSU " + std::to_string(psus_[p].key), "units");
}

/// Under `average` a stratum learns from the others; there are none when all are singletons, nor for a PSU's households.
void SurveyDesign::check_lonely() const {
  const auto is_lonely = [](const auto& group) { return group.size() == 1 && group.drawn_fraction < all_drawn; };
  const bool none_to_learn_from = lonely_ == LonelyPsu::average && std::all_of(strata_.begin(), strata_.end(), is_lonely);
  if (lonely_ == LonelyPsu::fail || none_to_learn_from)
    for (const Stratum& stratum : strata_)
      if (is_lonely(stratum)) throw lonely_error(named(stratum), "PSU");
  if (lonely_ != LonelyPsu::fail && lonely_ != LonelyPsu::average) return;
  for (const Psu& psu : psus_)
    if (psu.drawn_fraction > 0 && is_lonely(psu))
      throw lonely_error(named(strata_[psu.stratum]) + ", PSU " + std::to_string(psu.key), "second-stage unit");
}

std::size_t SurveyDesign::unit_of(std::int64_t stratum, std::int64_t psu, std::int64_t ssu) const {
  const auto by_key = [](const auto& group, std::int64_t key) { return group.key < key; };
  const auto h = std::lower_bound(strata_.begin(), strata_.end(), stratum, by_key);
  expect(h != strata_.end() && h->key == stratum, "a stratum of the design");
  const auto psus_end = psus_.begin() + static_cast<std::ptrdiff_t>(h->end_psu);
  const auto p = std::lower_bound(psus_.begin() + static_cast<std::ptrdiff_t>(h->first_psu), psus_end, psu, by_key);
  expect(p != psus_end && p->key == psu, "a PSU of the design");
  if (!two_stages_) return p->first_unit;
  const auto units_end = unit_key_.begin() + static_cast<std::ptrdiff_t>(p->end_unit);
  const auto u = std::lower_bound(unit_key_.begin() + static_cast<std::ptrdiff_t>(p->first_unit), units_end, ssu);
  expect(u != units_end && *u == ssu, "a second-stage unit of the design");
  return static_cast<std::size_t>(u - unit_key_.begin());
}

std::int64_t SurveyDesign::degrees_of_freedom(std::span<const double> weight) const {
  expect(weight.size() == records(), "a weight for every record");
  std::vector<bool> psu_counts(psus()), stratum_counts(strata());
  for (std::size_t i = 0; i < records(); ++i) {
    if (!(weight[i] > 0)) continue;
    const std::size_t psu = psu_of_record(i);
    psu_counts[psu] = true;
    stratum_counts[psus_[psu].stratum] = true;
  }
  return std::count(psu_counts.begin(), psu_counts.end(), true) - std::count(stratum_counts.begin(), stratum_counts.end(), true);
}

void UnitTotals::merge(const UnitTotals& other) {
  expect(sums_.size() == other.sums_.size(), "totals of one design");
  for (std::size_t u = 0; u < sums_.size(); ++u) sums_[u].merge(other.sums_[u]);
}

UnitTotals unit_totals(const SurveyDesign& design, std::span<const double> contribution) {
  expect(contribution.size() == design.records(), "a contribution for every record");
  UnitTotals totals(design);
  for (std::size_t i = 0; i < contribution.size(); ++i)
    if (contribution[i] != 0) totals.add(design.unit_of_record(i), contribution[i]);
  return totals;
}

}  // namespace puente
