// Exact sums of many slots, each with the same run of terms, gathered as limbs and handed over to exact sums before a
// limb can overflow. One object a thread, merged afterwards.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/limbs.hpp"

namespace puente {

/// Terms of n records in columns: term k of record i is at(k)[i]. Term 0 is the record's weight.
struct TermColumns {
  std::size_t n = 0;
  std::size_t used = 0;  ///< terms from here on are zero for all these records and not there
  std::size_t stride = 0;
  const double* weight = nullptr;
  const double* others = nullptr;  ///< terms 1, 2, …
  /// All terms, the weight first, `stride` apart.
  static TermColumns all(std::size_t n, std::size_t terms, std::size_t stride, const double* values) {
    return {n, terms, stride, values, values + stride};
  }
  const double* at(std::size_t term) const { return term == 0 ? weight : others + (term - 1) * stride; }
  TermColumns part(std::size_t first, std::size_t count) const { return {count, used, stride, weight + first, others + first}; }
};

class LimbTable {
 public:
  enum class Records : std::uint8_t { counted, not_counted };
  LimbTable(std::size_t slots, std::size_t terms, Records records = Records::not_counted)
      : terms_(terms), slots_(slots), limbs_(slots * terms), sums_(slots * terms),
        records_(records == Records::counted ? slots : 0), pieces_(piece_rows * terms) {
    cut_.reserve(terms);
  }

  std::size_t slots() const { return slots_; }
  /// Adds every record to slot 0.
  void add_to_first(const TermColumns& records);
  /// The same for n records whose terms sum(Limbs*) adds up itself: it returns how many have a weight above 0, or nothing
  /// where it cannot be done; then nothing is added.
  template <class Sum>
  bool add_sums_to_first(std::size_t n, Sum&& sum) {
    make_room(n);
    std::fill_n(pieces_.begin(), terms_, Limbs{});
    const std::optional<std::int64_t> weighted = sum(pieces_.data());
    if (!weighted) return false;
    for (std::size_t k = 0; k < terms_; ++k) add_limbs(limbs_[k], pieces_[k]);
    if (!records_.empty()) records_[0] += *weighted;
    return true;
  }
  /// Adds record i to the slots column[first + i] of every column; a negative slot takes nothing.
  void add_by_slot(const TermColumns& records, std::span<const std::int32_t* const> columns, std::size_t first);
  void merge(LimbTable& other);
  /// Collective: totals over all ranks.
  void reduce(Exchange& exchange);
  /// Without other ranks: totals of this table alone.
  void settle() { flush_all(); }
  /// After `reduce` or `settle`.
  std::span<const ExactSum> totals(std::size_t slot) const { return {sums_.data() + slot * terms_, terms_}; }
  double value(std::size_t slot, std::size_t term) const { return sums_[slot * terms_ + term].value(); }
  /// Records of weight above 0, where they are counted.
  std::int64_t records(std::size_t slot) const { return records_[slot]; }

 private:
  static constexpr std::size_t piece_rows = 32;
  static std::int64_t weighted_records(const double* w, std::size_t n);
  void make_room(std::size_t additions);
  void flush_all();
  bool cut(const TermColumns& records, std::size_t first, std::size_t n);
  void add_row(const Limbs* row, std::size_t slot);
  void add_plainly(const TermColumns& records, std::size_t i, std::size_t slot);

  std::size_t terms_, slots_;
  std::vector<Limbs> limbs_;       ///< [slot][term]
  std::vector<ExactSum> sums_;     ///< [slot][term]
  std::vector<std::int64_t> records_;  ///< [slot], or empty
  std::vector<Limbs> pieces_;      ///< [row][term of cut_], scratch
  std::vector<std::size_t> cut_;   ///< terms that are not zero, scratch
  std::int64_t additions_ = 0;     ///< an upper bound on what any limb holds, in pieces
};

}  // namespace puente
