// The last pass: every scenario's welfare, programmes, attendance and outcomes, for everybody and every group, in one
// walk over the population. A Tallies object belongs to one thread; they are merged and reduced once.
#pragma once

#include <vector>

#include "engine/run/passes.hpp"
#include "engine/run/sum_table.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

/// Columns of the sums of one programme in one slot.
enum class ProgrammeSum : std::size_t { eligible, recipients, spending, cost, count };
/// Columns of the sums of a slot that no scenario changes.
enum class SlotSum : std::size_t { households, persons, count };

/// Everything summed, the same on every rank.
struct Totals {
  std::vector<std::vector<WelfareResult>> welfare;  ///< [scenario][slot]
  SumTable slots{0, 0};                             ///< [slot] × SlotSum
  std::vector<SumTable> programmes;                 ///< [scenario]: [slot × programmes] × ProgrammeSum
  std::vector<SumTable> attendance;                 ///< [scenario]: [slot × bands × (1 + sexes)] × (weight attending, weight)
  std::vector<SumTable> outcomes;                   ///< [scenario]: [slot × outcomes] × (weighted sum, weight)
  double excluded = 0;                              ///< records left out by `where` or [missing]
};

/// Runs the last pass. The study must be resolved.
Totals tally(const Study& study, BlockRunner& runner);

}  // namespace puente
