// Exact Gini, quantiles and Lorenz ordinates of everybody and of the labels of groupings, from records kept. Each
// distinct value of a slot contributes a pure function of exact cumulative weights, so that bits depend neither on
// buckets nor on threads nor on ranks.
#pragma once

#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/order_plan.hpp"
#include "engine/statistics/record_store.hpp"

namespace puente {

/// Slots of one store. Column c of its labels holds slots; with `everybody`, all records also count in slot 0.
struct StoredSlots {
  std::size_t slots = 0;
  bool everybody = false;
};

/// Collective. Entry s belongs to slot s; slots in which no record of this store counts are missing.
/// `total_weight` (per slot, all ranks) must be below 2^46 and not NaN.
std::vector<OrderStatistics> exact_order(RecordStore&& store, const StoredSlots& slots, const OrderPlan& plan,
                                         Exchange& exchange, Team& team);

}  // namespace puente
