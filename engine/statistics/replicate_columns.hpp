// Replicate weights that came with a survey as columns: how they were made says how their estimates' spread becomes a variance
// (replicate_variance of replicate_weights.hpp). Columns hold whole weights, not factors. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace puente {

/// As the survey's documentation names them (R survey's svrepdesign).
enum class ReplicateKind : std::uint8_t {
  bootstrap,              ///< scale 1/(R − 1)
  brr,                    ///< 1/R
  fay,                    ///< 1/(R (1 − ρ)²)
  jk1,                    ///< (R − 1)/R: one replicate a PSU, no strata
  jk2,                    ///< 1: one replicate a pair of PSUs
  jkn,                    ///< 1, and rscales (n − 1)/n of each replicate's stratum, which must be given
  successive_difference,  ///< 4/R
};

struct ReplicateScale {
  double scale = 0;
  std::vector<double> rscales;
};

/// Errors: fewer than two replicates, Fay's factor ρ outside [0, 1), jkn without an rscale for every replicate.
ReplicateScale replicate_scale(ReplicateKind kind, std::size_t replicates, double fay = 0, std::span<const double> rscales = {});

/// How many columns [replicate][record] do not follow from those before, to 1e-5 of their length; one less are the degrees of
/// freedom of what they estimate (R survey's degf).
std::size_t replicate_rank(std::span<const std::vector<double>> replicates);

/// Columns [replicate][record]. Errors: a record of positive weight that every replicate leaves out (0), or that one has no
/// weight for (NaN, negative); one of weight 0 that counts in a replicate: names its household and the replicate.
void check_replicate_weights(std::span<const double> weight, std::span<const std::span<const double>> replicates,
                             std::span<const std::int64_t> household);

}  // namespace puente
