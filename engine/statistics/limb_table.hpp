// Exact sums of many slots, each with the same run of terms, gathered as limbs and handed over to exact sums at the end. Where
// records have slots by several groupings, each is added once to the cell of a few groupings crossed, and cells are added up
// to slots at the end: as sums are exact, the bits are those of adding it to every slot. One object a thread, merged afterwards.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/statistics/crossing.hpp"
#include "engine/statistics/limbs.hpp"
#include "engine/statistics/sign.hpp"
#include "engine/statistics/slot_labels.hpp"

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
  LimbTable(std::size_t slots, std::size_t terms, Records records = Records::not_counted);

  std::size_t slots() const { return slots_; }
  /// Adds every record to slot 0.
  void add_to_first(const TermColumns& records, Sign sign = Sign::plus);
  /// The same for n records whose terms sum(Limbs*) adds up itself: it returns how many have a weight above 0, or nothing
  /// where it cannot be done; then nothing is added.
  template <class Sum>
  bool add_sums_to_first(std::size_t n, Sum&& sum) {
    make_room(n);
    std::fill(added_up_.begin(), added_up_.end(), Limbs{});
    const std::optional<std::int64_t> weighted = sum(added_up_.data());
    if (!weighted) return false;
    for (std::size_t k = 0; k < terms_; ++k) add_limbs(first_[k], added_up_[k]);
    if (!records_.empty()) records_[0] += *weighted;
    return true;
  }
  /// Adds record i to the slots columns[c].slot[first + i] of every grouping c. At most some thousands at once (limb_additions).
  void add_by_slot(const TermColumns& records, std::span<const SlotLabels> columns, std::size_t first, Sign sign = Sign::plus);
  /// What terms of the same records differ by, now and before: as adding the former and taking off the latter.
  void add_changes_by_slot(const TermColumns& now, const TermColumns& before, std::span<const SlotLabels> columns, std::size_t first);
  void merge(LimbTable& other) { merge(other, 0, slots_); }
  /// Slots [first, last) alone.
  void merge(LimbTable& other, std::size_t first, std::size_t last);
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
  /// Some groupings, and where their cells have rows, if they are crossed.
  struct Cells {
    Crossing crossing;
    std::size_t first_row = 0;
  };
  /// How the groupings of a call are crossed; kept for the calls that follow with the same ones.
  struct Plan {
    std::vector<SlotRange> ranges;
    std::vector<Cells> cells;
  };

  static std::int64_t weighted_records(const double* w, std::size_t n);
  /// A count of records and a pair a term, rounded up to a whole number of registers.
  std::size_t row_pairs() const { return (terms_ + 2) / 2 * 2; }
  const Plan& plan_of(std::span<const SlotLabels> columns);
  Cells with_rows(Crossing crossing);
  /// A run of records, cut.
  struct Pieces {
    std::vector<LimbPair> lower, upper;    ///< [record][1 + term], [record][one of upper_terms]
    std::vector<std::size_t> upper_terms;
    std::size_t used = 0;                  ///< pairs of a row
  };
  bool cut(const TermColumns& records, std::size_t first, std::size_t n, Pieces& pieces) const;
  bool cut_change(const TermColumns& now, const TermColumns& before, std::size_t first, std::size_t n);
  template <Sign sign>
  void add_pieces(const Plan& plan, std::span<const SlotLabels> columns, std::size_t first, std::size_t n);
  template <Sign sign>
  void add_rows(const std::int32_t* row, std::size_t n);
  template <Sign sign>
  void add_by_slot(const TermColumns& records, std::span<const SlotLabels> columns, std::size_t first, const Plan& plan);
  void add_plainly(const TermColumns& records, const std::int32_t* slot, std::size_t first, std::size_t n, Sign sign);
  void make_room(std::size_t additions);
  void carry();
  void fold(const Plan& plan, const Cells& cells);
  void flush_all();

  std::size_t terms_, slots_;
  std::vector<Limbs> first_;           ///< [term] of slot 0, where all records are added at once
  std::vector<LimbPair> lower_, upper_;  ///< [row][1 + term]: a row a slot, then a row a cell; `low` of the first is the records
  std::vector<ExactSum> sums_;         ///< [slot][term]
  std::vector<std::int64_t> records_;  ///< [slot], or empty
  std::vector<Plan> plans_;
  std::int64_t additions_ = 0;         ///< an upper bound on what any limb holds, in pieces
  // Scratch
  std::vector<Limbs> added_up_;        ///< [term]
  Pieces pieces_, before_;
  std::array<std::int32_t, piece_rows> row_{};
};

}  // namespace puente
