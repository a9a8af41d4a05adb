// The units of draw that a share of their number covers (`of = "units"`), with as many among them as shall have clients
// of another programme. What ranks exchange grows with the number of units, not of households.
#pragma once

#include "engine/run/collectors.hpp"

namespace puente {

/// Whether the coverage of programme p of scenario s can be found: what comes before it is.
bool coverage_ready(const Study& study, std::size_t s, std::size_t p);
void add_unit_item(Study& study, std::size_t s, std::size_t p, std::size_t threads, std::vector<std::unique_ptr<Item>>& items);

}  // namespace puente
