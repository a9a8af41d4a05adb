#include "engine/core/random.hpp"

#include <Random123/philox.h>

#include <bit>
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

/// Philox4x32-10 (Salmon et al., SC'11) of four groups of counters at once, so that no step waits for the one before.
constexpr std::size_t groups = 4;
void philox(std::uint64_t key, Counters (&counters)[groups]) {
  std::uint64_t k0 = key & 0xffffffffULL, k1 = key >> 32;
  for (int round = 0; round < 10; ++round) {
    for (Counters& c : counters) {
      const Lane first = multiply(c.word[0], 0xD2511F53), second = multiply(c.word[2], 0xCD9E8D57);
      c = {{(second >> 32) ^ c.word[1] ^ k0, second, (first >> 32) ^ c.word[3] ^ k1, first}};
    }
    k0 = (k0 + 0x9E3779B9) & 0xffffffffULL;
    k1 = (k1 + 0xBB67AE85) & 0xffffffffULL;
  }
}

/// Uniforms of 16 places.
void draw_sixteen(std::uint64_t key, const std::int64_t* household, const std::uint16_t* line, std::uint32_t replicate, double* out) {
  Counters counters[groups] = {};
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t l = 0; l < lanes; ++l) {
      const auto id = static_cast<std::uint64_t>(household[g * lanes + l]);
      counters[g].word[0][l] = id;
      counters[g].word[1][l] = id >> 32;
      counters[g].word[2][l] = line == nullptr ? 0 : line[g * lanes + l];
      counters[g].word[3][l] = replicate;
    }
  philox(key, counters);
  for (std::size_t g = 0; g < groups; ++g) {
    // 1 + k/2^52 by its bits, then exactly (k + 1/2)/2^52.
    const Lane bits = ((counters[g].word[1] << 32) | (counters[g].word[0] & 0xffffffffULL)) >> 12 | 0x3ff0000000000000ULL;
    for (std::size_t l = 0; l < lanes; ++l) out[g * lanes + l] = std::bit_cast<double>(std::uint64_t{bits[l]}) - 1 + 0x1p-53;
  }
}

}  // namespace

void draw_uniforms(std::uint64_t key, std::size_t n, const std::int64_t* household, const std::uint16_t* line,
                   std::uint32_t replicate, double* out) {
  std::size_t i = 0;
  for (; i + groups * lanes <= n; i += groups * lanes)
    draw_sixteen(key, household + i, line == nullptr ? nullptr : line + i, replicate, out + i);
  for (; i < n; ++i) {
    const DrawPlace place{household[i], line == nullptr ? std::uint16_t{0} : line[i], 0, replicate};
    out[i] = uniform_of_bits(draw_bits(key, place));
  }
}

void draw_household_words(std::uint64_t key, std::size_t n, const std::int64_t* household, std::uint32_t* out) {
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    Counters counters[groups] = {};
    for (std::size_t g = 0; g < groups; ++g)
      for (std::size_t l = 0; l < lanes; ++l) {
        const auto id = static_cast<std::uint64_t>(household[i + l]);
        counters[g].word[0][l] = id;
        counters[g].word[1][l] = id >> 32;
        counters[g].word[2][l] = 0;
        counters[g].word[3][l] = g;
      }
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
