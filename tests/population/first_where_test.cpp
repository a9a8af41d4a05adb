// Looking for a value run by run, beside looking at one after the other.
#include "engine/population/first_where.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace puente {
namespace {

/// -1 where there is none.
template <class T, class Condition>
std::ptrdiff_t one_by_one(const std::vector<T>& values, Condition is_so) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (is_so(values[i])) return static_cast<std::ptrdiff_t>(i);
  return -1;
}

template <class T>
class FirstWhere : public testing::Test {};
using Types = testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(FirstWhere, Types);

TYPED_TEST(FirstWhere, IsTheFirstOneByOne) {
  const auto is_so = [](TypeParam x) { return x == std::numeric_limits<TypeParam>::lowest(); };
  const auto as_one_by_one = [&](const std::vector<TypeParam>& values) {
    EXPECT_EQ(first_where(values.data(), values.size(), is_so), one_by_one(values, is_so));
  };
  for (const std::size_t n : {0, 1, 7, 1023, 1024, 1025, 5000}) {
    std::vector<TypeParam> values(n, TypeParam{1});
    as_one_by_one(values);
    for (std::size_t at = n; at-- > 0; at = at > 100 ? at - 97 : at) {  // more and more of them, from behind
      values[at] = std::numeric_limits<TypeParam>::lowest();
      as_one_by_one(values);
    }
  }
}

}  // namespace
}  // namespace puente
