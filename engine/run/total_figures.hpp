// Linearised contributions of a sample's totals and ratios of totals: programmes, outcomes, choices of school. What a levy asks and who
// chooses what is held fixed. A cut-off is found in the sample and moves with it (a budget is spent whatever the sample), so what it
// serves is not known here. Immutable.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "engine/run/results.hpp"
#include "engine/run/sample_rows.hpp"
#include "engine/statistics/design_variance.hpp"

namespace puente {

/// A figure of one slot of one scenario: where it stands in its variable, and its contributions by sampling unit.
struct SampleFigure {
  std::string variable;
  std::size_t index = 0;
  DesignTotals totals;
  bool known = true;  ///< false: its error cannot be seen from the contributions
};

class TotalFigures {
 public:
  TotalFigures(const Study& study, const Results& results, const SurveyDesign& design)
      : study_(study), results_(results), design_(design), terms_(study), groups_(results.dimension("group").size()), households_(design.records()) {
    std::iota(households_.begin(), households_.end(), 0);
  }
  /// Appends those of the slot, the same ones in every scenario.
  void add(std::size_t s, std::size_t slot, const ScenarioSample& sample, std::vector<SampleFigure>& figures) const;

 private:
  using Amounts = std::vector<double>;  ///< of households, in the order of the frame
  struct Place {
    std::size_t s, slot;
    const ScenarioSample& sample;
    std::vector<SampleFigure>& figures;
  };
  Amounts of(const Place& at, std::size_t term) const;
  Amounts sum(const Place& at, std::vector<std::size_t> terms) const;
  Amounts ratio(const Amounts& a, const Amounts& b) const;
  void put(const Place& at, const char* name, std::size_t index, const Amounts& contributions, bool known = true) const;
  bool spreads(const Amounts& of) const { return domain_spreads(design_, households_, of); }
  bool has_cut_off(const Place& at, std::size_t programme) const;
  void add_programmes(const Place& at) const;
  void add_unfunded(const Place& at) const;
  void add_outcomes(const Place& at) const;
  void add_choice(const Place& at) const;

  const Study& study_;
  const Results& results_;
  const SurveyDesign& design_;
  AmountTerms terms_;
  std::size_t groups_;                    ///< of the results, contrasts too
  std::vector<std::int32_t> households_;  ///< all of the frame
};

}  // namespace puente
