// The sums behind a slot's statistics: which terms a record contributes, and the statistics as functions of their
// totals. Every index is a function of totals of pure terms, so that totals may be gathered in any order. Immutable
// after construction; `WelfareBlock` is scratch, one object a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/statistics/limb_table.hpp"
#include "engine/statistics/welfare_tally.hpp"

namespace puente {

/// Terms of up to `capacity` records: term k of record i is at(k)[i], from 1 on; term 0 is the weight, where it is.
struct WelfareBlock {
  static constexpr std::size_t capacity = 256;
  explicit WelfareBlock(std::size_t terms) : values((terms - 1) * capacity), scratch(2 * capacity) {}
  double* at(std::size_t term) { return values.data() + (term - 1) * capacity; }
  TermColumns columns() const { return {n, used, capacity, weight, values.data()}; }

  std::size_t n = 0;
  const double* weight = nullptr;
  std::size_t used = 0;  ///< terms from here on are zero for all these records and not written
  std::vector<double> values, scratch;
};

class WelfareTerms {
 public:
  explicit WelfareTerms(const WelfareStatistics& asked);
  static constexpr std::size_t weight = 0, total = 1;  ///< Σ w, Σ w·y
  std::size_t count() const { return negative_ + 3; }

  /// Writes the terms of records [first, first + block.n) into `block`.
  void evaluate(const WelfareRecords& records, std::size_t first, WelfareBlock& block) const;
  /// Adds all terms of those records to `sums`, one a term, without writing any, and returns how many have a weight above 0:
  /// nothing where that cannot be done (then `sums` holds nothing of use).
  std::optional<std::int64_t> sum(const WelfareRecords& records, std::size_t first, std::size_t n, Limbs* sums) const;
  /// Everything but order statistics.
  /// `constant_lines`: those that all records share; others are not looked at.
  WelfareResult finish(std::span<const ExactSum> totals, std::int64_t records, std::span<const double> constant_lines) const;

 private:
  /// w·log y, w·y·log y or w·y^exponent, over the positive values or over all.
  struct Power {
    enum class Kind { log, product_log, power } kind;
    double exponent;
    bool all_values;
  };
  /// Poor, gap, FGT 1 (where the line is not constant), FGT 2, Watts (if asked for).
  struct LineTerms {
    std::size_t first = 0;
    bool constant = false;
    std::size_t fgt2() const { return first + (constant ? 2 : 3); }
    std::size_t watts() const { return fgt2() + 1; }
  };
  void require(const Power& power);
  const ExactSum& find(std::span<const ExactSum> totals, Power::Kind kind, double exponent) const;
  void evaluate_line(const double* y, const double* w, const double* z, const LineTerms& line, WelfareBlock& block) const;
  static void evaluate_watts(const double* y, const double* w, const double* z, double* watts, WelfareBlock& block);
  void evaluate_powers(const double* y, const double* w, WelfareBlock& block) const;
  WelfareResult::Line finish_line(std::span<const ExactSum> totals, const LineTerms& line, double all_weight, double constant) const;

  std::vector<LineTerms> lines_;
  std::size_t first_power_, negative_;
  bool watts_;
  std::vector<double> entropy_, atkinson_;
  std::vector<Power> powers_;
};

}  // namespace puente
