// Lookups with one uniform, and random words of a household.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/population/synthesis/distribution.hpp"
#include "engine/population/synthesis/words.hpp"

namespace puente {
namespace {

/// Every class gets its share of an even grid of uniforms, and `within` is even inside it.
TEST(Distribution, SharesAreThoseAskedFor) {
  const std::vector<double> shares = {5, 0, 1, 30, 14, 50};
  const Distribution distribution(shares);
  constexpr int grid = 1'000'000;
  std::vector<double> count(shares.size()), within(shares.size());
  for (int i = 0; i < grid; ++i) {
    const auto picked = distribution.pick((i + 0.5) / grid);
    ASSERT_LT(picked.index, shares.size());
    ASSERT_TRUE(picked.within >= 0 && picked.within < 1);
    ++count[picked.index];
    within[picked.index] += picked.within;
  }
  for (std::size_t c = 0; c < shares.size(); ++c) {
    EXPECT_NEAR(count[c] / grid, shares[c] / 100, 1e-5) << c;
    if (count[c] > 0) {
      EXPECT_NEAR(within[c] / count[c], 0.5, 1e-3) << c;
    }
  }
}

TEST(Distribution, PoissonHasItsMeanAndVariance) {
  const Distribution poisson = Distribution::poisson(2.5, 30);
  constexpr int grid = 1'000'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < grid; ++i) {
    const auto n = static_cast<double>(poisson.pick((i + 0.5) / grid).index);
    sum += n / grid;
    squares += n * n / grid;
  }
  EXPECT_NEAR(sum, 2.5, 1e-4);
  EXPECT_NEAR(squares - sum * sum, 2.5, 1e-3);
}

TEST(Distribution, OneClassAndNoSharesGiveTheFirst) {
  EXPECT_EQ(Distribution({7.0}).pick(0.999).index, 0U);
  EXPECT_EQ(Distribution({0.0, 0.0}).pick(0.999).index, 0U);
}

TEST(Words, FollowTheKeyedBlocksInOrder) {
  std::vector<std::int64_t> households;
  for (std::int64_t h = 0; h < 7; ++h) households.push_back(h * 3'000'000'007);  // beyond 32 bits
  std::vector<std::uint32_t> first(households.size() * household_words);
  draw_household_words(42, households.size(), households.data(), first.data());
  for (std::size_t i = 0; i < households.size(); ++i) {
    Words words(42, households[i], first.data() + i * household_words);
    for (std::uint32_t block = 0; block < 6; ++block)
      for (const std::uint32_t word : draw_words(42, {households[i], 0, 0, block})) ASSERT_EQ(words.next(), word) << i << block;
    Words rest(42, households[i], first.data() + i * household_words);
    rest.skip(2);
    EXPECT_EQ(rest.next(), draw_words(42, {households[i], 0, 0, 0})[2]);
    EXPECT_EQ(Words::fine_uniform_of(first.data() + i * household_words), uniform_of_bits(draw_bits(42, {households[i], 0, 0, 0})));
  }
}

}  // namespace
}  // namespace puente
