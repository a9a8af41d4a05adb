// The sampling design of a survey: strata, primary sampling units (PSU) within them, households within those where two
// stages count, and how much of the population each stage took. Units stand in the order of their keys, so that nothing
// depends on the order of records. Immutable after construction; safe to share between threads.
//
// A record is what was drawn or what belongs to it (a household, a person): its keys say in which unit it lies. A PSU's
// key need only be its own within its stratum. Clones carry the keys of the household they come from. Every rank makes the
// whole design from everybody's keys, and finds the units of its own records by `unit_of`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/statistics/exact_sum.hpp"

namespace puente {

/// Keys of n records; `ssu` (the household, say) is empty where only the first stage counts.
struct DesignKeys {
  std::span<const std::int64_t> stratum, psu, ssu;
};

/// What of the population was there to draw from, a value a record; empty: drawn with replacement, or from so many that it
/// does not matter. Counts: of PSUs in the record's stratum, of second-stage units in its PSU (R survey's fpc = ~N + M).
/// Fractions: drawn over there, in (0, 1].
struct FinitePopulation {
  enum class Unit : std::uint8_t { count, fraction };
  Unit unit = Unit::count;
  std::span<const double> first_stage, second_stage;
};

/// A stratum with a single PSU (or a PSU with a single household, where two stages count), as R's `survey.lonely.psu`. One
/// that was taken as a whole (PSUs drawn = PSUs there) has no variance and needs no rule.
enum class LonelyPsu : std::uint8_t {
  fail,       ///< an error names the stratum
  certainty,  ///< it was sure to be drawn: no variance
  remove,     ///< the same number; "its variance is left out"
  adjust,     ///< centred at the mean of the whole sample, 0 for linearised values, instead of its own
  average,    ///< counts with the average variance of the other strata
};

class SurveyDesign {
 public:
  /// Errors: a singleton under `fail`; a count below what was drawn, a fraction outside (0, 1], a value that differs within its
  /// stratum or PSU: each names the stratum. A second stage needs a first-stage correction.
  SurveyDesign(const DesignKeys& keys, const FinitePopulation& population = {}, LonelyPsu lonely = LonelyPsu::fail);

  std::size_t records() const { return unit_of_record_.size(); }
  std::size_t units() const { return psu_of_unit_.size(); }  ///< last-stage units: PSUs, or households where two stages count
  std::size_t psus() const { return psus_.size(); }
  std::size_t strata() const { return strata_.size(); }
  std::int64_t degrees_of_freedom() const { return static_cast<std::int64_t>(psus()) - static_cast<std::int64_t>(strata()); }
  /// PSUs − strata among those with a record of positive weight, as R counts for a domain.
  std::int64_t degrees_of_freedom(std::span<const double> weight) const;

  struct Psu {
    std::int64_t key = 0;
    std::size_t stratum = 0, first_unit = 0, end_unit = 0;
    double drawn_fraction = 0;  ///< of its second-stage units; 0: no correction, the stage does not count
    std::size_t size() const { return end_unit - first_unit; }
  };
  struct Stratum {
    std::int64_t key = 0;
    std::size_t first_psu = 0, end_psu = 0;
    double drawn_fraction = 0;  ///< of its PSUs; 0: no correction
    std::size_t size() const { return end_psu - first_psu; }
  };
  std::span<const Stratum> all_strata() const { return strata_; }
  std::span<const Psu> all_psus() const { return psus_; }
  /// The last-stage unit with these keys, which records of the design must hold; `ssu` is not looked at where one stage counts.
  std::size_t unit_of(std::int64_t stratum, std::int64_t psu, std::int64_t ssu = 0) const;
  std::size_t unit_of_record(std::size_t record) const { return unit_of_record_[record]; }
  std::size_t psu_of_record(std::size_t record) const { return psu_of_unit_[unit_of_record_[record]]; }
  LonelyPsu lonely() const { return lonely_; }

 private:
  void gather(const DesignKeys& keys);
  void correct(const FinitePopulation& population);
  void check_lonely() const;

  std::vector<std::size_t> unit_of_record_, psu_of_unit_;
  std::vector<std::int64_t> unit_key_;  ///< of the second stage; 0 where one stage counts
  bool two_stages_ = false;
  std::vector<Psu> psus_;
  std::vector<Stratum> strata_;
  LonelyPsu lonely_;
};

/// Totals of a column over last-stage units: exact, the same bits in any order and over any ranks. One object a thread;
/// merge threads by `merge`, ranks by an all-reduce of `sums` (run/reduce.hpp).
class UnitTotals {
 public:
  explicit UnitTotals(const SurveyDesign& design) : sums_(design.units()) {}
  void add(std::size_t unit, double contribution) { sums_[unit].add(contribution); }
  void merge(const UnitTotals& other);
  std::span<ExactSum> sums() { return sums_; }
  std::span<const ExactSum> sums() const { return sums_; }

 private:
  std::vector<ExactSum> sums_;
};

/// `contribution`: one value a record, w·z (influence.hpp), 0 outside a domain.
UnitTotals unit_totals(const SurveyDesign& design, std::span<const double> contribution);

}  // namespace puente
