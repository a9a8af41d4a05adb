// One tight loop for each operation and each pattern of columns and single numbers among its operands. Every loop is
// free of branches and calls (but for the elementary functions), so that the compiler vectorises it. An output may be
// the same array as an operand of its kind, except for exp and log. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace puente::rules {

enum class Op : std::uint8_t {
  // leaves
  constant, parameter, input,
  // row by row, with a kernel
  negate, logical_not, abs, exp, log, sqrt, floor, ceil, round, is_missing, normal, fill,
  add, subtract, multiply, divide, power, min, max, less, less_equal, equal, unequal, logical_and, logical_or, coalesce,
  within_cut,             ///< x <= cut, where a missing cut lets nobody in
  choose, or_equal,       ///< or_equal(a, x, c): a, or whether x == c
  // the evaluator's own
  broadcast,              ///< household -> its persons
  sum, largest, smallest, head, members,  ///< persons -> household
  uniform, global_number, global_rank, global_by,
};

int operands(Op op);
inline bool has_kernel(Op op) { return op >= Op::negate && op <= Op::or_equal; }

using Operands = std::array<const double*, 4>;
using Kernel = void (*)(const Operands& in, std::size_t n, double* out);

/// The loop for `op` where bit k of `singles` says that operand k is one number for all rows. `complete`: no operand is
/// ever missing; the results are the same, found with fewer questions.
Kernel kernel_of(Op op, unsigned singles, bool complete = false);

/// The loop for outer(inner(a, b), c …) in one walk, with the same bits; null where there is none. Operands are a, b, c ….
/// `complete`: neither a nor b is ever missing; for a condition as the outer operation, nor is c.
Kernel fused_kernel(Op outer, Op inner, unsigned singles, bool complete);

}  // namespace puente::rules
