#include "engine/run/tallies.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

#include "engine/core/error.hpp"
#include "engine/run/scenario_tally.hpp"
#include "engine/statistics/key_bytes.hpp"

namespace puente {

namespace {

/// One thread's tallies of every scenario.
class ThreadTallies {
 public:
  explicit ThreadTallies(const Study& study) : slots_(study), bands_(study), study_(study), kept_(study.scenarios.size()) {
    for (std::size_t s = 0; s < study.scenarios.size(); ++s) scenarios_.emplace_back(study, s);
    find_order();
    find_followers();
  }

  /// The reference first: groups are those of its people, and stay fixed for all scenarios.
  void add_block(BlockProcessor& processor) {
    for (const std::size_t s : order_) add_scenario(processor, s);
  }
  /// After the last block.
  void complete() {
    for (const std::size_t s : order_)
      if (const int before = study_.compared_with(s); before >= 0) scenarios_[s].complete(scenarios_[static_cast<std::size_t>(before)]);
  }
  void merge(ThreadTallies& other) {
    for (std::size_t s = 0; s < scenarios_.size(); ++s) scenarios_[s].merge(other.scenarios_[s]);
  }
  ScenarioTally& scenario(std::size_t s) { return scenarios_[s]; }
  /// From now on only records of slots that were too coarse are kept.
  void refine(const ThreadTallies& from) {
    forget_compared();
    for (std::size_t s = 0; s < scenarios_.size(); ++s) scenarios_[s].refine(from.scenarios_[s]);
  }
  void keep_all_records(const ThreadTallies& from) {
    forget_compared();
    for (std::size_t s = 0; s < scenarios_.size(); ++s) scenarios_[s].keep_all_records(from.scenarios_[s]);
  }
  void count_in(KeyBytes& bytes) {
    for (ScenarioTally& scenario : scenarios_) scenario.count_in(bytes);
  }
  void begin_part(const KeyPart& part) {
    for (ScenarioTally& scenario : scenarios_) scenario.begin_part(part);
  }
  double coarse_bytes() const {
    return std::accumulate(scenarios_.begin(), scenarios_.end(), 0.0, [](double sum, const ScenarioTally& s) { return sum + s.coarse_bytes(); });
  }
  bool too_coarse() const {
    return std::any_of(scenarios_.begin(), scenarios_.end(), [](const ScenarioTally& s) { return s.too_coarse(); });
  }

 private:
  /// From here on nobody adds what differs: what is compared matters for recipients and arms alone.
  void forget_compared() {
    if (!study_.recipients && !study_.arms) std::fill(kept_.begin(), kept_.end(), std::nullopt);
  }
  void find_order();
  void find_followers();
  void add_scenario(BlockProcessor& processor, std::size_t s);

