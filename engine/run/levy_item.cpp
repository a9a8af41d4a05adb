#include "engine/run/levy_item.hpp"

#include <algorithm>

#include "engine/core/error.hpp"
#include "engine/run/delivery_cost.hpp"
#include "engine/run/gather.hpp"

namespace puente {

namespace {

class LevyItem : public Item {
 public:
  LevyItem(Study& study, std::size_t s, std::size_t threads)
      : study_(study), s_(s), costs_(threads), sums_(threads), base_(threads) {
    for (auto& sums : sums_) sums.resize(1 + study.observed.size() + study.scenarios[s].programmes.size());
  }
  int scenario() const override { return static_cast<int>(s_); }
  bool ready() const override { return unfinanced_ready(study_, s_); }
  std::string text() const override { return "financing of scenario '" + study_.scenarios[s_].scenario->name + "'"; }
  void collect(BlockProcessor& processor, std::size_t thread) override;
  void finish(Exchange& exchange, Team&) override;

 private:
  template <class Weight>
  void add_costs(const BlockProcessor& processor, std::size_t thread, int s, std::size_t p, Weight weight, ExactSum& sum);

  Study& study_;
  std::size_t s_;
  std::vector<DeliveryCost> costs_;
  std::vector<std::vector<ExactSum>> sums_;  ///< what the levy is on, costs of the observed programmes, of the scenario's
  std::vector<std::vector<double>> base_;
};

template <class Weight>
void LevyItem::add_costs(const BlockProcessor& processor, std::size_t thread, int s, std::size_t p, Weight weight, ExactSum& sum) {
  const CompiledProgramme& programme = s < 0 ? study_.observed[p] : study_.scenarios[s_].programmes[p];
  const ProgrammeState& state = s < 0 ? processor.observed(p) : processor.state().programmes[p];
  const rules::Rows& rows = processor.rows();
  const Entity entity = programme.programme->entity;
  costs_[thread].look(processor, s, p);
  for (std::size_t i = 0; i < rows.count(entity); ++i) {
    const std::size_t h = entity == Entity::household ? i : static_cast<std::size_t>(rows.household_of[i]);
    if (state.receives[i] != 0) sum.add(costs_[thread].of(i, h) * weight(h));
  }
  for (std::size_t h = 0; programme.programme->cash && h < rows.households; ++h) sum.add(state.cash[h] * weight(h));
}

void LevyItem::collect(BlockProcessor& processor, std::size_t thread) {
  if (!processor.faults().empty()) return;
  std::vector<ExactSum>& sums = sums_[thread];
  const std::size_t observed = study_.observed.size();
  const auto of_layer = [&](std::size_t h) { return processor.household_weight()[h] * processor.weight_factor(h); };
  for (std::size_t p = 0; p < study_.scenarios[s_].programmes.size(); ++p)
    add_costs(processor, thread, static_cast<int>(s_), p, of_layer, sums[1 + observed + p]);
  processor.levy_base(s_, base_[thread]);
  for (std::size_t h = 0; h < base_[thread].size(); ++h) sums[0].add(base_[thread][h] * of_layer(h));
  if (!processor.at_first_layer()) return;
  const auto whole = [&](std::size_t h) { return processor.counted_weight(h); };
  for (std::size_t o = 0; o < observed; ++o) add_costs(processor, thread, -1, o, whole, sums[1 + o]);
}

void LevyItem::finish(Exchange& exchange, Team&) {
  CompiledScenario& scenario = study_.scenarios[s_];
  CompiledLevy& levy = scenario.levy;
  const std::vector<double> sums = total(sums_, exchange);
  double paid_for = 0, cost = 0;
  for (std::size_t o = 0; o < study_.observed.size(); ++o) paid_for += sums[1 + o] + study_.observed[o].cost_fixed;
  for (std::size_t p = 0; p < scenario.programmes.size(); ++p)
    cost += sums[1 + study_.observed.size() + p] + scenario.programmes[p].cost_fixed;
  levy.raised = cost - paid_for;
  levy.resolved = true;
  if (levy.raised == 0) return;
  if (!(sums[0] > 0)) throw bad_input(text() + ": nobody pays: what the levy is on is 0 for all");
  levy.rate = levy.raised / sums[0];
  if (!levy.flat && levy.rate > 1)
    throw bad_input(text() + ": " + shortest(levy.raised) + " must be raised, and what the levy is on is " + shortest(sums[0]) + " in all");
}

}  // namespace

bool unfinanced_ready(const Study& study, std::size_t s) {
  const CompiledScenario& scenario = study.scenarios[s];
  return study.none_world_ready() && study.policies[scenario.policy]->ready() && shifts_resolved(scenario.programmes) &&
         std::all_of(scenario.programmes.begin(), scenario.programmes.end(), [](const CompiledProgramme& p) { return p.cut_resolved; });
}

void add_levy_items(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items) {
  for (std::size_t s = 0; s < study.scenarios.size(); ++s)
    if (!study.scenarios[s].levy.resolved) items.push_back(std::make_unique<LevyItem>(study, s, threads));
}

}  // namespace puente
