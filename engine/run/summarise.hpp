// From totals to results: names the dimensions, forms the ratios, subtracts the reference.
#pragma once

#include "engine/run/results.hpp"
#include "engine/run/tallies.hpp"

namespace puente {

/// Results of DESIGN 8. `provenance` is left to the caller.
Results summarise(const Study& study, const Totals& totals);

}  // namespace puente
