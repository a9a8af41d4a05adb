#include "engine/run/coverage_items.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/core/error.hpp"
#include "engine/run/coupled_targets.hpp"
#include "engine/run/gather.hpp"
#include "engine/run/unit_item.hpp"

namespace puente {

namespace {

/// What is added up of the units of one cut.
enum Term : std::size_t {
  pool,         ///< weight of who may be offered it
  takers,       ///< weight of who takes it up
  whole_kept,   ///< what whole units' observed members count, who are in beforehand
  counted,      ///< what the others count
  first,        ///< what those of them count who come first, as observed
  terms
};

/// The cut-off of a programme that covers a share, a quota or a budget.
class CutItem : public Item {
 public:
  CutItem(Study& study, std::size_t s, std::size_t p, std::size_t threads)
      : study_(study), s_(s), p_(p), items_(threads), sums_(threads) {
    for (auto& part : sums_) part.resize(terms * groups());
  }
  int scenario() const override { return -1; }
  bool ready() const override { return coverage_ready(study_, s_, p_); }
  std::string text() const override { return "coverage of programme '" + compiled().programme->name + "'"; }
  void collect(BlockProcessor& processor, std::size_t thread) override;
  void finish(Exchange& exchange, Team&) override;

 private:
  const CompiledProgramme& compiled() const { return study_.scenarios[s_].programmes[p_]; }
  std::size_t groups() const { return compiled().within_labels * compiled().strata(); }
  /// Whether a unit has the programme in the data, and so comes first, or, in a whole unit, is in beforehand.
  enum class Observed : std::uint8_t { no, comes_first, is_in };
  void count(std::size_t thread, const SelectionItem& item, double weight, Observed observed);
  double countable_scale(const std::vector<double>& sums) const;
  std::vector<double> targets(const std::vector<double>& sums) const;
  std::vector<double> overlapping(const std::vector<double>& sums, const std::vector<double>& target) const;
  std::vector<Cut> reserving(const std::vector<double>& sums, const std::vector<double>& target,
                             const std::vector<SelectionItem>& items, Exchange& exchange) const;

