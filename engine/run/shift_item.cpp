#include "engine/run/shift_item.hpp"

#include <algorithm>
#include <cstdio>

#include "engine/core/error.hpp"
#include "engine/run/common_shift.hpp"

namespace puente {

namespace {

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}

/// The shift of one effect, of a scenario or (s = -1) of the observed programmes.
class ShiftItem : public Item {
 public:
  ShiftItem(Study& study, int s, std::size_t p, std::size_t e, std::size_t threads)
      : study_(study), s_(s), p_(p), e_(e), shares_(threads) {}
  int scenario() const override { return -1; }
  bool ready() const override {
    if (s_ < 0) return study_.data->ready();
    const CompiledScenario& scenario = study_.scenarios[static_cast<std::size_t>(s_)];
    return study_.none_world_ready() && study_.policies[scenario.policy]->ready() &&
           std::all_of(scenario.programmes.begin(), scenario.programmes.end(),
                       [](const CompiledProgramme& p) { return p.cut_resolved; });
  }
  std::string text() const override {
    return "the share of '" + study_.outcomes[effect().outcome].name + "' that programme '" + programme().programme->name + "' changes";
  }
  void collect(BlockProcessor& processor, std::size_t thread) override;
  void finish(Exchange& exchange, Team& team) override;

 private:
  CompiledProgramme& programme() const {
    return s_ < 0 ? study_.observed[p_] : study_.scenarios[static_cast<std::size_t>(s_)].programmes[p_];
  }
  CompiledEffect& effect() const { return programme().effects[e_]; }
  void collect_layer(BlockProcessor& processor, std::size_t thread);
  void require_feasible(const ShareTotals& totals, double target) const;

  Study& study_;
  int s_;
  std::size_t p_, e_;
  std::vector<ShareList> shares_;
};

void ShiftItem::collect(BlockProcessor& processor, std::size_t thread) {
  if (s_ < 0) return collect_layer(processor, thread);
  const auto s = static_cast<std::size_t>(s_);
  const std::size_t layers = processor.begin_scenario(s);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    processor.choose_layer(s, layer);
    collect_layer(processor, thread);
  }
}

void ShiftItem::collect_layer(BlockProcessor& processor, std::size_t thread) {
  std::vector<double> share, w;
  processor.shares_reached(s_, p_, effect(), share, w);
  for (std::size_t i = 0; i < share.size(); ++i) shares_[thread].add(share[i], w[i]);
}

/// Every share stays below 1, so that the mean reaches the target only when it lies below what can move at all.
void ShiftItem::require_feasible(const ShareTotals& totals, double target) const {
  if (target > totals.fixed && target < totals.movable) return;
  const double base = totals.reached / totals.weight;
  const double change = effect().shift.change;
  std::string message = text() + ": a relative change of " + number(100 * change) + " % would take the mean share of those reached from ";
  if (s_ < 0) message += number(target / totals.weight) + " without the programme to the " + number(base) + " observed; part of those reached have a share of 1 or 0, which no shift moves, so that it does not reach there";
  else if (change > 0) message += number(base) + " to " + number(target / totals.weight) + ", which passes " + number(totals.movable / totals.weight) + "; the size must lie below " + number(totals.movable / totals.reached - 1);
  else message += number(base) + " to " + number(target / totals.weight) + ", below the " + number(totals.fixed / totals.weight) + " whose share is 1 and does not move";
  throw bad_input(message);
}

void ShiftItem::finish(Exchange& exchange, Team& team) {
  std::vector<ShareEntry> entries;
  for (ShareList& list : shares_) {
    const std::vector<ShareEntry> part = list.take();
    entries.insert(entries.end(), part.begin(), part.end());
  }
  CommonShift& shift = effect().shift;
  shift.resolved = true;
  const ShareTotals totals = share_totals(entries, exchange, team);
  if (totals.weight == 0 || shift.change == 0) return;  // nobody is reached, or nothing changes
  if (totals.reached == 0)
    throw bad_input(text() + ": its base is 0 for all that are reached, and a relative change of nothing is nothing: use points");
  const double target = s_ < 0 ? totals.reached / (1 + shift.change) : totals.reached * (1 + shift.change);
  require_feasible(totals, target);
  const double log_odds = solve_common_shift(entries, totals, target, exchange, team);
  shift.log_odds = s_ < 0 ? -log_odds : log_odds;
}

/// As observed, a programme shifts by what is taken out of the data: the same shift to the last bit.
bool as_observed(const Study& study, const CompiledProgramme& programme, const CompiledEffect& effect, double& log_odds) {
  if (programme.programme->coverage.mode != CoverageMode::observed || programme.observed_index < 0) return false;
  for (const CompiledEffect& other : study.observed[static_cast<std::size_t>(programme.observed_index)].effects) {
    if (other.outcome != effect.outcome || !other.shift.needed || other.shift.change != effect.shift.change) continue;
    log_odds = other.shift.log_odds;
    return other.shift.resolved;
  }
  return false;
}

}  // namespace

void add_shift_items(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items) {
  const auto add = [&](int s, std::vector<CompiledProgramme>& programmes) {
    for (std::size_t p = 0; p < programmes.size(); ++p)
      for (std::size_t e = 0; e < programmes[p].effects.size(); ++e) {
        CompiledEffect& effect = programmes[p].effects[e];
        if (effect.shift.resolved) continue;
        if (s >= 0 && as_observed(study, programmes[p], effect, effect.shift.log_odds)) effect.shift.resolved = true;
        else items.push_back(std::make_unique<ShiftItem>(study, s, p, e, threads));
      }
  };
  add(-1, study.observed);
  for (std::size_t s = 0; s < study.scenarios.size(); ++s) add(static_cast<int>(s), study.scenarios[s].programmes);
}

}  // namespace puente
