#include "engine/core/random.hpp"

#include <Random123/philox.h>

#include <cstring>
#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace puente {

namespace {

/// FNV-1a, then the SplitMix64 finaliser: short names differ in every bit of the key.
std::uint64_t hash_name(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

std::uint64_t finalise(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t purpose_key(std::uint64_t seed, std::string_view purpose) {
  return finalise(hash_name(purpose) + finalise(seed + 0x9e3779b97f4a7c15ULL));
}

std::array<std::uint32_t, 4> draw_words(std::uint64_t key, const DrawPlace& place) {
  using Philox = r123::Philox4x32;
  const auto id = static_cast<std::uint64_t>(place.household);
  const Philox::ctr_type counter = {{static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(id >> 32),
                                     (static_cast<std::uint32_t>(place.period) << 16) | place.person_line,
                                     place.replicate}};
  const Philox::key_type philox_key = {{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
  const Philox::ctr_type out = Philox()(counter, philox_key);
  return {out[0], out[1], out[2], out[3]};
}

std::uint64_t draw_bits(std::uint64_t key, const DrawPlace& place) {
  const auto words = draw_words(key, place);
  return (static_cast<std::uint64_t>(words[1]) << 32) | words[0];
}

namespace {

/// Four counters side by side, a word of each in the lower half of a lane; what stands in the upper halves does not matter.
using Lane = std::uint64_t __attribute__((vector_size(32)));
struct Counters {
  Lane word[4];
};
constexpr std::size_t lanes = 4;

/// Product of the lower halves.
Lane multiply(Lane a, std::uint64_t b) {
  const Lane factor = {b, b, b, b};
#ifdef __AVX2__
  return reinterpret_cast<Lane>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(factor)));
#else
  return (a & 0xffffffffULL) * factor;
#endif
}

/// Philox4x32-10 (Salmon et al., SC'11) of several groups of counters at once, so that no step waits for the one before.
template <std::size_t groups>
inline void philox(std::uint64_t key, Counters (&counters)[groups]) {
  std::uint64_t k0 = key & 0xffffffffULL, k1 = key >> 32;
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
#pragma GCC unroll 4
    for (Counters& c : counters) {
      const Lane first = multiply(c.word[0], 0xD2511F53), second = multiply(c.word[2], 0xCD9E8D57);
      c = {{(second >> 32) ^ (c.word[1] ^ k0), second, (first >> 32) ^ (c.word[3] ^ k1), first}};
    }
    k0 = (k0 + 0x9E3779B9) & 0xffffffffULL;
    k1 = (k1 + 0xBB67AE85) & 0xffffffffULL;
  }
}

/// Four counters of households (and lines, of persons).
inline Counters counters_at(const std::int64_t* household, const std::uint16_t* line, std::uint32_t replicate) {
  Counters counters{};
  std::memcpy(&counters.word[0], household, sizeof(Lane));
  counters.word[1] = counters.word[0] >> 32;
  if (line != nullptr) counters.word[2] = Lane{line[0], line[1], line[2], line[3]};
  counters.word[3] = Lane{replicate, replicate, replicate, replicate};
  return counters;
}

/// As many groups as keep the multipliers busy.
constexpr std::size_t side_by_side = 4;
constexpr std::size_t places = side_by_side * lanes;

inline void draw_places(std::uint64_t key, const std::int64_t* household, const std::uint16_t* line, std::uint32_t replicate,
                        Counters (&counters)[side_by_side]) {
  for (std::size_t g = 0; g < side_by_side; ++g)
    counters[g] = counters_at(household + g * lanes, line == nullptr ? nullptr : line + g * lanes, replicate);
  philox(key, counters);
}

void draw_sixteen(std::uint64_t key, const std::int64_t* household, const std::uint16_t* line, std::uint32_t replicate, double* out) {
  Counters counters[side_by_side];
  draw_places(key, household, line, replicate, counters);
  for (std::size_t g = 0; g < side_by_side; ++g) {
    // 1 + k/2^52 by its bits, then exactly (k + 1/2)/2^52.
    const Lane bits = ((counters[g].word[1] << 32) | (counters[g].word[0] & 0xffffffffULL)) >> 12 | 0x3ff0000000000000ULL;
    using Doubles = double __attribute__((vector_size(32)));
    const Doubles uniform = reinterpret_cast<Doubles>(bits) - 1.0 + 0x1p-53;
    std::memcpy(out + g * lanes, &uniform, sizeof uniform);
  }
}

}  // namespace

void draw_uniforms(std::uint64_t key, std::size_t n, const std::int64_t* household, const std::uint16_t* line,
                   std::uint32_t replicate, double* out) {
  std::size_t i = 0;
  for (; i + places <= n; i += places)
    draw_sixteen(key, household + i, line == nullptr ? nullptr : line + i, replicate, out + i);
  for (; i < n; ++i) {
    const DrawPlace place{household[i], line == nullptr ? std::uint16_t{0} : line[i], 0, replicate};
    out[i] = uniform_of_bits(draw_bits(key, place));
  }
}

void draw_words(std::uint64_t key, std::size_t n, const std::int64_t* household, const std::uint16_t* line, std::uint32_t replicate,
                std::uint32_t* out) {
  std::size_t i = 0;
  for (; i + places <= n; i += places) {
    Counters counters[side_by_side];
    draw_places(key, household + i, line + i, replicate, counters);
    for (const Counters& c : counters)
      for (std::size_t l = 0; l < lanes; ++l)
        for (const Lane& word : c.word) *out++ = static_cast<std::uint32_t>(word[l]);
  }
  for (; i < n; ++i)
    for (const std::uint32_t word : draw_words(key, {household[i], line[i], 0, replicate})) *out++ = word;
}

/// Blocks of words of one household.
constexpr std::size_t groups = household_words / 4;

void draw_household_words(std::uint64_t key, std::size_t n, const std::int64_t* household, std::uint32_t* out) {
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    Counters counters[groups];
    for (std::uint32_t g = 0; g < groups; ++g) counters[g] = counters_at(household + i, nullptr, g);
    philox(key, counters);
    for (std::size_t l = 0; l < lanes; ++l)
      for (std::size_t g = 0; g < groups; ++g)
        for (std::size_t w = 0; w < 4; ++w) *out++ = static_cast<std::uint32_t>(counters[g].word[w][l]);
  }
  for (; i < n; ++i)
    for (std::uint32_t g = 0; g < groups; ++g)
      for (const std::uint32_t word : draw_words(key, {household[i], 0, 0, g})) *out++ = word;
}

}  // namespace puente
