// What a programme that overlaps with another shall cover of the other's clients, from what the file says. A share that
// cannot be is an error at its place in the file that names its bounds.
#pragma once

#include "engine/programmes/overlap.hpp"
#include "engine/run/study.hpp"

namespace puente {

enum class Rounding : std::uint8_t { none, to_whole };

/// Of programme p of the scenario; `target` is what it covers in all of a pool of `pool`.
double overlap_target(const CompiledScenario& scenario, std::size_t p, const OverlapRoom& room, double target, double pool,
                      Rounding rounding);

}  // namespace puente
