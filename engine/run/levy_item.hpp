// What a scenario must raise, found in a pass of its own: the cost of its programmes less that of the programmes in the
// data, which are paid for there, over what the levy is on. Exact sums, so that the levy brings in what is spent to the last rounding.
#pragma once

#include "engine/run/collectors.hpp"

namespace puente {

void add_levy_items(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items);

}  // namespace puente
