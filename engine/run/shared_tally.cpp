// The part of ScenarioTally that it shares with other scenarios of the thread: what differs is added, what is theirs taken over.
#include <utility>

#include "engine/run/scenario_tally.hpp"

namespace puente {

using Everybody = UnitSums::Everybody;

/// Whether this thread adds what differs. For everybody alone it is dearer to find that out than to add every record.
bool ScenarioTally::shares(const BlockProcessor& processor, const ComparedBlock* compared) {
  if (compared == nullptr || refining_ || !study_.tallies_share || study_.fixed_slots() == 1) return false;
  if (sharing_ != Sharing::undecided) return sharing_ == Sharing::shares;
  weigh(processor, {});
  if (weights_.record.empty()) return false;
  const Seen before = seen_in(compared->layers.front());
  changed_.find(records_of(seen_), records_of(before), constant_lines_);
  sharing_ = 2 * changed_.count() < weights_.record.size() ? Sharing::shares : Sharing::adds_all;
  return sharing_ == Sharing::shares;
}

void ScenarioTally::add_changes(BlockProcessor& processor, const Block& at, const Seen& before) {
  const Part everything{at.slots.all(), Everybody::counts, {}};
  weigh(processor, {});
  weigh_units(processor, {});
  const WelfareRecords now = records_of(seen_), was = records_of(before);
  const auto entries = entries_of(everything, processor);
  own_.welfare->keep(now, entries);
  changed_.find(now, was, constant_lines_);
  changed_.gather(now, was, constant_lines_, entries);
  own_.welfare->add_changes(changed_.now(), changed_.before(), changed_.entries(), true);
  if (attendance_asked_ && study_.measures_vary) add_changed_shares(processor, at, seen_.attends, before.attends, Missing::is_a_fault, own_.attendance);
  if (work_asked_ && study_.measures_vary) add_changed_shares(processor, at, seen_.works, before.works, Missing::is_left_out, own_.work);
  if (outcomes_asked_) add_outcomes(processor, seen_.outcomes, not_told_before(everything), own_.outcomes);
}

void ScenarioTally::add_compared(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock& compared) {
  for (std::size_t l = 0; l < compared.layers.size(); ++l) {
    const bool whole = compared.share_of(processor.rows().households, processor.weight_layers(), layer, l, share_);
    const Seen seen = seen_in(compared.layers[l]);
    const Part received{at.slots.received(), Everybody::is_left_out, whole ? std::span<const double>() : share_};
    if (follows()) {
      weigh(processor, received.share);
      compared_.welfare->keep(records_of(seen), entries_of(received, processor));
    } else {
      add_seen(processor, at, seen, received, compared_);
    }
    if (sharing_ != Sharing::shares || refining_ || !in_layers(processor, compared)) continue;
    add_seen(processor, at, seen, {received.columns, received.everybody, received.share, Sign::minus}, own_);
  }
}

/// Whom this one follows in the layer at hand, if anybody: another from here on where the one before has itself stopped following.
void ScenarioTally::follow_leader(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock* compared) {
  if (leads_) received_.keep(processor, layer, at.slots.received());
  if (follows() && !leader().received_.same(processor, layer, at.slots.received())) stop_following(processor, at, layer, *compared);
  ScenarioTally* const now = follows() ? &leader() : nullptr;
  if (led_by_ != nullptr && now != led_by_) programmes_.stop(processor, at.slots, led_by_->received_, layer);
  led_by_ = now;
}

/// From this layer on recipients are others: what the one followed has, without what it had in this layer and those after it.
void ScenarioTally::stop_following(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock& compared) {
  const ReceivedBlock& before = leader().received_;
  take_followed(leader());
  before_ = nullptr;
  for (std::size_t k = layer; k < before.layers.size(); ++k) {
    processor.weigh_as(before.weight_layers, k);
    for (std::size_t l = 0; compared_.welfare && l < compared.layers.size(); ++l) {
      const bool whole = compared.share_of(processor.rows().households, before.weight_layers, k, l, share_);
      const std::span<const double> share = whole ? std::span<const double>() : share_;
      add_seen(processor, at, seen_in(compared.layers[l]), {before.layers[k], Everybody::is_left_out, share, Sign::minus}, compared_);
    }
    weigh(processor, {});
    weigh_units(processor, {});
    add_counts(processor, before.layers[k], Sign::minus);
  }
  processor.weigh_as(processor.weight_layers(), layer);
}

/// The sums of another's units as they are in the scenario that both are compared with, and how many there are.
void ScenarioTally::take_followed(ScenarioTally& from) {
  const std::size_t fixed = study_.fixed_slots(), all = study_.slots();
  counts_.merge(from.counts_, fixed, all);
  if (!compared_.welfare) return;
  compared_.welfare->merge_sums(*from.compared_.welfare, fixed, all);
  for (auto tables : {&Sums::attendance, &Sums::work, &Sums::outcomes})
    for (std::size_t k = 0; k < (compared_.*tables).size(); ++k) (compared_.*tables)[k].merge((from.compared_.*tables)[k], fixed, all);
}

/// Where households are in layers every record was added: what `complete` will add of this block is taken off.
void ScenarioTally::end_block(BlockProcessor& processor, const Block& at, const ComparedBlock& compared) {
  if (sharing_ != Sharing::shares || refining_ || !processor.faults().empty() || !in_layers(processor, compared)) return;
  for (std::size_t l = 0; l < compared.layers.size(); ++l) {
    processor.weigh_as(compared.weight_layers, l);
    add_seen(processor, at, seen_in(compared.layers[l]), {at.slots.fixed(), Everybody::counts, {}, Sign::minus}, own_);
  }
}

void ScenarioTally::complete(ScenarioTally& base) {
  if (follows()) take_followed(leader());
  programmes_.complete();
  before_ = nullptr;
  if (sharing_ != Sharing::shares || refining_) return;
  sharing_ = Sharing::adds_all;
  const std::size_t fixed = study_.fixed_slots(), all = study_.slots();
  own_.welfare->merge_sums(*base.own_.welfare, 0, fixed);
  if (compared_.welfare) own_.welfare->merge_sums(*compared_.welfare, fixed, all);
  for (auto tables : {&Sums::attendance, &Sums::work})
    for (std::size_t k = 0; k < (own_.*tables).size(); ++k) {
      if (study_.measures_vary) (own_.*tables)[k].merge((base.own_.*tables)[k], 0, fixed);
      if (compared_.welfare) (own_.*tables)[k].merge((compared_.*tables)[k], fixed, all);
    }
}

/// Where a person is or was nothing of the share, what it changes by is a term without rounding; else it is taken off and added.
void ScenarioTally::add_changed_shares(BlockProcessor& processor, const Block& at, const double* now, const double* before, Missing missing,
                                       std::vector<LimbTable>& tables) {
  at.bands.find(processor);
  for (std::size_t k = 0; k < tables.size(); ++k) {
    changing_.clear();
    counting_.clear();
    for (const std::int32_t person : at.bands.persons(k / sexes(), k % sexes())) {
      const double x = now[static_cast<std::size_t>(person)], was = before[static_cast<std::size_t>(person)];
      if (x == was) continue;
      const bool comes_or_goes = (x == 0 && was == was) || (was == 0 && x == x);
      (comes_or_goes ? counting_ : changing_).push_back(person);
    }
    add_moves(processor, at, now, before, tables[k]);
    for (const auto& [condition, sign] : {std::pair(now, Sign::plus), std::pair(before, Sign::minus)}) {
      if (changing_.empty()) break;
      gather_counting(processor, k / sexes(), changing_, condition, missing);
      add_share(processor, condition, {at.slots.all(), Everybody::counts, {}, sign}, tables[k]);
    }
  }
}

/// Of the persons in counting_, who count before and now.
void ScenarioTally::add_moves(const BlockProcessor& processor, const Block& at, const double* now, const double* before, LimbTable& table) {
  const std::size_t n = counting_.size();
  if (n == 0) return;
  double* persons = terms(terms_of<AttendanceTerm>(), n);
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(counting_[j]);
    persons[j] = 0;
    persons[n + j] = weights_.person[i] * now[i] - weights_.person[i] * before[i];
  }
  unit_sums_.add_persons(table, processor.rows(), columns_of_terms(terms_of<AttendanceTerm>(), n), counting_, at.slots.all(), Everybody::counts);
}

}  // namespace puente
