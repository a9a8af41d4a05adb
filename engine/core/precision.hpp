// How order statistics (Gini, quantiles, shares) are found: from all records in order, or from a histogram whose error
// bound is written beside the number.
#pragma once

#include <cstdint>

namespace puente {

enum class Precision : std::uint8_t { exact, sketch };

}  // namespace puente
