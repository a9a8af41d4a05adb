// Exact Gini, quantiles and Lorenz ordinates of everybody and of the labels of groupings, from records kept. Each
// distinct value of a slot contributes a pure function of exact cumulative weights, so that bits depend neither on
// buckets nor on threads nor on ranks; nor on the parts of ascending keys in which records come, where memory does not hold them all.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/ascent.hpp"
#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/record_store.hpp"
#include "engine/statistics/stored_slots.hpp"

namespace puente {

class ExactOrder {
 public:
  /// Of records that come in one part.
  ExactOrder(const StoredSlots& slots, const OrderPlan& plan);
  /// Of records in several. `total_weight` of each slot, in 2^-80, over all parts and ranks.
  ExactOrder(const StoredSlots& slots, const OrderPlan& plan, std::span<const Wide> total_weight);

  /// Collective. The records of a part, whose keys are above those of every part before. The total weight of a slot must be below
  /// 2^46 and not NaN.
  void add(RecordStore&& store, Exchange& exchange, Team& team);
  /// Collective, after the last part. Entry s belongs to slot s; slots in which no record counts are missing.
  std::vector<OrderStatistics> finish(Exchange& exchange);

 private:
  class Part;
  void set_scales(std::span<const Wide> total_weight);
  OrderStatistics result(std::size_t slot, std::span<const std::int64_t> quantile, std::span<const std::int64_t> lorenz) const;

  StoredSlots slots_;
  const OrderPlan* plan_;
  std::vector<SlotScale> scales_;
  std::vector<Wide> weight_;        ///< [slot] of the parts so far, all ranks
  std::vector<ExactSum> income_;    ///< the same
  std::vector<ExactSum> gini_;      ///< of this rank
  std::vector<std::vector<ReachedShare>> reached_;  ///< [slot] on this rank; income is that of all records up to the run's end
};

/// Collective: of records in one part.
inline std::vector<OrderStatistics> exact_order(RecordStore&& store, const StoredSlots& slots, const OrderPlan& plan, Exchange& exchange, Team& team) {
  ExactOrder order(slots, plan);
  order.add(std::move(store), exchange, team);
  return order.finish(exchange);
}

}  // namespace puente
