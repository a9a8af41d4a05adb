// The last pass: every scenario's welfare, programmes, attendance and outcomes, for everybody and every group, in one
// walk over the population (and a second one where a sketch is too coarse). Numbers are sums of pure functions of single
// units, so that they do not depend on the layout.
#pragma once

#include <vector>

#include "engine/run/passes.hpp"
#include "engine/statistics/limb_table.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

/// Terms of a slot's counts, of a programme, of school attendance and of an outcome; the first is a weight.
enum class CountTerm : std::size_t { households, persons, count };
enum class UnitTerm : std::size_t { eligible, recipients, delivery, count };
enum class LevyTerm : std::size_t { households, paid, count };
enum class AttendanceTerm : std::size_t { persons, attending, count };
enum class OutcomeTerm : std::size_t { weight, sum, count };
/// Of the children who choose, by state in the data and in the scenario: persons, and what they earn beyond the data.
enum class ChoiceTerm : std::size_t { children, earnings, count };
template <class Term>
constexpr std::size_t terms_of() { return static_cast<std::size_t>(Term::count); }
constexpr std::size_t choice_cells = most_alternatives * most_alternatives;

/// What a programme adds up to, by slot: its units, and the money of their households. Money that it never pays has no
/// slots.
struct ProgrammeSums {
  LimbTable units{0, 0};                ///< [slot] × UnitTerm
  LimbTable cash{0, 0}, in_kind{0, 0};  ///< [slot]
  double unit(std::size_t slot, UnitTerm term) const { return units.value(slot, static_cast<std::size_t>(term)); }
  double spending(std::size_t slot) const;
  double cost(std::size_t slot) const;
};

/// What one scenario adds up to, the same on every rank. Slots that no scenario changes are counted in the reference.
struct ScenarioTotals {
  std::vector<WelfareResult> welfare;   ///< [slot]
  LimbTable counts{0, 0};               ///< [slot] × CountTerm; where persons count, `welfare` has them
  LimbTable levy{0, 0};                 ///< [slot] × LevyTerm; no slots where nothing is raised
  std::vector<ProgrammeSums> programmes;  ///< one a programme of the scenario
  std::vector<LimbTable> attendance;    ///< for each age band, of all and of each sex: [slot] × AttendanceTerm
  std::vector<LimbTable> work;          ///< the same of those who work; empty where no column says who does
  LimbTable choice{0, 0};               ///< [slot × choice_cells] × ChoiceTerm; no slots without [schooling]
  std::vector<LimbTable> outcomes;      ///< one a measure: [slot] × OutcomeTerm
  /// The same units as they are in the scenario that this one is compared with, for recipients and arms; empty if none.
  std::vector<WelfareResult> compared_welfare;
  std::vector<LimbTable> compared_attendance, compared_work, compared_outcomes;
};

struct Totals {
  std::vector<ScenarioTotals> scenarios;
  double excluded = 0;                  ///< records left out by `where` or [missing]
};

/// Runs the last pass. The study must be resolved.
Totals tally(const Study& study, BlockRunner& runner);

}  // namespace puente
