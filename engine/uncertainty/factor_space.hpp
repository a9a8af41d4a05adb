// Functions of one uncertain factor's draws, and what they explain of a figure by least squares: of all draws, and with a block of
// draws left out. Set up once, then used for many figures. An object is for one thread at a time (it keeps its sums).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace puente {

/// Blocks of the delete-a-block jackknife.
constexpr std::size_t jackknife_blocks = 20;
/// Leaves out no block.
constexpr std::size_t no_block = jackknife_blocks;

/// What a space explains: the sum of squares of the fitted values (the constant is in the space), and the space's dimension.
struct Explained {
  double squares = 0, dimension = 0;
};
/// Without each block, last without none.
using ExplainedWithout = std::array<Explained, jackknife_blocks + 1>;

class FactorSpace {
 public:
  virtual ~FactorSpace() = default;
  /// One value a draw, all finite; best with a mean near zero.
  virtual ExplainedWithout explain(std::span<const double> figure) = 0;
};

/// Which block each of n draws (or rows of draws) is of: blocks of one size, the same in any run. By lot, because every twentieth
/// point of a quasi-random sequence is a sequence of its own.
std::vector<std::size_t> blocks_of(std::size_t n);

/// A straight line in each of n^(1/3) bins, at most 25, of one parameter with equally many draws each, equal values together. A
/// parameter with up to √n values has a mean of each.
std::unique_ptr<FactorSpace> bins_of(const std::vector<double>& parameter, const std::vector<std::size_t>& blocks);

/// Of correlated parameters, parameters[k][draw]: constant, values, squares and products of two where there are ten draws for each
/// of these and up to 12 parameters, else constant and values where there are ten draws for each of those, else none. Parameters that
/// tell the same count once.
std::unique_ptr<FactorSpace> polynomials_of(const std::vector<std::vector<double>>& parameters, const std::vector<std::size_t>& blocks);

/// How many draws polynomials_of wants of so many parameters at the least.
constexpr std::size_t draws_wanted(std::size_t parameters) { return 10 * (parameters + 1); }

}  // namespace puente
