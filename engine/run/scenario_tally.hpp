// One scenario's tally on one thread: welfare, counts, programmes, attendance and outcomes by slot; and, for recipients
// and arms, the same units as they are in the scenario that it is compared with. Merged over threads, then reduced over
// ranks. Where a sketch is too coarse a further walk keeps the records of those slots (`refine`).
//
// Most scenarios leave most records as they are in the one they are compared with. Then welfare, attendance and work of the
// records that differ are added, and those of the same records there are taken off; `complete` adds what the other scenario has.
// As sums are exact and bins are whole numbers, the bits are those of adding every record. Where half of the records or more
// differ in a thread's first block, the thread adds every record. And while a scenario's recipients are those of one before that is
// compared with the same (it `follows` it: they differ in what is paid, say), the same units without it are that one's, and so are
// their numbers; what programmes add up to is, too, as far as it is the same.
#pragma once

#include <optional>
#include <vector>

#include "engine/run/age_bands.hpp"
#include "engine/run/block_slots.hpp"
#include "engine/run/cell_columns.hpp"
#include "engine/run/changed_records.hpp"
#include "engine/run/compared_block.hpp"
#include "engine/run/programme_tally.hpp"
#include "engine/run/tallies.hpp"
#include "engine/statistics/key_bytes.hpp"
#include "engine/statistics/order_records.hpp"

namespace puente {

class ScenarioTally {
 public:
  ScenarioTally(const Study& study, std::size_t s);

  /// Runs what statistics look at on the scenario just simulated.
  void look(BlockProcessor& processor);
  void keep(const BlockProcessor& processor, std::size_t layer, ComparedBlock& block) const;
  /// Before the first block: one before in every block, compared with the same scenario. Not of the reference.
  void follow(ScenarioTally& before) {
    before_ = &before;
    before.leads_ = true;
  }
  /// What others of the thread share of the block at hand.
  struct Block {
    const BlockSlots& slots;
    AgeBands& bands;
  };
  /// The layer just simulated. `compared`: the block in the scenario that it is compared with; null: there is none.
  void add(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock* compared);
  /// After the last layer.
  void end_block(BlockProcessor& processor, const Block& at, const ComparedBlock& compared);
  /// After the last block, `base` being complete: the tally of the scenario that it is compared with.
  void complete(ScenarioTally& base);

  void merge(ScenarioTally& other);
  void reduce(Exchange& exchange);
  /// Keeps nothing but the records of slots for which `from`, reduced, is too coarse; or of all slots.
  void refine(const ScenarioTally& from);
  void keep_all_records(const ScenarioTally& from);
  /// Before a walk: records are not kept but counted, by the memory that they would take.
  void count_in(KeyBytes& bytes);
  /// Of refining: from here on only records of these keys are kept.
  void begin_part(const KeyPart& part);
  /// Collective, this one being reduced: `kept` has all records of its part.
  void end_part(ScenarioTally& kept, Exchange& exchange, Team& team) const;
  bool refines() const { return own_.refined || compared_.refined; }
  /// Whether a walk over the population has anything to add.
  bool works() const { return !refining_ || refines(); }
  ScenarioTotals finish(ScenarioTally* refined, Exchange& exchange, Team& team);
  bool too_coarse() const;
  /// Of the records of slots for which it is too coarse, on all ranks, at most.
  double coarse_bytes() const;
  double excluded() const { return static_cast<double>(excluded_); }

 private:
  /// What is tallied of a block: the present scenario's, or a kept one's.
  struct Seen {
    const double* welfare = nullptr;
    std::vector<const double*> lines;
    const double *attends = nullptr, *works = nullptr;
    std::vector<const double*> outcomes;
  };
  /// Of the layer at hand, as far as they count here.
  struct Weights {
    std::span<const double> record;
    std::span<const double> household;
    std::vector<double> own_record, own_household, person;
  };
  struct Sums {
    std::optional<WelfareTally> welfare;
    std::vector<LimbTable> attendance, work, outcomes;
    std::optional<OrderRecords> refined;
  };

