// Replicate weights of a survey: replicate r multiplies the weights of a PSU's records by a factor of its own, everything is
// computed again, and the estimates' spread is the variance
//   V = scale · Σ_r rscale_r (θ_r − centre)²,
// centre the mean of the replicates (R survey's default) or the full estimate (its `mse = TRUE`). A factor is a pure
// function of the design's keys, the replicate's number and the seed, so any rank may make any replicate. Immutable; safe
// to share between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/statistics/design_variance.hpp"

namespace puente {

class ReplicateScheme {
 public:
  virtual ~ReplicateScheme() = default;
  std::size_t replicates() const { return rscales_.size(); }
  /// Factors of replicate r, [psu] in the design's order.
  virtual std::vector<double> factors(std::size_t replicate) const = 0;
  double scale() const { return scale_; }
  std::span<const double> rscales() const { return rscales_; }
  /// Factors of records.
  std::vector<double> of_records(std::size_t replicate) const;

 protected:
  ReplicateScheme(const SurveyDesign& design, double scale, std::vector<double> rscales)
      : design_(design), scale_(scale), rscales_(std::move(rscales)) {}
  const SurveyDesign& design_;

 private:
  double scale_;
  std::vector<double> rscales_;
};

// The design must outlive the scheme. Every scheme sees the first stage only. A stratum with a single PSU that was not taken
// as a whole is an error that names it, unless the design's rule is `certainty` or `remove`: then its factor is always 1.

/// Rao-Wu rescaled bootstrap (Rao, Wu, Yue 1992): n − 1 of a stratum's n PSUs drawn with replacement, c_i times the i-th; factor
/// 1 + √(1 − f) (c_i n/(n − 1) − 1). scale 1/(R − 1), rscales 1 (R survey's subbootweights, f = 0). `replicates` ≥ 2;
/// more of them later continue the same.
std::unique_ptr<ReplicateScheme> bootstrap_weights(const SurveyDesign& design, std::uint64_t seed, std::size_t replicates);

/// The linearised variance of a figure within one bootstrap replicate: from the totals that records contribute at the replicate's
/// weights, with a PSU that was drawn twice as two (Rao and Wu 1988, section 2.4: what bootstrap-t limits divide by). `factors`:
/// the replicate's, [psu].
double bootstrap_variance(const SurveyDesign& design, std::span<const double> factors, const DesignTotals& totals);
/// An error that names a stratum of two PSUs, where a replicate's draws have no variance.
void require_variances_of_replicates(const SurveyDesign& design);

/// Balanced repeated replication (McCarthy 1969), Fay's factor ρ in [0, 1): one PSU of two in each stratum 2 − ρ, the other ρ,
/// by a Hadamard matrix's columns but the constant one, so that totals have the linearised variance exactly. scale
/// 1/(R (1 − ρ)²), rscales 1. A stratum of another number of PSUs, or a finite-population correction, is an error.
std::unique_ptr<ReplicateScheme> brr_weights(const SurveyDesign& design, double fay = 0);

/// One PSU deleted a replicate, in the design's order, the others of its stratum n/(n − 1). scale 1,
/// rscales (1 − f)(n − 1)/n (R survey's JKn).
std::unique_ptr<ReplicateScheme> stratified_jackknife_weights(const SurveyDesign& design);

/// The same without strata: n of all PSUs, scale (n − 1)/n, rscales 1 (JK1). A design of more than one stratum, or with a
/// correction, is an error: it has JKn.
std::unique_ptr<ReplicateScheme> jackknife_weights(const SurveyDesign& design);

enum class ReplicateCentre : std::uint8_t { replicates, estimate };

/// The variance of what has `replicates` estimates. Replicates with rscale 0 do not enter the mean. A missing estimate is an
/// error that names the replicate.
double replicate_variance(double scale, std::span<const double> rscales, std::span<const double> replicates, double estimate,
                          ReplicateCentre centre = ReplicateCentre::replicates);

}  // namespace puente
