// Hadamard matrices: entries ±1, rows orthogonal. Of the smallest order that Sylvester's doubling and Paley's two constructions
// reach from quadratic residues of primes, which is every multiple of 4 that strata of surveys need but a few (92, 116, …),
// where the next one serves. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace puente {

struct Hadamard {
  std::size_t order = 0;
  std::vector<std::int8_t> entry;  ///< [order][order]; column 0 is all +1
  int at(std::size_t row, std::size_t column) const { return entry[row * order + column]; }
};

/// Of order `least` or the next that can be made.
Hadamard hadamard(std::size_t least);

}  // namespace puente
