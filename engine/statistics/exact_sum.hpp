// Exact sums: every term is rounded once to a multiple of 2^-80 (to nearest, ties to even: a pure function of the
// term) and added as an integer; the order of adding, the number of threads and of ranks cannot change a bit
// (DESIGN 7, rule 2). Terms of magnitude 2^79 or more, infinities and NaN do not fit: they are counted in `overflow`,
// and the sum is then missing. The state is a run of int64 that add element by element, so one integer all-reduce
// merges any number of sums (call `carry` before it).
//
// A fast kernel may gather terms as pieces cut at fixed borders (limbs.hpp) and hand them over by `add_multiple`; any
// way of adding gives the same bits. Not thread-safe: one object a thread, merged afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace puente {

class ExactSum {
 public:
  static constexpr int digits = 6;            ///< 32-bit digits, weights 2^-96 … 2^64, carries kept lazily
  static constexpr int state_size = digits + 1;  ///< and the count of terms that did not fit

  void add(double term);
  /// A term that was added is no more, one that did not fit neither.
  void take_off(double term);
  /// Adds count·2^exponent, exponent ≥ -80, of magnitude below 2^124.
  void add_multiple(std::int64_t count, int exponent);
  void merge(const ExactSum& other);
  void subtract(const ExactSum& other);
  /// Propagates carries, after which 2^30 states may be added element by element.
  void carry();
  /// Nearest double of the exact total; NaN when a term did not fit.
  double value() const;
  /// The total in units of 2^-80, of magnitude below 2^126; every total is a multiple of that.
  __int128 fixed() const;
  std::int64_t overflow() const { return state_[digits]; }

  std::span<std::int64_t, state_size> state() { return state_; }
  std::span<const std::int64_t, state_size> state() const { return state_; }

 private:
  void add_digits(std::int64_t count, int exponent);
  void carry_if_large();
  std::array<std::int64_t, state_size> state_{};
  std::int32_t terms_ = 0;  ///< added since digits were last looked at
};

}  // namespace puente
