// Sobol's sequence with the direction numbers of Joe and Kuo (2008, SIAM J. Sci. Comput. 30:2635), list new-joe-kuo-6, in Gray
// code order, 52 bits a coordinate. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace puente {

constexpr std::size_t sobol_dimensions = 101;
constexpr std::size_t sobol_bits = 52;

/// Direction number k (0 is the coarsest) of a dimension (from 0), its leading bit at 2^51.
using SobolDirections = std::array<std::uint64_t, sobol_bits>;
SobolDirections sobol_directions(std::size_t dimension);

/// Coordinate of a point (from 0, the origin) as a whole number of 2^-52.
std::uint64_t sobol_coordinate(const SobolDirections& directions, std::uint64_t point);

}  // namespace puente