  BlockSlots slots_;
  AgeBands bands_;
  const Study& study_;
  std::vector<ScenarioTally> scenarios_;
  std::vector<std::size_t> order_;             ///< the reference, then each after the one it is compared with
  std::vector<std::optional<ComparedBlock>> kept_;  ///< for the scenarios that others are compared with
};

void ThreadTallies::find_order() {
  std::vector<bool> placed(study_.scenarios.size(), false);
  placed[static_cast<std::size_t>(study_.reference)] = true;
  order_.push_back(static_cast<std::size_t>(study_.reference));
  while (order_.size() < placed.size())
    for (std::size_t s = 0; s < placed.size(); ++s) {
      const int before = study_.compared_with(s);
      if (placed[s] || (before >= 0 && !placed[static_cast<std::size_t>(before)])) continue;
      placed[s] = true;
      order_.push_back(s);
      if (before >= 0) kept_[static_cast<std::size_t>(before)].emplace();
    }
}

/// Each after the one before it that is compared with the same.
void ThreadTallies::find_followers() {
  if (!study_.tallies_share || study_.slots() == 1) return;
  std::vector<ScenarioTally*> last(scenarios_.size(), nullptr);
  for (const std::size_t s : order_) {
    const int base = study_.compared_with(s);
    if (base < 0 || static_cast<int>(s) == study_.reference) continue;
    ScenarioTally*& before = last[static_cast<std::size_t>(base)];
    if (before != nullptr) scenarios_[s].follow(*before);
    before = &scenarios_[s];
  }
}

void ThreadTallies::add_scenario(BlockProcessor& processor, std::size_t s) {
  const bool is_reference = static_cast<int>(s) == study_.reference;
  const int before = study_.compared_with(s);
  const ComparedBlock* compared = before < 0 || !kept_[static_cast<std::size_t>(before)] ? nullptr : &*kept_[static_cast<std::size_t>(before)];
  if (!is_reference && !kept_[s] && !scenarios_[s].works()) return;
  const ScenarioTally::Block at{slots_, bands_};
  const std::size_t layers = processor.begin_scenario(s);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    processor.simulate(s, layer);
    if (is_reference && layer == 0) slots_.find_fixed(processor);
    slots_.find_received(processor, s);
    scenarios_[s].look(processor);
    if (kept_[s]) scenarios_[s].keep(processor, layer, *kept_[s]);
    scenarios_[s].add(processor, at, layer, compared);
  }
  if (compared != nullptr) scenarios_[s].end_block(processor, at, *compared);
}

using Threads = std::vector<std::unique_ptr<ThreadTallies>>;

void walk(Threads& threads, BlockRunner& runner, const std::string& name) {
  runner.pass(name, [&](BlockProcessor& processor, int thread) { threads[static_cast<std::size_t>(thread)]->add_block(processor); });
  for (auto& thread : threads) thread->complete();
  for (std::size_t t = 1; t < threads.size(); ++t) threads[0]->merge(*threads[t]);
}

Threads one_a_thread(const Study& study, BlockRunner& runner) {
  Threads threads;
  for (int t = 0; t < runner.team().threads(); ++t) threads.push_back(std::make_unique<ThreadTallies>(study));
  return threads;
}

/// Collective: the most memory that records of exact order statistics may take on any rank.
double most_record_bytes(const Study& study, BlockRunner& runner) {
  if (!study.model.statistics.keeps_records()) return 0;
  const auto households = static_cast<double>(runner.settings().last - runner.settings().first), persons = runner.persons();
  const bool of_persons = study.record_entity == Entity::person;
  const auto is_of_persons = [](Entity entity) { return entity == Entity::person; };
  std::size_t labels = study.groupings.size() + (study.deciles ? 1 : 0) + (study.arms ? 1 : 0);
  auto by_member = std::ranges::count_if(study.groupings, is_of_persons, &CompiledGrouping::entity);
  if (study.recipients) {
    labels += study.programme_names.size();
    by_member += std::ranges::count_if(study.programme_entities, is_of_persons);
  }
  double each = (of_persons ? persons : households) * KeyBytes::of_record({labels, study.slots() + 1});
  if (!of_persons) each += persons * static_cast<double>(by_member) * KeyBytes::of_record({1, study.slots() + 1});
  double tallies = 0;
  for (std::size_t s = 0; s < study.scenarios.size(); ++s) tallies += study.compared_with(s) >= 0 && (study.recipients || study.arms) ? 2 : 1;
  double most[] = {tallies * each};
  runner.exchange().max(most);
  return most[0];
}

/// Records by the memory that they would take, a walk's: one a thread.
class Counted {
 public:
  explicit Counted(Threads& threads) : bytes_(threads.size()) {
    for (std::size_t t = 0; t < bytes_.size(); ++t) threads[t]->count_in(bytes_[t]);
  }
  /// Collective, after the walk.
  std::vector<KeyPart> parts(double most, Exchange& exchange) {
    for (std::size_t t = 1; t < bytes_.size(); ++t) bytes_[0].merge(bytes_[t]);
    bytes_[0].reduce(exchange);
    return bytes_[0].parts(most);
  }

 private:
  std::vector<KeyBytes> bytes_;
};

/// A walk for each range of keys whose records fit into memory.
void walk_in_parts(Threads& keeping, BlockRunner& runner, const Study& study, ThreadTallies& found, const std::vector<KeyPart>& parts) {
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (auto& thread : keeping) thread->begin_part(parts[p]);
    walk(keeping, runner, "in order, part " + std::to_string(p + 1) + " of " + std::to_string(parts.size()));
    for (std::size_t s = 0; s < study.scenarios.size(); ++s) found.scenario(s).end_part(keeping[0]->scenario(s), runner.exchange(), runner.team());
  }
}

}  // namespace

Totals tally(const Study& study, BlockRunner& runner) {
  Threads threads = one_a_thread(study, runner);
  const double room = runner.settings().record_bytes;
  std::optional<Counted> counted;
  if (room > 0 && most_record_bytes(study, runner) > room) counted.emplace(threads);
  walk(threads, runner, "statistics");
  threads.resize(1);  // what the others had is in the first
  ThreadTallies& found = *threads[0];
  for (std::size_t s = 0; s < study.scenarios.size(); ++s) found.scenario(s).reduce(runner.exchange());
  Threads refining;
  if (counted) {
    refining = one_a_thread(study, runner);
    for (auto& thread : refining) thread->keep_all_records(found);
  } else if (found.too_coarse()) {
    refining = one_a_thread(study, runner);
    for (auto& thread : refining) thread->refine(found);
    if (room > 0 && found.coarse_bytes() > room) {
      counted.emplace(refining);
      walk(refining, runner, "records to be kept");
    } else {
      walk(refining, runner, "in order");
    }
  }
  if (counted) walk_in_parts(refining, runner, study, found, counted->parts(room, runner.exchange()));
  Totals totals;
  for (std::size_t s = 0; s < study.scenarios.size(); ++s) {
    ScenarioTally* refined = refining.empty() ? nullptr : &refining[0]->scenario(s);
    totals.scenarios.push_back(found.scenario(s).finish(refined, runner.exchange(), runner.team()));
  }
  totals.excluded = found.scenario(static_cast<std::size_t>(study.reference)).excluded();
  return totals;
}

}  // namespace puente
