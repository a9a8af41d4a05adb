// The common logit shifts of relative changes of a share (effect kind `relative_share`), found in a pass of their own:
// those of observed programmes before anything can be taken out of the data, those of a scenario before it can be simulated.
#pragma once

#include "engine/run/collectors.hpp"

namespace puente {

void add_shift_items(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items);

}  // namespace puente
