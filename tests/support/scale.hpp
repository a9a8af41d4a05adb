// How large a slow test is: full size as built, a hundredth where blocks hold two households or sanitizers watch.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace puente::test {

inline std::int64_t scaled(std::int64_t households) {
#ifdef __SANITIZE_ADDRESS__
  return households / 100;
#else
  const char* block = std::getenv("PUENTE_BLOCK_HOUSEHOLDS");
  return block != nullptr && std::string_view(block) == "2" ? households / 100 : households;
#endif
}

}  // namespace puente::test
