#include "engine/core/random.hpp"

#include <Random123/philox.h>

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

void draw_uniforms(std::uint64_t key, std::size_t n, const std::int64_t* household, const std::uint16_t* line,
                   std::uint32_t replicate, double* out) {
  for (std::size_t i = 0; i < n; ++i) {
    const DrawPlace place{household[i], line == nullptr ? std::uint16_t{0} : line[i], 0, replicate};
    out[i] = uniform_of_bits(draw_bits(key, place));
  }
}

}  // namespace puente
