#include "engine/statistics/design_variance.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/core/error.hpp"

namespace puente {

namespace {

double mean(std::span<const double> t) {
  double sum = 0;
  for (const double x : t) sum += x;
  return sum / static_cast<double>(t.size());
}

/// Σ (a − ā)(b − b̄), or about 0.
double cross_product(std::span<const double> a, std::span<const double> b, bool centred) {
  const double mean_a = centred ? mean(a) : 0, mean_b = centred ? mean(b) : 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum;
}

bool is_zero(std::span<const double> t) {
  return std::all_of(t.begin(), t.end(), [](double x) { return x == 0; });
}

/// Variance within strata of one stage, as R survey's onestrat and onestage. What contributes nothing, as strata outside a
/// domain, has no say in the average either.
class Stage {
 public:
  explicit Stage(LonelyPsu lonely) : lonely_(lonely) {}
  void add(std::span<const double> a, std::span<const double> b, double fraction) {
    if (is_zero(a) && is_zero(b)) return;
    ++strata_;
    const double left = 1 - fraction;
    const auto n = static_cast<double>(a.size());
    if (left < 1e-7) return;
    if (a.size() > 1) sum_ += left * n / (n - 1) * cross_product(a, b, true);
    else if (lonely_ == LonelyPsu::adjust) sum_ += left * cross_product(a, b, false);
    else if (lonely_ == LonelyPsu::average) ++unknown_;
  }
  double variance() const {
    return unknown_ == 0 ? sum_ : sum_ * static_cast<double>(strata_) / static_cast<double>(strata_ - unknown_);
  }

 private:
  LonelyPsu lonely_;
  std::size_t strata_ = 0, unknown_ = 0;
  double sum_ = 0;
};

double within_psu(const SurveyDesign::Psu& psu, const DesignTotals& a, const DesignTotals& b, LonelyPsu lonely) {
  const auto part = [&](const DesignTotals& t) { return std::span(t.of_unit).subspan(psu.first_unit, psu.size()); };
  Stage stage(lonely);
  stage.add(part(a), part(b), psu.drawn_fraction);
  return stage.variance();
}

}  // namespace

DesignTotals::DesignTotals(const SurveyDesign& design, const UnitTotals& totals) {
  expect(totals.sums().size() == design.units(), "totals of this design");
  of_unit.reserve(design.units());
  of_psu.reserve(design.psus());
  for (const ExactSum& sum : totals.sums()) of_unit.push_back(sum.value());
  for (const SurveyDesign::Psu& psu : design.all_psus()) {
    ExactSum sum;
    for (std::size_t u = psu.first_unit; u < psu.end_unit; ++u) sum.merge(totals.sums()[u]);
    of_psu.push_back(sum.value());
  }
}

DesignTotals::DesignTotals(const SurveyDesign& design, std::span<const std::int32_t> record, std::span<const double> e) : of_unit(design.units()), of_psu(design.psus()) {
  for (std::size_t i = 0; i < e.size(); ++i) of_unit[design.unit_of_record(static_cast<std::size_t>(record[i]))] += e[i];
  for (std::size_t p = 0; p < of_psu.size(); ++p)
    for (std::size_t u = design.all_psus()[p].first_unit; u < design.all_psus()[p].end_unit; ++u) of_psu[p] += of_unit[u];
}

void DesignTotals::subtract(const DesignTotals& other) {
  for (auto [mine, theirs] : {std::pair{&of_unit, &other.of_unit}, {&of_psu, &other.of_psu}})
    for (std::size_t u = 0; u < mine->size(); ++u) (*mine)[u] -= (*theirs)[u];
}

double design_covariance(const SurveyDesign& design, const DesignTotals& a, const DesignTotals& b) {
  Stage first(design.lonely());
  double within = 0;
  for (const SurveyDesign::Stratum& stratum : design.all_strata()) {
    const auto part = [&](const DesignTotals& t) { return std::span(t.of_psu).subspan(stratum.first_psu, stratum.size()); };
    first.add(part(a), part(b), stratum.drawn_fraction);
    if (stratum.drawn_fraction == 0) continue;
    for (std::size_t p = stratum.first_psu; p < stratum.end_psu; ++p)
      if (design.all_psus()[p].drawn_fraction > 0)
        within += stratum.drawn_fraction * within_psu(design.all_psus()[p], a, b, design.lonely());
  }
  return first.variance() + within;
}

bool domain_spreads(const SurveyDesign& design, std::span<const std::int32_t> record, std::span<const double> weight) {
  std::size_t only = design.psus();
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (!(weight[i] > 0)) continue;
    const std::size_t psu = design.psu_of_record(static_cast<std::size_t>(record[i]));
    if (only < design.psus() && psu != only) return true;
    only = psu;
  }
  if (only == design.psus()) return true;
  const SurveyDesign::Stratum& stratum = design.all_strata()[design.all_psus()[only].stratum];
  const bool sure = design.lonely() == LonelyPsu::certainty || design.lonely() == LonelyPsu::remove;
  return 1 - stratum.drawn_fraction < 1e-7 || (stratum.size() == 1 && sure);
}

double design_variance(const SurveyDesign& design, std::span<const double> contribution) {
  return design_variance(design, DesignTotals(design, unit_totals(design, contribution)));
}

double standard_error(const SurveyDesign& design, std::span<const double> contribution) {
  return std::sqrt(design_variance(design, contribution));
}

std::vector<double> design_covariances(const SurveyDesign& design, std::span<const std::span<const double>> columns) {
  std::vector<DesignTotals> totals;
  for (const auto& column : columns) totals.emplace_back(design, unit_totals(design, column));
  const std::size_t k = columns.size();
  std::vector<double> matrix(k * k);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b <= a; ++b) matrix[a * k + b] = matrix[b * k + a] = design_covariance(design, totals[a], totals[b]);
  return matrix;
}

}  // namespace puente
