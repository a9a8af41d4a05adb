#include "engine/core/random.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace puente {
namespace {

TEST(Random, EqualsTheKnownAnswersOfPhilox4x32) {
  // Random123's kat_vectors, philox4x32 with 10 rounds: counter and key of all zeros, and of all ones.
  EXPECT_EQ(draw_bits(0, {0, 0, 0, 0}), 0xe169c58d6627e8d5ULL);
  EXPECT_EQ(draw_bits(~std::uint64_t{0}, {-1, 0xffff, 0xffff, 0xffffffff}), 0x41c83b0e408f276dULL);
}

TEST(Random, UniformsLieInTheOpenInterval) {
  EXPECT_GT(uniform_of_bits(0), 0.0);
  EXPECT_LT(uniform_of_bits(~std::uint64_t{0}), 1.0);
}

TEST(Random, EveryPartOfTheKeyMatters) {
  const std::uint64_t key = purpose_key(1, "take_up");
  EXPECT_NE(key, purpose_key(2, "take_up"));
  EXPECT_NE(key, purpose_key(1, "take_uq"));
  const std::uint64_t base = draw_bits(key, {5, 1, 0, 0});
  EXPECT_NE(base, draw_bits(key, {6, 1, 0, 0}));
  EXPECT_NE(base, draw_bits(key, {5, 2, 0, 0}));
  EXPECT_NE(base, draw_bits(key, {5, 1, 1, 0}));
  EXPECT_NE(base, draw_bits(key, {5, 1, 0, 1}));
}

TEST(Random, ManyAtOnceEqualOneByOne) {
  const std::int64_t household[] = {0, 7, 1LL << 40};
  const std::uint16_t line[] = {1, 2, 65535};
  double out[3];
  draw_uniforms(9, 3, household, line, 4, out);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(out[i], uniform_of_bits(draw_bits(9, {household[i], line[i], 0, 4})));
}

TEST(Random, RunsOfAnyLengthEqualOneByOne) {
  std::vector<std::int64_t> household;
  std::vector<std::uint16_t> line;
  for (int i = 0; i < 53; ++i) {
    household.push_back(i % 3 == 0 ? i : (std::int64_t{1} << 33) + 7 * i);
    line.push_back(static_cast<std::uint16_t>(1000 * i));
  }
  for (const std::size_t n : {1UL, 15UL, 16UL, 17UL, 53UL}) {
    std::vector<double> households(n), persons(n);
    draw_uniforms(~9ULL, n, household.data(), nullptr, 3, households.data());
    draw_uniforms(~9ULL, n, household.data(), line.data(), 0xffffffff, persons.data());
    std::vector<std::array<std::uint32_t, 4>> words(n);
    draw_words(~9ULL, n, household.data(), line.data(), 0xffffffff, words[0].data());
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(households[i], uniform_of_bits(draw_bits(~9ULL, {household[i], 0, 0, 3}))) << n << " " << i;
      EXPECT_EQ(persons[i], uniform_of_bits(draw_bits(~9ULL, {household[i], line[i], 0, 0xffffffff}))) << n << " " << i;
      EXPECT_EQ(words[i], draw_words(~9ULL, {household[i], line[i], 0, 0xffffffff})) << n << " " << i;
    }
  }
}

TEST(Random, AMillionUniformsHaveTheirMoments) {
  double sum = 0, squares = 0;
  const int n = 1000000;
  for (int i = 0; i < n; ++i) {
    const double u = uniform_of_bits(draw_bits(3, {i, 0, 0, 0}));
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, 0.5, 5 * 0.2887 / 1000);
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * 0.2981 / 1000);
}

}  // namespace
}  // namespace puente
