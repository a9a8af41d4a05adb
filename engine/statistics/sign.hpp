// The direction in which sums and sketches take records.
#pragma once

#include <cstdint>

namespace puente {

/// Whether records are added, or taken off again: what is left is as if they had never been added, to the last bit.
enum class Sign : std::uint8_t { plus, minus };

}  // namespace puente
