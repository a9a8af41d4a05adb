#include "engine/statistics/exact_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace puente {

namespace {

using Wide = __int128;
using UnsignedWide = unsigned __int128;

constexpr int lowest_exponent = -96;
constexpr std::int64_t low_half = 0xffffffff;
/// Each adds less than 2^32 to a digit that was below 2^61: digits stay below 2^62, and two states can be merged.
constexpr std::int32_t terms_between_carries = std::int32_t{1} << 28;

/// The nearest multiple of 2^-80, ties to even. Terms of 2^-28 and more are multiples already.
double rounded(double term) {
  const double border = std::copysign(0x1p-28, term);
  return std::fabs(term) < 0x1p-28 ? (term + border) - border : term;
}

/// Nearest double of (digits 0 … top)·2^lowest_exponent, digits in [0, 2^32): the upper 64 bits and whether
/// anything lies below them decide the rounding.
double nearest_double(const std::array<std::uint64_t, ExactSum::digits + 1>& digit) {
  int top = ExactSum::digits;
  while (top > 0 && digit[top] == 0) --top;
  const auto at = [&](int i) { return i < 0 ? 0 : digit[i]; };
  const auto upper = (static_cast<UnsignedWide>(digit[top]) << 64) | (at(top - 1) << 32) | at(top - 2);
  if (upper == 0) return 0.0;
  std::uint64_t below = 0;
  for (int i = 0; i < top - 2; ++i) below |= digit[i];
  const int shift = 32 - std::countl_zero(static_cast<std::uint32_t>(digit[top]));
  const auto kept = static_cast<std::uint64_t>(upper >> shift);
  below |= static_cast<std::uint64_t>(upper & ((UnsignedWide{1} << shift) - 1));
  return std::ldexp(static_cast<double>(kept | (below != 0)), 32 * (top - 2) + lowest_exponent + shift);
}

}  // namespace

void ExactSum::add(double term) {
  if (!(std::fabs(term) < 0x1p79)) {
    ++state_[digits];
    return;
  }
  const auto bits = std::bit_cast<std::uint64_t>(rounded(term));
  const int biased = static_cast<int>(bits >> 52) & 0x7ff;
  if (biased == 0) return;
  const auto mantissa = static_cast<std::int64_t>((bits & 0xfffffffffffff) | 0x10000000000000);
  const int exponent = biased - 1075;
  // A multiple of 2^-80 of less than 2^-27: the mantissa's lowest bits are zero and shift out exactly.
  const int excess = exponent < -80 ? -80 - exponent : 0;
  add_digits((static_cast<std::int64_t>(bits) < 0 ? -mantissa : mantissa) >> excess, exponent + excess);
  if (++terms_ == terms_between_carries) carry_if_large();
}

void ExactSum::add_multiple(std::int64_t count, int exponent) {
  add_digits(count, exponent);
  carry_if_large();
}

void ExactSum::add_digits(std::int64_t count, int exponent) {
  const int shift = exponent - lowest_exponent;
  Wide value = static_cast<Wide>(count) << (shift & 31);
  int i = shift >> 5;
  for (const int last = std::min(i + 2, digits - 1); i < last; ++i, value >>= 32)
    state_[i] += static_cast<std::int64_t>(value) & low_half;
  state_[i] += static_cast<std::int64_t>(value);
}

void ExactSum::merge(const ExactSum& other) {
  for (int i = 0; i < state_size; ++i) state_[i] += other.state_[i];
  carry_if_large();
}

void ExactSum::take_off(double term) {
  const std::int64_t before = overflow();
  add(-term);
  if (overflow() != before) state_[digits] = before - 1;
}

void ExactSum::subtract(const ExactSum& other) {
  for (int i = 0; i < digits; ++i) state_[i] -= other.state_[i];
  state_[digits] += other.state_[digits];
  carry_if_large();
}

void ExactSum::carry_if_large() {
  std::int64_t large = 0;
  for (int i = 0; i < digits; ++i) large |= state_[i] ^ (state_[i] >> 63);
  if (large >> 61) carry();
  terms_ = 0;
}

void ExactSum::carry() {
  for (int i = 0; i + 1 < digits; ++i) {
    state_[i + 1] += state_[i] >> 32;
    state_[i] &= low_half;
  }
}

/// Modulo 2^128, in which the highest digit counts nothing. The lowest is a multiple of 2^16: terms are of 2^-80.
__int128 ExactSum::fixed() const {
  constexpr int below = -80 - lowest_exponent;
  auto total = static_cast<UnsignedWide>(static_cast<Wide>(state_[0] >> below));
  for (int i = 1; 32 * i - below < 128 && i < digits; ++i)
    total += static_cast<UnsignedWide>(static_cast<Wide>(state_[i])) << (32 * i - below);
  return static_cast<Wide>(total);
}

double ExactSum::value() const {
  if (overflow() != 0) return std::numeric_limits<double>::quiet_NaN();
  ExactSum total = *this;
  total.carry();
  const bool negative = total.state_[digits - 1] < 0;
  if (negative)
    for (int i = 0; i < digits; ++i) total.state_[i] = -total.state_[i];
  total.carry();
  std::array<std::uint64_t, digits + 1> digit{};
  for (int i = 0; i < digits; ++i) digit[i] = static_cast<std::uint64_t>(total.state_[i] & low_half);
  digit[digits] = static_cast<std::uint64_t>(total.state_[digits - 1] >> 32);
  const double magnitude = nearest_double(digit);
  return negative ? -magnitude : magnitude;
}

}  // namespace puente
