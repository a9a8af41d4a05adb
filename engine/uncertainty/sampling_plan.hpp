// What a scenario file says of the sampling uncertainty of a survey. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/rules/rules.hpp"
#include "engine/statistics/replicate_columns.hpp"
#include "engine/statistics/replicate_weights.hpp"
#include "engine/statistics/survey_design.hpp"

namespace puente {

/// none; linearised: influence functions under the survey's design; the others repeat the whole run with replicate weights,
/// made here or (columns) the survey's own.
enum class SamplingMethod : std::uint8_t { none, linearised, bootstrap, jackknife, brr, columns };

/// Limits of a sample: Student's about the figure; the same of a proportion's logit; the middle of the replicates; of the
/// replicates' own t (statistics/interval.hpp).
enum class IntervalKind : std::uint8_t { normal, logit, percentile, bootstrap_t };

/// Names as a scenario file writes them, in the order of the enums.
inline std::vector<std::string> sampling_method_names() { return {"none", "linearised", "bootstrap", "jackknife", "brr", "columns"}; }
inline std::vector<std::string> lonely_psu_names() { return {"fail", "certainty", "remove", "adjust", "average"}; }
inline std::vector<std::string> interval_names() { return {"normal", "logit", "percentile", "bootstrap-t"}; }
inline std::vector<std::string> replicate_kind_names() { return {"bootstrap", "brr", "fay", "jk1", "jk2", "jkn", "successive_difference"}; }
inline std::vector<std::string> replicate_centre_names() { return {"replicates", "estimate"}; }

/// Replicate weights that came with a survey, of households.
struct ReplicateColumns {
  std::vector<std::string> names;           ///< of columns; one alone is what numbered columns begin with: repwt of repwt1, repwt2, …
  std::optional<ReplicateKind> kind;
  std::vector<double> rscales;              ///< one a column, or one for all
};

struct SamplingPlan {
  SamplingMethod method = SamplingMethod::none;
  IntervalKind interval = IntervalKind::normal;
  std::int64_t replicates = 500;            ///< of the bootstrap
  double fay = 0;                           ///< factor of balanced repeated replication, [0, 1)
  ReplicateColumns columns;
  ReplicateCentre centre = ReplicateCentre::replicates;
  LonelyPsu lonely = LonelyPsu::fail;
  std::optional<rules::Text> stratum, psu;  ///< of a household: a number or category; absent: the columns of these names
  std::optional<rules::Text> psus_there;    ///< number of sampling units in a household's stratum: finite-population correction
  /// Second-stage units of a sampling unit (absent: households), and how many are in a household's sampling unit: the correction's second stage.
  std::optional<rules::Text> ssu, ssus_there;
  bool repeats_estimation = false;          ///< replicates estimate the schooling model anew
  /// Of a household in the replicate at hand: every weight, of households and of records, counts times this.
  std::optional<rules::Text> factor;
  /// Whether linearised errors are wanted of the run at hand.
  bool linearises() const { return method == SamplingMethod::linearised || interval == IntervalKind::bootstrap_t; }
};

/// What does not go together in a plan; empty: nothing. `key`: the one to blame, as a scenario file writes it.
struct SamplingMistake {
  std::string key, message;
};
std::optional<SamplingMistake> mistake_in(const SamplingPlan& plan);

/// Keys of [sampling] that some methods have no use for.
std::vector<std::string> keys_of_methods();

/// What such a key belongs to, in words that go on from its name, where it does nothing under the plan; empty: it does something.
std::string idle(const std::string& key, const SamplingPlan& plan);

}  // namespace puente