  Study& study_;
  std::size_t s_, p_;
  std::vector<std::vector<SelectionItem>> items_;
  std::vector<std::vector<ExactSum>> sums_;  ///< a cut: its terms
};

void CutItem::count(std::size_t thread, const SelectionItem& item, double weight, Observed observed) {
  ExactSum* sums = &sums_[thread][terms * static_cast<std::size_t>(item.group)];
  sums[takers].add(weight);
  if (observed == Observed::is_in) return sums[whole_kept].add(item.weight);
  sums[counted].add(item.weight);
  if (observed == Observed::comes_first) sums[first].add(item.weight);
  items_[thread].push_back(item);
}

void CutItem::collect(BlockProcessor& processor, std::size_t thread) {
  for (std::size_t other = 0; other < p_; ++other) processor.offer(s_, other);
  std::vector<double> eligible, takes, cost;
  std::vector<SelectionKey> keys;
  processor.pool_and_takers(s_, p_, eligible, takes);
  processor.selection_keys(s_, p_, keys);
  processor.expected_cost(s_, p_, cost);
  const Programme& programme = *compiled().programme;
  const bool by_cost = programme.coverage.budget.has_value();
  const double* kept = processor.kept_offer(compiled());
  const Observed as_kept = compiled().unit_of_draw.index >= 0 ? Observed::is_in : Observed::comes_first;
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    const auto h = programme.entity == Entity::household ? i : static_cast<std::size_t>(processor.rows().household_of[i]);
    const std::int32_t group = processor.cut_group(s_, p_, i);
    const double weight = processor.counted_weight(h);
    if (eligible[i] == 0 || group < 0 || processor.drops(h)) continue;
    sums_[thread][terms * static_cast<std::size_t>(group) + pool].add(weight);
    if (takes[i] == 0) continue;
    const Observed observed = kept != nullptr && kept[i] != 0 ? as_kept : Observed::no;
    if (const auto split = processor.split_unit(s_, p_, i, keys[i])) {
      count(thread, {split->first, weight * split->part, group}, weight * split->part, observed);
      count(thread, {split->last, weight * (1 - split->part), group - 1}, weight * (1 - split->part), observed);
      continue;
    }
    count(thread, {keys[i], by_cost ? weight * cost[i] : weight, group}, weight, observed);
  }
}

/// What each label of `within` shall count, all strata together.
std::vector<double> CutItem::targets(const std::vector<double>& sums) const {
  const Coverage& coverage = compiled().programme->coverage;
  const std::size_t strata = compiled().strata();
  std::vector<std::array<double, terms>> of_label(compiled().within_labels);
  double all = 0;
  for (std::size_t g = 0; g < groups(); ++g)
    for (std::size_t t = 0; t < terms; ++t) of_label[g / strata][t] += sums[terms * g + t];
  for (const auto& label : of_label) all += label[pool];
  std::vector<double> target;
  for (const auto& label : of_label) {
    const double limit = coverage.budget ? compiled().budget : compiled().quota;
    const double part = of_label.size() == 1 || all == 0 ? 1.0 : label[pool] / all;
    const double wanted = coverage.mode == CoverageMode::share ? compiled().share * label[coverage.of_takers ? takers : pool] : limit * part;
    target.push_back(std::max(0.0, wanted - label[whole_kept]));
  }
  return target;
}

/// The target of each label split between clients of the programme overlapped (stratum 1) and others (0).
std::vector<double> CutItem::overlapping(const std::vector<double>& sums, const std::vector<double>& target) const {
  std::vector<double> split;
  for (std::size_t label = 0; label < target.size(); ++label) {
    const double* without = &sums[terms * 2 * label];
    const double* with = without + terms;
    const OverlapRoom room{with[counted], without[counted], with[first], without[first]};
    const double covered = std::min(target[label], room.with + room.without);
    const double joint = overlap_target(study_.scenarios[s_], p_, room, covered, with[pool] + without[pool], Rounding::none);
    split.push_back(covered - joint);
    split.push_back(joint);
  }
  return split;
}

/// Reserved places first, in the order of coverage; where all together give them as many, nothing changes.
std::vector<Cut> CutItem::reserving(const std::vector<double>& sums, const std::vector<double>& target,
                                    const std::vector<SelectionItem>& items, Exchange& exchange) const {
  std::vector<SelectionItem> together = items;
  for (SelectionItem& item : together) item.group /= 2;
  const std::vector<Cut> open = select_up_to(together, target, exchange);
  std::vector<ExactSum> served(target.size());
  for (const SelectionItem& item : items) {
    const Cut& cut = open[static_cast<std::size_t>(item.group / 2)];
    const bool in = cut.all || item.key < cut.key;
    if (item.group % 2 == 1 && (in || item.key == cut.key)) served[static_cast<std::size_t>(item.group / 2)].add(in ? item.weight : item.weight * cut.fraction);
  }
  reduce(served, exchange);
  std::vector<double> apart(2 * target.size());
  for (std::size_t label = 0; label < target.size(); ++label) {
    const double reserved = std::min(compiled().reserved_share * target[label], sums[terms * (2 * label + 1) + counted]);
    apart[2 * label] = target[label] - reserved;
    apart[2 * label + 1] = reserved;
  }
  std::vector<Cut> cuts = select_up_to(items, apart, exchange);
  for (std::size_t label = 0; label < target.size(); ++label)
    if (open[label].all || served[label].value() >= apart[2 * label + 1]) cuts[2 * label] = cuts[2 * label + 1] = open[label];
  return cuts;
}

/// Cumulative weights are counted below 2^46 (fixed_weight.hpp). The power of two that brings what counts more, as a
/// budget in a currency of small worth, below; a cut does not depend on the scale.
double CutItem::countable_scale(const std::vector<double>& sums) const {
  double scale = 1, most = 0;
  for (std::size_t g = 0; g < groups(); ++g) {
    const double counts = sums[terms * g + counted];
    if (std::isnan(counts)) throw bad_input(text() + ": a cost is 6e+23 or more; give money in millions");
    most += counts;
  }
  while (most * scale >= 0x1p45) scale /= 2;
  return scale;
}

void CutItem::finish(Exchange& exchange, Team&) {
  std::vector<double> sums = total(sums_, exchange);
  const double scale = countable_scale(sums);
  std::vector<double> target = targets(sums);
  if (compiled().overlaps >= 0) target = overlapping(sums, target);
  for (double& limit : target) limit *= scale;
  std::vector<SelectionItem> items = joined(items_);
  for (SelectionItem& item : items) item.weight *= scale;
  for (std::size_t g = 0; g < groups(); ++g) sums[terms * g + counted] *= scale;
  CompiledProgramme& p = study_.scenarios[s_].programmes[p_];
  const bool reserves = p.reserved_for.index >= 0;
  p.cuts = reserves ? reserving(sums, target, items, exchange) : select_up_to(items, target, exchange);
  p.cut_resolved = true;
}

}  // namespace

bool coverage_ready(const Study& study, std::size_t s, std::size_t p) {
  const CompiledScenario& scenario = study.scenarios[s];
  if (!study.none_world_ready() || !study.policies[scenario.policy]->ready()) return false;
  return std::all_of(scenario.programmes.begin(), scenario.programmes.begin() + static_cast<std::ptrdiff_t>(p),
                     [](const CompiledProgramme& before) { return before.cut_resolved; });
}

void add_coverage_items(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items) {
  for (std::size_t s = 0; s < study.scenarios.size(); ++s)
    for (std::size_t p = 0; p < study.scenarios[s].programmes.size(); ++p) {
      const CompiledProgramme& programme = study.scenarios[s].programmes[p];
      if (programme.cut_resolved) continue;
      if (programme.units.counted) add_unit_item(study, s, p, threads, items);
      else items.push_back(std::make_unique<CutItem>(study, s, p, threads));
    }
}

}  // namespace puente
