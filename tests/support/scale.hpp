// How large a slow test is: full size in the build that is released, a hundredth where blocks hold two households or
// sanitizers watch.
#pragma once

#include <cstdint>

namespace puente::test {

#if defined(__SANITIZE_ADDRESS__) || PUENTE_BLOCK_HOUSEHOLDS == 2
constexpr std::int64_t scaled(std::int64_t households) { return households / 100; }
#else
constexpr std::int64_t scaled(std::int64_t households) { return households; }
#endif

}  // namespace puente::test
