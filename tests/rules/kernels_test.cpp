// The loops of two operations at once give the bits of one after the other, for every pattern of columns and numbers.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/rules/kernels.hpp"

namespace puente::rules {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// Every triple of some awkward numbers, as three columns.
struct Triples {
  explicit Triples(const std::vector<double>& some) {
    for (const double a : some)
      for (const double b : some)
        for (const double c : some) {
          columns[0].push_back(a);
          columns[1].push_back(b);
          columns[2].push_back(c);
        }
  }
  std::size_t rows() const { return columns[0].size(); }
  std::vector<double> columns[3];
};

/// Missing is missing, whichever NaN says so.
std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> out;
  for (const double x : values) out.push_back(x != x ? 1 : std::bit_cast<std::uint64_t>(x));
  return out;
}

/// Operand k of the fused loop and of the two: a column, or the number of the first row.
void expect_the_same(Op outer, Op inner, unsigned singles, bool complete, const Triples& triples) {
  const Kernel fused = fused_kernel(outer, inner, singles, complete);
  ASSERT_NE(fused, nullptr);
  const Operands in = {triples.columns[0].data(), triples.columns[1].data(), triples.columns[2].data()};
  std::vector<double> at_once(triples.rows()), between(triples.rows()), in_turn(triples.rows());
  fused(in, triples.rows(), at_once.data());
  kernel_of(inner, singles & 3U, complete)({in[0], in[1], nullptr}, triples.rows(), between.data());
  kernel_of(outer, (singles >> 1) & 2U, complete)({between.data(), in[2], nullptr}, triples.rows(), in_turn.data());
  EXPECT_EQ(bits(at_once), bits(in_turn)) << "outer " << static_cast<int>(outer) << " inner " << static_cast<int>(inner) << " singles " << singles;
}

TEST(Kernels, TwoAtOnceAreOneAfterTheOther) {
  const Triples numbers({0.1, -0.0, 0.0, 3.7, -2.5, 1e300, 0x1p-1060, inf});
  for (const Op outer : {Op::add, Op::multiply})
    for (const Op inner : {Op::add, Op::subtract, Op::multiply, Op::min, Op::max, Op::less, Op::less_equal, Op::equal, Op::unequal})
      for (unsigned singles = 0; singles < 8; ++singles) expect_the_same(outer, inner, singles, true, numbers);
}

TEST(Kernels, ConditionsAtOnceAreOneAfterTheOther) {
  const Triples conditions({0, 1});
  for (const Op inner : {Op::logical_and, Op::less, Op::less_equal, Op::equal, Op::unequal})
    for (unsigned singles = 0; singles < 8; ++singles) expect_the_same(Op::logical_and, inner, singles, true, conditions);
}

/// What is chosen may be missing; what decides may not.
TEST(Kernels, AChoiceByAComparisonIsTheComparisonThenTheChoice) {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  const Triples deciding({0.1, -0.0, 0.0, 3.7, inf});
  const std::size_t n = deciding.rows();
  std::vector<double> then(n), otherwise(n), at_once(n), holds(n), in_turn(n);
  for (std::size_t i = 0; i < n; ++i) {
    then[i] = i % 7 == 0 ? missing : static_cast<double>(i);
    otherwise[i] = i % 5 == 0 ? missing : -static_cast<double>(i);
  }
  const double *a = deciding.columns[0].data(), *b = deciding.columns[1].data();
  for (const Op inner : {Op::less, Op::less_equal, Op::equal, Op::unequal})
    for (unsigned singles = 0; singles < 16; ++singles) {
      fused_kernel(Op::choose, inner, singles, true)({a, b, then.data() + 1, otherwise.data() + 1}, n - 1, at_once.data());
      kernel_of(inner, singles & 3U, true)({a, b, nullptr, nullptr}, n - 1, holds.data());
      kernel_of(Op::choose, (singles >> 1) & 6U, true)({holds.data(), then.data() + 1, otherwise.data() + 1, nullptr}, n - 1, in_turn.data());
      EXPECT_EQ(bits(at_once), bits(in_turn)) << "comparison " << static_cast<int>(inner) << " singles " << singles;
    }
}

TEST(Kernels, SumsAndProductsOfMissingOnesAreMissing) {
  const Triples numbers({0.1, std::numeric_limits<double>::quiet_NaN(), -2.5, inf});
  for (const Op outer : {Op::add, Op::multiply})
    for (const Op inner : {Op::add, Op::subtract, Op::multiply})
      for (unsigned singles = 0; singles < 8; ++singles) expect_the_same(outer, inner, singles, false, numbers);
}

/// Questions about missing operands are asked one at a time.
TEST(Kernels, WhatAsksForMissingOnesIsNotFused) {
  EXPECT_EQ(fused_kernel(Op::multiply, Op::less, 0, false), nullptr);
  EXPECT_EQ(fused_kernel(Op::add, Op::min, 0, false), nullptr);
  EXPECT_EQ(fused_kernel(Op::logical_and, Op::multiply, 0, false), nullptr);
  EXPECT_EQ(fused_kernel(Op::divide, Op::add, 0, true), nullptr);
}

}  // namespace
}  // namespace puente::rules
