// In which slots of the tallies the units of a block count: one column a grouping. Slot 0 is everybody and has no
// column. Fixed groupings (groups of the file, deciles) are those of the reference scenario; recipients and arms are
// those of the scenario just simulated. One object a thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/run/process_block.hpp"
#include "engine/statistics/limb_table.hpp"
#include "engine/statistics/slot_labels.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

struct SlotColumn {
  Entity entity = Entity::household;
  bool for_all = true;                  ///< every record that counts has a label; else a record without one is in no slot
  std::string name;
  SlotRange range;
  std::vector<std::int32_t> slot;       ///< of the rows of `entity`; -1 where there is none
  std::vector<std::int32_t> holders;    ///< persons who have one, of a grouping of persons that is not for all
  mutable std::vector<std::int32_t> of_persons;  ///< for a grouping of households, once asked for in this block

  /// Of all persons, or of one.
  const std::vector<std::int32_t>& persons(const rules::Rows& rows) const;
  /// Calls of(person) for those who have a slot, of a grouping of persons.
  template <class Of>
  void each_holder(Of&& of) const {
    if (!for_all)
      for (const std::int32_t person : holders) of(static_cast<std::size_t>(person));
    else
      for (std::size_t i = 0; i < slot.size(); ++i)
        if (slot[i] >= 0) of(i);
  }
  std::int32_t person(const rules::Rows& rows, std::size_t i) const { return slot[entity == Entity::person ? i : static_cast<std::size_t>(rows.household_of[i])]; }
};

class BlockSlots {
 public:
  explicit BlockSlots(const Study& study);

  /// From the reference scenario, just simulated.
  void find_fixed(BlockProcessor& processor);
  /// From scenario s, just simulated.
  void find_received(const BlockProcessor& processor, std::size_t s);

  std::span<const SlotColumn> all() const { return columns_; }
  std::span<const SlotColumn> fixed() const { return all().first(fixed_); }
  std::span<const SlotColumn> received() const { return all().subspan(fixed_); }

 private:
  void find_group(BlockProcessor& processor, std::size_t g);
  void find_deciles(BlockProcessor& processor);
  void find_recipients(const BlockProcessor& processor, std::size_t s);
  void find_arms(const BlockProcessor& processor, std::size_t s);

  const Study& study_;
  std::size_t fixed_ = 0;
  std::vector<SlotColumn> columns_;
  std::vector<std::int32_t> received_;  ///< scratch
};

/// Columns as entries of a welfare tally's records. Entries point into this object and the columns.
class SlotEntries {
 public:
  enum class Check : std::uint8_t { labels, nothing };
  /// `w`: weights of the records; `share`: of each household, how much of its layer they count (empty: all). With
  /// Check::labels adds a fault where a record that counts has no label and should.
  std::span<const GroupingEntries> of(std::span<const SlotColumn> columns, std::span<const double> w, std::span<const double> share,
                                      BlockProcessor& processor, Check check);

 private:
  struct Buffer {
    std::vector<std::int32_t> slot, record;
    std::vector<double> w;
  };
  static GroupingEntries by_record(const SlotColumn& column, std::span<const double> w, BlockProcessor& processor, Check check);
  static GroupingEntries by_member(const SlotColumn& column, std::span<const double> w, std::span<const double> share,
                                   BlockProcessor& processor, Check check, Buffer& buffer);

  std::vector<Buffer> buffers_;
  std::vector<GroupingEntries> entries_;
};

/// Adds terms of the units of a block to a table of slots. A household in a grouping of persons is shared among its
/// members. One object a thread.
class UnitSums {
 public:
  enum class Everybody : std::uint8_t { counts, is_left_out };
  /// Terms of all units of `entity`, in columns; term 0 is their weight. The table counts no records.
  void add(LimbTable& table, const rules::Rows& rows, Entity entity, const TermColumns& terms,
           std::span<const SlotColumn> columns, Everybody who, Sign sign = Sign::plus);
  /// The same for some persons of the block alone: row i of the terms is persons[i]'s.
  void add_persons(LimbTable& table, const rules::Rows& rows, const TermColumns& terms, std::span<const std::int32_t> persons,
                   std::span<const SlotColumn> columns, Everybody who, Sign sign = Sign::plus);

 private:
  static constexpr std::size_t chunk = 1024;
  static constexpr std::size_t columns_to_look = 4;  ///< with fewer it is dearer to find out who adds nothing than to add it
  void find_units(const TermColumns& terms);
  TermColumns gather_units(const TermColumns& terms);
  void add_units(LimbTable& table, const rules::Rows& rows, Entity entity, const TermColumns& terms, std::span<const std::int32_t> units,
                 std::span<const SlotColumn> columns, Everybody who, Sign sign);
  void add_by_member(LimbTable& table, const rules::Rows& rows, const TermColumns& terms, const SlotColumn& column, Sign sign);

  std::vector<SlotLabels> direct_;
  std::vector<double> gathered_, unit_terms_;
  std::vector<std::int32_t> slot_, units_;
  std::vector<std::uint8_t> adds_;
};

}  // namespace puente
