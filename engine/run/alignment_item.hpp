// The constants of a schooling model, moved until it says of every cell of the population as many in each state as the data do
// (`schooling.align`): before residuals are drawn given the choice, never after. One step a pass.
#pragma once

#include "engine/run/collectors.hpp"

namespace puente {

void add_alignment_item(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items);

}  // namespace puente
