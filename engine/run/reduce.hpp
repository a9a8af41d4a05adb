// Adds exact sums over ranks: the same on every rank afterwards. Collective; called by one thread.
#pragma once

#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

void reduce(std::vector<ExactSum>& sums, Exchange& exchange);

}  // namespace puente
