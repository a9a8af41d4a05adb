// Variance and covariance of estimates under a survey's design, from the totals of their contributions by sampling unit:
//   V = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (t_hi − t̄_h)² + Σ_h f_h Σ_i (1 − f_hi) m_hi/(m_hi − 1) Σ_j (t_hij − t̄_hi)²
// with f_h, f_hi the fractions drawn of a stratum's PSUs and of a PSU's households; without corrections the first term with
// f = 0 (Särndal, Swensson, Wretman 1992, section 4.3; R survey's svyrecvar). Sums are exact by unit, then in the order
// of units. Pure functions.
#pragma once

#include <span>
#include <vector>

#include "engine/statistics/survey_design.hpp"

namespace puente {

/// The column's values, ready for variances: [unit] and [psu].
struct DesignTotals {
  DesignTotals(const SurveyDesign& design, const UnitTotals& totals);
  /// Of contributions e of records `record` (indices into the design's), added up plainly: the same bits for the same order.
  DesignTotals(const SurveyDesign& design, std::span<const std::int32_t> record, std::span<const double> e);
  void subtract(const DesignTotals& other);
  std::vector<double> of_unit, of_psu;
};

/// Under `average`, strata whose totals are all 0 (outside the domain) do not count among the others. NaN where a contribution
/// is, or is beyond the range of exact sums, and under `average` where only singletons contribute.
double design_covariance(const SurveyDesign& design, const DesignTotals& a, const DesignTotals& b);
inline double design_variance(const SurveyDesign& design, const DesignTotals& a) { return design_covariance(design, a, a); }

/// Whether the records of positive weight lie in several PSUs, or their one PSU's stratum was taken as a whole (or stands alone and is taken for
/// sure). Otherwise contributions to a mean or a ratio, which add up to 0 over the domain, are 0 in its PSU whatever the error is.
bool domain_spreads(const SurveyDesign& design, std::span<const std::int32_t> record, std::span<const double> weight);

/// The variance from contributions of records: one value a record.
double design_variance(const SurveyDesign& design, std::span<const double> contribution);
double standard_error(const SurveyDesign& design, std::span<const double> contribution);

/// [k][k] of k columns of contributions.
std::vector<double> design_covariances(const SurveyDesign& design, std::span<const std::span<const double>> columns);

}  // namespace puente
