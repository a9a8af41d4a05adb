#include "engine/statistics/fixed_weight.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "engine/core/error.hpp"

namespace puente {

namespace {

using UnsignedWide = unsigned __int128;

constexpr std::uint64_t ten_to_18 = 1'000'000'000'000'000'000;

/// 192 bits: high·2^64 + low.
struct Product {
  UnsignedWide high;
  std::uint64_t low;
};

Product multiply(UnsignedWide a, std::uint64_t b) {
  const UnsignedWide low = static_cast<UnsignedWide>(static_cast<std::uint64_t>(a)) * b;
  return {(a >> 64) * b + (low >> 64), static_cast<std::uint64_t>(low)};
}

/// ⌈x / d⌉, for a quotient that fits 128 bits.
UnsignedWide divide_up(const Product& x, std::uint64_t d) {
  const UnsignedWide upper = x.high / d;
  const UnsignedWide rest = ((x.high % d) << 64) | x.low;
  return (upper << 64) + rest / d + (rest % d != 0);
}

std::uint64_t power_of_ten(int n) {
  std::uint64_t power = 1;
  for (; n > 0; --n) power *= 10;
  return power;
}

}  // namespace

double weight_of(Wide fixed) { return static_cast<double>(fixed) * 0x1p-80; }

Decimal decimal_of(double p) {
  if (!(p >= 0.0 && p <= 1.0))
    throw bad_input("the share " + shortest(p) + " does not lie between 0 and 1; give a share such as 0.5");
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, p, std::chars_format::scientific).ptr;
  const char* const e = std::find(text, end, 'e');
  Decimal decimal;
  for (const char* c = text; c != e; ++c)
    if (*c != '.') decimal.numerator = decimal.numerator * 10 + static_cast<std::uint64_t>(*c - '0');
  const int fraction_digits = std::max(0, static_cast<int>(e - text) - 2);
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  decimal.places = fraction_digits - exponent;
  return decimal;
}

Wide share_of(const Decimal& p, Wide total) {
  int places = p.places;
  UnsignedWide share = divide_up(multiply(static_cast<UnsignedWide>(total), p.numerator), power_of_ten(std::min(places, 18)));
  for (places -= 18; places > 0; places -= 18) share = divide_up({share >> 64, static_cast<std::uint64_t>(share)}, places < 18 ? power_of_ten(places) : ten_to_18);
  return static_cast<Wide>(share);
}

}  // namespace puente
