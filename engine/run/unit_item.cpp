#include "engine/run/unit_item.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <tuple>

#include "engine/run/coupled_targets.hpp"

namespace puente {

namespace {

/// A unit as ranks tell it to each other. label -1: it has clients of the programme overlapped.
struct Told {
  double unit = 0;
  std::int32_t label = 0, kept = 0;
};

/// One unit of a label: observed in the programme, with clients of the one overlapped.
struct Candidate {
  SelectionKey key{};
  double unit = 0;
  bool kept = false, with = false;
};

class UnitItem : public Item {
 public:
  UnitItem(Study& study, std::size_t s, std::size_t p, std::size_t threads)
      : study_(study), s_(s), p_(p), seen_(threads), with_(threads) {}
  int scenario() const override { return -1; }
  bool ready() const override { return coverage_ready(study_, s_, p_); }
  std::string text() const override { return "units of programme '" + compiled().programme->name + "'"; }
  void collect(BlockProcessor& processor, std::size_t thread) override;
  void finish(Exchange& exchange, Team&) override;

 private:
  const CompiledProgramme& compiled() const { return study_.scenarios[s_].programmes[p_]; }
  void collect_overlapped(BlockProcessor& processor, std::size_t thread);
  void share_with(Exchange& exchange);
  std::size_t joint_units(const std::vector<Candidate>& units, std::size_t covered) const;
  void choose(std::int32_t label, std::vector<Candidate>& units, CoveredUnits& result) const;

  Study& study_;
  std::size_t s_, p_;
  std::vector<std::map<DrawUnit, bool>> seen_;  ///< units of the pool, and whether someone there has it in the data
  std::vector<std::set<double>> with_;          ///< units with clients of the programme overlapped
};

void UnitItem::collect(BlockProcessor& processor, std::size_t thread) {
  for (std::size_t other = 0; other < p_; ++other) processor.offer(s_, other);
  std::vector<double> pool, takers;
  std::vector<SelectionKey> keys;
  processor.pool_and_takers(s_, p_, pool, takers);
  processor.selection_keys(s_, p_, keys);  // reports missing units
  const double* unit = processor.policy(s_, compiled().unit_of_draw);
  const double* kept = processor.kept_offer(compiled());
  for (std::size_t i = 0; i < pool.size(); ++i) {
    const auto h = compiled().programme->entity == Entity::household ? i : static_cast<std::size_t>(processor.rows().household_of[i]);
    if (pool[i] == 0 || std::isnan(unit[i]) || processor.counted_weight(h) == 0) continue;
    const std::int32_t label = processor.cut_group(s_, p_, i);
    if (label < 0) continue;
    bool& observed = seen_[thread].try_emplace({label, unit[i] + 0.0}, false).first->second;
    observed |= kept != nullptr && kept[i] != 0;
  }
  if (compiled().overlaps >= 0) collect_overlapped(processor, thread);
}

void UnitItem::collect_overlapped(BlockProcessor& processor, std::size_t thread) {
  const auto other = static_cast<std::size_t>(compiled().overlaps);
  const CompiledProgramme& overlapped = study_.scenarios[s_].programmes[other];
  const std::span<const double> offered = processor.state().programmes[other].offered;
  const double* unit = processor.policy(s_, overlapped.unit_of_draw);
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const auto h = overlapped.programme->entity == Entity::household ? i : static_cast<std::size_t>(processor.rows().household_of[i]);
    if (offered[i] != 0 && processor.counted_weight(h) != 0) with_[thread].insert(unit[i] + 0.0);
  }
}

/// Every thread and rank tells the units it has seen.
void UnitItem::share_with(Exchange& exchange) {
  std::vector<Told> mine;
  for (const auto& seen : seen_)
    for (const auto& [unit, observed] : seen) mine.push_back({unit.unit, unit.label, observed ? 1 : 0});
  for (const auto& with : with_)
    for (const double unit : with) mine.push_back({unit, -1, 0});
  const auto bytes = exchange.gather_all(std::as_bytes(std::span(mine)));
  std::vector<Told> all(bytes.size() / sizeof(Told));
  if (!all.empty()) std::memcpy(all.data(), bytes.data(), all.size() * sizeof(Told));
  for (const Told& told : all) {
    if (told.label < 0) with_[0].insert(told.unit);
    else seen_[0].try_emplace({told.label, told.unit}, false).first->second |= told.kept != 0;
  }
}

/// How many of the units covered shall have clients of the programme overlapped.
std::size_t UnitItem::joint_units(const std::vector<Candidate>& units, std::size_t covered) const {
  OverlapRoom room;
  for (const Candidate& unit : units) {
    (unit.with ? room.with : room.without) += 1;
    if (unit.kept) (unit.with ? room.kept_with : room.kept_without) += 1;
  }
  return static_cast<std::size_t>(overlap_target(study_.scenarios[s_], p_, room, static_cast<double>(covered),
                                                 static_cast<double>(units.size()), Rounding::to_whole));
}

/// The first of a label's units in the order of coverage: those observed, then by the unit's draw.
void UnitItem::choose(std::int32_t label, std::vector<Candidate>& units, CoveredUnits& result) const {
  std::sort(units.begin(), units.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(!a.kept, a.key) < std::tuple(!b.kept, b.key);
  });
  const auto covered = static_cast<std::size_t>(std::floor(compiled().share * static_cast<double>(units.size()) + 0.5));
  const bool coupled = compiled().overlaps >= 0;
  std::size_t with = coupled ? joint_units(units, covered) : 0, without = covered - with;
  result.total += static_cast<double>(units.size());
  result.shared += static_cast<double>(with);
  for (const Candidate& unit : units) {
    std::size_t& left = unit.with ? with : without;
    if (left == 0) continue;
    --left;
    result.in.push_back({label, unit.unit});
  }
}

void UnitItem::finish(Exchange& exchange, Team&) {
  share_with(exchange);
  std::map<std::int32_t, std::vector<Candidate>> of_label;
  for (const auto& [unit, observed] : seen_[0])
    of_label[unit.label].push_back({unit_key(compiled(), unit.unit), unit.unit, observed, with_[0].count(unit.unit) != 0});
  CompiledProgramme& p = study_.scenarios[s_].programmes[p_];
  for (auto& [label, units] : of_label) choose(label, units, p.units);
  std::sort(p.units.in.begin(), p.units.in.end());
  p.cut_resolved = true;
}

}  // namespace

void add_unit_item(Study& study, std::size_t s, std::size_t p, std::size_t threads, std::vector<std::unique_ptr<Item>>& items) {
  items.push_back(std::make_unique<UnitItem>(study, s, p, threads));
}

}  // namespace puente
