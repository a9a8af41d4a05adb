// What the programmes of one scenario add up to on one thread: units, what delivering costs, and the money of households. They may
// follow those of another scenario: then a programme's sums that are the same there are not added up again.
#pragma once

#include <vector>

#include "engine/run/block_slots.hpp"
#include "engine/run/following_sums.hpp"
#include "engine/run/programme_terms.hpp"
#include "engine/run/tallies.hpp"

namespace puente {

class ProgrammeTally {
 public:
  /// All programmes of scenario s; none where statistics do not ask for them.
  ProgrammeTally(const Study& study, std::size_t s);
  /// The layer just simulated. `leader`: has added this layer, and everybody received the same; null: there is none.
  void add(const BlockProcessor& processor, const BlockSlots& slots, std::size_t layer, ProgrammeTally* leader, bool keep);
  /// From this layer of the block on there is no leader; that of before received something else.
  void stop(const BlockProcessor& processor, const BlockSlots& slots, const ReceivedBlock& received, std::size_t layer);
  /// After the last block, the leader being complete.
  void complete();
  void merge(ProgrammeTally& other);
  /// Collective: totals over all ranks.
  void reduce(Exchange& exchange);
  std::vector<ProgrammeSums> take();

 private:
  struct Sums {
    FollowingSums units, cash, in_kind;  ///< as of ProgrammeSums
  };
  static constexpr FollowingSums Sums::*tables[] = {&Sums::units, &Sums::cash, &Sums::in_kind};
  Sums* sums_of(std::size_t programme);

  const Study& study_;
  std::size_t s_;
  std::vector<Sums> sums_;
  ProgrammeTerms terms_;
  UnitSums unit_sums_;
};

}  // namespace puente
