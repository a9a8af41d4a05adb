// What the programmes of one scenario add up to on one thread: units, what delivering costs, and the money of households.
#pragma once

#include <vector>

#include "engine/run/block_slots.hpp"
#include "engine/run/programme_terms.hpp"
#include "engine/run/tallies.hpp"

namespace puente {

class ProgrammeTally {
 public:
  /// All programmes of scenario s; none where statistics do not ask for them.
  ProgrammeTally(const Study& study, std::size_t s);
  /// The layer just simulated.
  void add(const BlockProcessor& processor, const BlockSlots& slots);
  void merge(ProgrammeTally& other);
  /// Collective: totals over all ranks.
  void reduce(Exchange& exchange);
  std::vector<ProgrammeSums> take() { return std::move(sums_); }

 private:
  const Study& study_;
  std::size_t s_;
  std::vector<ProgrammeSums> sums_;
  ProgrammeTerms terms_;
  UnitSums unit_sums_;
};

}  // namespace puente
