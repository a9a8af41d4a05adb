// Coverage found in passes of its own: the cut-off of a programme that covers a share, a quota or a budget, and the units
// of draw that a share of their number covers. Programmes that others of the scenario are coupled with come first.
#pragma once

#include "engine/run/collectors.hpp"

namespace puente {

void add_coverage_items(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items);

}  // namespace puente