  /// Which records are added to which sums.
  struct Part {
    std::span<const SlotColumn> columns;
    UnitSums::Everybody everybody;
    std::span<const double> share;  ///< of each household's layer; empty: all
    Sign sign = Sign::plus;
  };
  template <class Wanted>
  void keep_records(const ScenarioTally& from, Wanted wanted);
  Seen seen_in(const ComparedBlock::Layer& kept) const;
  bool shares(const BlockProcessor& processor, const ComparedBlock* compared);
  static bool in_layers(const BlockProcessor& processor, const ComparedBlock& compared) {
    return !processor.weight_layers().empty() || !compared.weight_layers.empty();
  }
  void add_compared(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock& compared);
  void follow_leader(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock* compared);
  void stop_following(BlockProcessor& processor, const Block& at, std::size_t layer, const ComparedBlock& compared);
  void take_followed(ScenarioTally& from);
  bool follows() const { return before_ != nullptr; }
  /// The one that a scenario follows by way of those between them.
  ScenarioTally& leader() { return follows() ? before_->leader() : *this; }
  void add_changes(BlockProcessor& processor, const Block& at, const Seen& before);
  void add_seen(BlockProcessor& processor, const Block& at, const Seen& seen, const Part& part, Sums& sums);
  Part not_told_before(const Part& part) const;
  void weigh(const BlockProcessor& processor, std::span<const double> share);
  void weigh_units(const BlockProcessor& processor, std::span<const double> share);
  void check_lines(BlockProcessor& processor) const;
  void add_welfare(BlockProcessor& processor, const Block& at, const Seen& seen, const Part& part, Sums& sums);
  WelfareRecords records_of(const Seen& seen) const { return {weights_.record.size(), seen.welfare, weights_.record.data(), seen.lines}; }
  std::span<const GroupingEntries> entries_of(const Part& part, BlockProcessor& processor) {
    return entries_.of(part.columns, weights_.record, part.share, processor, is_reference() ? SlotEntries::Check::labels : SlotEntries::Check::nothing);
  }
  void add_counts(const BlockProcessor& processor, std::span<const SlotColumn> columns, Sign sign = Sign::plus);
  void count_person_records(const rules::Rows& rows, std::span<const SlotColumn> columns, UnitSums::Everybody everybody, Sign sign);
  void add_levy(const BlockProcessor& processor, const BlockSlots& slots);
  enum class Missing : std::uint8_t { is_a_fault, is_left_out };
  void add_shares(BlockProcessor& processor, AgeBands& bands, const double* condition, Missing missing, const Part& part,
                  std::vector<LimbTable>& tables);
  void add_changed_shares(BlockProcessor& processor, const Block& at, const double* now, const double* before, Missing missing,
                          std::vector<LimbTable>& tables);
  void add_moves(const BlockProcessor& processor, const Block& at, const double* now, const double* before, LimbTable& table);
  void gather_counting(BlockProcessor& processor, std::size_t band, std::span<const std::int32_t> persons, const double* condition, Missing missing);
  void add_share(const BlockProcessor& processor, const double* condition, const Part& part, LimbTable& table);
  void add_choice(const BlockProcessor& processor, std::span<const SlotColumn> columns);
  void add_outcomes(const BlockProcessor& processor, const std::vector<const double*>& outcomes, const Part& part,
                    std::vector<LimbTable>& tables);
  std::size_t sexes() const { return 1 + study_.sex_labels.size(); }
  double* terms(std::size_t count, std::size_t rows);
  TermColumns columns_of_terms(std::size_t count, std::size_t rows) const { return TermColumns::all(rows, count, rows, terms_.data()); }
  bool is_reference() const { return static_cast<int>(s_) == study_.reference; }

  const Study& study_;
  std::size_t s_;
  bool attendance_asked_, work_asked_, choice_asked_, outcomes_asked_, lines_asked_, persons_weigh_;
  std::vector<bool> constant_lines_;
  bool refining_ = false;
  ScenarioTally *before_ = nullptr, *led_by_ = nullptr;
  bool leads_ = false;       ///< others may follow
  ReceivedBlock received_;   ///< where they may
  enum class Sharing : std::uint8_t { undecided, shares, adds_all } sharing_ = Sharing::undecided;
  Sums own_, compared_;
  LimbTable counts_, levy_, choice_;
  ProgrammeTally programmes_;
  std::int64_t excluded_ = 0;

  Seen seen_;
  Weights weights_;
  SlotEntries entries_;
  UnitSums unit_sums_;
  ChangedRecords changed_;
  std::vector<GroupingEntries> padded_;
  std::vector<double> terms_, share_;
  std::vector<std::int32_t> changing_, counting_;  ///< persons of a band who change, who count
  CellColumns cells_;
};

}  // namespace puente
