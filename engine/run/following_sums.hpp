// Sums of terms over the units of a scenario, which may follow those of another that comes before it: a layer of a block in which both
// are the same is left out, and `complete` adds the other's sums. Where terms differ they are added and the other's taken off. Sums
// are exact, so the bits are those of adding everything. One object a thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/run/block_slots.hpp"
#include "engine/run/compared_block.hpp"
#include "engine/statistics/limb_table.hpp"

namespace puente {

class FollowingSums {
 public:
  FollowingSums(std::size_t slots, std::size_t terms) : table_(slots, terms) {}

  /// Units of a layer, and their slots.
  struct Units {
    const rules::Rows& rows;
    Entity entity;
    TermColumns terms;
    std::span<const std::int32_t> persons;  ///< of a programme of persons: whose terms these are
    const BlockSlots& slots;
  };
  /// `leader`: the sums to follow, which have this layer by now, with the same slots; the same ones in every layer, until `stop`.
  /// Null: none. `keep`: others may follow these.
  void add(UnitSums& sums, const Units& units, std::size_t layer, FollowingSums* leader, bool keep);
  /// From this layer of the block at hand on nobody is followed. `received`: slots that only the other has.
  void stop(UnitSums& sums, const rules::Rows& rows, std::span<const SlotColumn> fixed, const ReceivedBlock& received, std::size_t layer);
  /// After the last block, the other's being complete.
  void complete();

  LimbTable& table() { return table_; }

 private:
  /// A layer as it was added.
  struct Added {
    Entity entity = Entity::household;
    std::vector<std::int32_t> persons;
    std::vector<double> terms;
    std::size_t n = 0, used = 0;
    TermColumns columns() const { return TermColumns::all(n, used, n, terms.data()); }
    void keep(const Units& units);
    bool is(const Units& units) const;
  };
  static bool adds_anything(const TermColumns& terms);
  void add_units(UnitSums& sums, const rules::Rows& rows, Entity entity, const TermColumns& terms, std::span<const std::int32_t> persons,
                 std::span<const SlotColumn> columns, UnitSums::Everybody who, Sign sign);
  void take_off(UnitSums& sums, const rules::Rows& rows, const Added& added, std::span<const SlotColumn> columns, UnitSums::Everybody who) {
    add_units(sums, rows, added.entity, added.columns(), added.persons, columns, who, Sign::minus);
  }

  LimbTable table_;
  bool begun_ = false;  ///< whether there was a layer of anything, or one that was not the same
  FollowingSums* leader_ = nullptr;  ///< where the first such layer was the same
  std::vector<Added> added_;         ///< of the block at hand: the first layers_, where they are kept
  std::size_t layers_ = 0;
};

}  // namespace puente
