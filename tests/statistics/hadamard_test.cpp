#include "engine/statistics/hadamard.hpp"

#include <gtest/gtest.h>

namespace puente {
namespace {

void expect_orthogonal(const Hadamard& matrix) {
  for (std::size_t a = 0; a < matrix.order; ++a) {
    EXPECT_EQ(matrix.at(a, 0), 1);
    for (std::size_t b = 0; b < matrix.order; ++b) {
      int rows = 0, columns = 0;
      for (std::size_t k = 0; k < matrix.order; ++k) {
        rows += matrix.at(a, k) * matrix.at(b, k);
        columns += matrix.at(k, a) * matrix.at(k, b);
      }
      ASSERT_EQ(rows, a == b ? static_cast<int>(matrix.order) : 0) << matrix.order;
      ASSERT_EQ(columns, a == b ? static_cast<int>(matrix.order) : 0) << matrix.order;
    }
  }
}

TEST(Hadamard, RowsAndColumnsAreOrthogonal) {
  for (std::size_t least = 1; least <= 130; ++least) {
    const Hadamard matrix = hadamard(least);
    EXPECT_GE(matrix.order, least);
    EXPECT_LE(matrix.order, least + 7);
    expect_orthogonal(matrix);
  }
}

TEST(Hadamard, TheSmallestThatIsThere) {
  EXPECT_EQ(hadamard(3).order, 4u);
  EXPECT_EQ(hadamard(9).order, 12u);
  EXPECT_EQ(hadamard(33).order, 36u);
  EXPECT_EQ(hadamard(90).order, 96u);  // 92 is not reached
}

}  // namespace
}  // namespace puente
