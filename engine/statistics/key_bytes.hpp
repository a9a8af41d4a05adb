// How much memory the records of exact order statistics would take, by key: where they are more than may be kept at once, ranges of
// keys that are not. A record's key is its welfare as bits whose order is that of the numbers; a range holds all records of equal
// keys. One object a thread, merged afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/label_format.hpp"

namespace puente {

/// Keys of [first, last], the last one included.
struct KeyPart {
  std::uint64_t first = 0, last = ~std::uint64_t{0};
  bool holds(std::uint64_t key) const { return key >= first && key <= last; }
};

class KeyBytes {
 public:
  /// The bytes that a record takes.
  static double of_record(const LabelFormat& labels);
  /// n records of welfare y, those of weight above 0 counted.
  void add(std::size_t n, const double* y, const double* w, double bytes_each);
  void merge(const KeyBytes& other);
  /// Collective: afterwards the most that any rank has.
  void reduce(Exchange& exchange);
  /// Ascending, all keys together, as many as are needed for each to hold `most` bytes at most, but for the records of a
  /// sixteenth of an octave, which stay together. At least one.
  std::vector<KeyPart> parts(double most) const;

 private:
  static constexpr int dropped_bits = 48;  ///< sign, exponent and four bits of the mantissa remain
  std::vector<double> bytes_ = std::vector<double>(std::size_t{1} << (64 - dropped_bits));
};

}  // namespace puente
