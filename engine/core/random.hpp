// Keyed draws: a draw is a pure function of (seed, purpose, household, person, period, replicate), never of rank,
// thread or call order (DESIGN: layout-free numbers). Philox4x32-10 of Random123 (Salmon et al., SC'11):
// key = (seed mixed with the purpose, 64 bits), counter = (household id 64, person line 16 | period 16, replicate 32).
// Scenarios share draws by purpose, so differences between them are policy and not noise. Thread-safe: no state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace puente {

/// The 64-bit key of a named purpose under a seed.
std::uint64_t purpose_key(std::uint64_t seed, std::string_view purpose);

struct DrawPlace {
  std::int64_t household = 0;
  std::uint16_t person_line = 0;  ///< 0 is the household itself; persons count from 1
  std::uint16_t period = 0;
  std::uint32_t replicate = 0;
};

/// 64 uniform bits. The upper 52 bits make `uniform`.
std::uint64_t draw_bits(std::uint64_t key, const DrawPlace& place);

/// All 128 bits of the same block, for what needs many coarse draws at once: words 0 and 1 are those of draw_bits.
std::array<std::uint32_t, 4> draw_words(std::uint64_t key, const DrawPlace& place);

/// The same for n places that share key, period 0 and replicate: 4 words a place.
void draw_words(std::uint64_t key, std::size_t n, const std::int64_t* household, const std::uint16_t* line, std::uint32_t replicate,
                std::uint32_t* out);

/// Words of the first blocks (replicates 0 to 3, period 0) of n households themselves: 16 a household, as draw_words gives them.
constexpr std::size_t household_words = 16;
void draw_household_words(std::uint64_t key, std::size_t n, const std::int64_t* household, std::uint32_t* out);

/// Uniform in the open interval (0, 1): (k + 1/2) / 2^52 with k of 52 bits, which a double holds exactly (with 53 bits
/// the largest would round to 1).
inline double uniform_of_bits(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

/// Uniforms for n places that share key, period 0 and replicate: household[i] and line[i] (line null: 0).
void draw_uniforms(std::uint64_t key, std::size_t n, const std::int64_t* household, const std::uint16_t* line,
                   std::uint32_t replicate, double* out);

}  // namespace puente
