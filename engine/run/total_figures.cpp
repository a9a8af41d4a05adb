#include "engine/run/total_figures.hpp"

#include <algorithm>
#include <cmath>

namespace puente {

TotalFigures::Amounts TotalFigures::of(const Place& at, std::size_t term) const { return sum(at, {term}); }

TotalFigures::Amounts TotalFigures::sum(const Place& at, std::vector<std::size_t> terms) const {
  Amounts amounts(design_.records(), 0.0);
  for (const std::size_t term : terms) {
    const AmountRows& rows = at.sample.amounts[term][at.slot];
    for (std::size_t i = 0; i < rows.household.size(); ++i) amounts[static_cast<std::size_t>(rows.household[i])] += rows.amount[i];
  }
  return amounts;
}

/// Of Σa / Σb: (a − R b) / Σb; missing where nothing is in b.
TotalFigures::Amounts TotalFigures::ratio(const Amounts& a, const Amounts& b) const {
  double above = 0, below = 0;
  for (std::size_t h = 0; h < a.size(); ++h) {
    above += a[h];
    below += b[h];
  }
  Amounts e(a.size(), below > 0 ? 0.0 : NAN);
  for (std::size_t h = 0; below > 0 && h < a.size(); ++h) e[h] = (a[h] - above / below * b[h]) / below;
  return e;
}

void TotalFigures::put(const Place& at, const char* name, std::size_t index, const Amounts& contributions, bool known) const {
  if (results_.find(name) == nullptr) return;
  at.figures.push_back({name, index, DesignTotals(design_, households_, contributions), known});
}

bool TotalFigures::has_cut_off(const Place& at, std::size_t programme) const {
  const auto& all = study_.scenarios[at.s].programmes;
  return std::any_of(all.begin(), all.end(), [&](const CompiledProgramme& p) { return p.number == programme && p.cut_needed; });
}

void TotalFigures::add_programmes(const Place& at) const {
  const std::size_t programmes = study_.programme_names.size();
  for (std::size_t p = 0; p < programmes; ++p) {
    const std::size_t index = (at.s * programmes + p) * groups_ + at.slot;
    const Amounts recipients = of(at, terms_.unit(p, UnitTerm::recipients)), eligible = of(at, terms_.unit(p, UnitTerm::eligible));
    const bool known = !has_cut_off(at, p);
    put(at, "recipients", index, recipients, known);
    put(at, "spending", index, sum(at, {terms_.cash(p), terms_.in_kind(p)}), known);
    put(at, "cost", index, sum(at, {terms_.cash(p), terms_.unit(p, UnitTerm::delivery)}), known);
    put(at, "coverage", index, ratio(recipients, eligible), known && spreads(eligible));
  }
  if (at.slot == 0) add_unfunded(at);
}

void TotalFigures::add_unfunded(const Place& at) const {
  const CompiledScenario& scenario = study_.scenarios[at.s];
  std::vector<std::size_t> terms;
  bool known = true;
  for (const CompiledProgramme& p : scenario.programmes) {
    if (scenario.levy.needed || p.programme->coverage.mode == CoverageMode::observed) continue;
    for (const std::size_t term : {terms_.cash(p.number), terms_.unit(p.number, UnitTerm::delivery)}) terms.push_back(term);
    known = known && !p.cut_needed;
  }
  put(at, "unfunded_cost", at.s, sum(at, terms), known);
}

void TotalFigures::add_outcomes(const Place& at) const {
  const std::size_t outcomes = study_.outcome_means.size();
  for (std::size_t k = 0; k < outcomes; ++k) {
    const Amounts total = of(at, terms_.outcome(k, OutcomeTerm::sum)), weight = of(at, terms_.outcome(k, OutcomeTerm::weight));
    put(at, "outcome_mean", (at.s * groups_ + at.slot) * outcomes + k, ratio(total, weight), spreads(weight));
  }
}

void TotalFigures::add_choice(const Place& at) const {
  const std::size_t group = at.s * groups_ + at.slot, states = study_.model.schooling->model->alternatives.size();
  std::vector<std::size_t> attending;
  for (std::size_t from = 0; from < states; ++from)
    for (std::size_t to = 0; to < states; ++to) {
      put(at, "schooling_transition", (group * states + from) * states + to, of(at, terms_.children(from, to)));
      if (to > 0) attending.push_back(terms_.children(from, to));
    }
  put(at, "pupils", group, sum(at, attending));
  put(at, "child_earnings_change", group, of(at, terms_.earnings()));
}

void TotalFigures::add(std::size_t s, std::size_t slot, const ScenarioSample& sample, std::vector<SampleFigure>& figures) const {
  const Place at{s, slot, sample, figures};
  if (terms_.programmes) add_programmes(at);
  if (terms_.outcomes) add_outcomes(at);
  if (terms_.choice) add_choice(at);
}

}  // namespace puente
