// Rows that are made as they are written: threads make pieces, one thread writes them in order.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/core/exchange.hpp"
#include "engine/population/population.hpp"
#include "io/hdf5/population_writer.hpp"

namespace puente {

/// Households that one thread makes at a time.
constexpr std::int64_t made_piece = 1 << 12;

/// Writes households [first, last), made by `make(begin, end)`, which is called by many threads. `window`: households held at a
/// time, 0: a few pieces a thread. Throws what `make` throws.
void write_made(const std::function<Population(std::int64_t, std::int64_t)>& make, std::int64_t first, std::int64_t last, std::int64_t window,
                io::PopulationWriter& writer, Team& team);

}  // namespace puente
