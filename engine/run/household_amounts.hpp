// What each household of a sample adds to the totals of one scenario, by term and fixed slot: units and money of programmes,
// outcomes, choices of school. The same amounts as the tallies add up. One object a thread; `share` and `by_slot` are of all.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/run/block_slots.hpp"
#include "engine/run/household_rows.hpp"
#include "engine/run/programme_terms.hpp"
#include "engine/run/sample_frame.hpp"
#include "engine/run/tallies.hpp"

namespace puente {

/// Weights in the layer at hand of the households and persons that statistics count.
class CountedWeights {
 public:
  explicit CountedWeights(const BlockProcessor& processor);
  double household(std::size_t h) const { return where_ != nullptr && where_[h] == 0 ? 0.0 : processor_.household_weight()[h] * processor_.weight_factor(h); }
  double person(std::size_t i) const { return of_persons_ ? processor_.record_weight()[i] : household(static_cast<std::size_t>(processor_.rows().household_of[i])); }

 private:
  const BlockProcessor& processor_;
  bool of_persons_;
  const double* where_;
};

/// The number of each term among a study's. Terms of programmes that a scenario does not run have no amounts.
class AmountTerms {
 public:
  explicit AmountTerms(const Study& study);
  std::size_t unit(std::size_t programme, UnitTerm term) const { return of_programmes * programme + static_cast<std::size_t>(term); }
  std::size_t cash(std::size_t programme) const { return of_programmes * programme + of_units; }
  std::size_t in_kind(std::size_t programme) const { return of_programmes * programme + of_units + 1; }
  std::size_t outcome(std::size_t k, OutcomeTerm term) const { return first_outcome_ + 2 * k + static_cast<std::size_t>(term); }
  std::size_t children(std::size_t from, std::size_t to) const { return first_choice_ + from * most_alternatives + to; }
  std::size_t earnings() const { return first_choice_ + choice_cells; }
  std::size_t count() const { return count_; }
  bool programmes = false, outcomes = false, choice = false;  ///< whether they are asked for

 private:
  static constexpr std::size_t of_units = terms_of<UnitTerm>(), of_programmes = of_units + 2;
  std::size_t first_outcome_ = 0, first_choice_ = 0, count_ = 0;
};

/// Of one term in one slot.
struct AmountRows {
  std::vector<std::int32_t> household;  ///< index into the frame, rising
  std::vector<double> amount;
};

class HouseholdAmounts {
 public:
  HouseholdAmounts(const Study& study, std::size_t s) : study_(&study), s_(s), terms_(study), rows_(4) {}
  /// The layer just simulated, its measures run.
  void add(const BlockProcessor& processor, const BlockSlots& slots);
  void append(const HouseholdAmounts& more) { rows_.append(more.rows_); }
  void share(Exchange& exchange) { rows_.share(exchange); }
  /// [term][slot], once shared.
  std::vector<std::vector<AmountRows>> by_slot(const SampleFrame& frame) const;

 private:
  void add_programmes(const BlockProcessor& processor, const BlockSlots& slots);
  void add_outcomes(const BlockProcessor& processor, const BlockSlots& slots);
  void add_choice(const BlockProcessor& processor, const BlockSlots& slots);
  void spread_households(const BlockProcessor& processor, const BlockSlots& slots, std::size_t term, std::span<const double> amount);
  void add_person(const BlockProcessor& processor, const BlockSlots& slots, std::size_t term, std::size_t person, double amount);
  void put(const BlockProcessor& processor, std::size_t household, std::size_t term, std::int32_t slot, double amount);

  const Study* study_;
  std::size_t s_;
  AmountTerms terms_;
  HouseholdRows rows_;  ///< household, term, slot, amount
  ProgrammeTerms programme_;
  std::vector<double> amount_;
};

}  // namespace puente
