// Poverty and inequality of many groups at once: the tally of one scenario's welfare. Fed block by block by each
// thread (`add`), merged over threads, reduced over ranks, finished once. Numbers do not depend on the order of
// records, the number of threads, of ranks or the size of blocks. One object a thread.
//
// Formulas and conventions: DESIGN 6; sources beside each formula in welfare_terms.cpp. Records of weight 0 count
// nowhere. Where all records have the same line, FGT 1 is the total gap over it, which is the same number
// to the last digits. GE and Atkinson come from totals of one term a record (w, w·y, w·log y, …): their absolute error is some
// 1e-15 times the size of log y, so that below about 1e-3 they lose the last of twelve digits. A mean that is not
// positive leaves Gini, Lorenz ordinates and shares missing. Sums need |term| < 2^79 (w·y² under GE(2)) and a total
// weight below 2^46; what does not fit makes its statistic missing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/core/precision.hpp"
#include "engine/statistics/sign.hpp"
#include "engine/statistics/slot_labels.hpp"

namespace puente {

/// What is asked for. Slot 0 is everybody; slots 1… are the labels of the groupings, one grouping after the other.
struct WelfareStatistics {
  Precision precision = Precision::exact;
  std::size_t lines = 0;
  std::vector<bool> constant_line;               ///< for each line: all records have the same; empty: none has
  std::size_t slots = 1;
  bool everybody = true;                         ///< whether slot 0 is counted
  /// First slot of each grouping and number of its slots; `partial`: many records have none; `by_record`: whether it goes by record.
  struct Grouping {
    std::size_t first = 0, count = 0;
    bool partial = false, by_record = true;
    SlotRange range() const { return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(count), partial}; }
  };
  std::vector<Grouping> groupings;
  std::vector<double> entropy = {-1, 0, 1, 2};   ///< GE(alpha)
  std::vector<double> atkinson = {0.5, 1, 2};
  bool watts = true;
  std::vector<double> quantiles;                 ///< p as written (0.1 is one tenth exactly), for quantile and Lorenz
  bool order_statistics = true;                  ///< Gini, quantiles, Lorenz, shares; needs sorting or a sketch
};

/// n records with welfare y (finite), the weight each counts with (>= 0, finite), and a poverty line each.
struct WelfareRecords {
  std::size_t n = 0;
  const double* y = nullptr;
  const double* w = nullptr;
  std::span<const double* const> line;  ///< [lines][n]; where one is <= 0, FGT 1 and 2 and Watts are missing
};

/// One grouping's entries over those records: entry j says that record `record[j]` counts in slot `slot[j]` with weight
/// `w[j]`. Where they go by record, entry j is record j with its own weight, m = n, and `record` and `w` are not looked at.
/// slot is absolute (grouping.first + label); an entry with a negative slot counts nowhere. A grouping goes by record
/// either always or never, and never where WelfareStatistics says so.
struct GroupingEntries {
  std::size_t m = 0;
  bool by_record = true;
  const std::int32_t* slot = nullptr;
  const std::int32_t* record = nullptr;
  const double* w = nullptr;
};

/// Finished numbers of one slot. NaN is missing (an empty group, a mean of zero under a ratio, …).
struct WelfareResult {
  double weight = 0;          ///< sum of weights
  double records = 0;         ///< records with weight > 0
  double total = 0, mean = 0;
  double gini = 0, gini_error_bound = 0;  ///< bound is 0 when exact
  double palma = 0, s80_s20 = 0, p90_p10 = 0;
  double n_negative = 0, n_zero = 0;      ///< weight of welfare < 0, = 0
  double excluded_from_logs = 0;          ///< weight of welfare <= 0
  struct Line { double fgt[3] = {0, 0, 0}; double watts = 0, poor = 0, total_gap = 0; };
  std::vector<Line> lines;
  std::vector<double> entropy, atkinson;  ///< as asked
  std::vector<double> quantile, lorenz, quantile_error_bound;  ///< at WelfareStatistics::quantiles
  std::vector<double> decile_share;       ///< 10 shares
};

class KeyBytes;
class OrderRecords;
class ReadAhead;

class WelfareTally {
 public:
  explicit WelfareTally(const WelfareStatistics& asked);
  ~WelfareTally();
  WelfareTally(WelfareTally&&) noexcept;
  WelfareTally& operator=(WelfareTally&&) noexcept;

  /// groupings in the order of WelfareStatistics::groupings. Allocates only to keep records under exact order statistics.
  /// `ahead` may be null: memory that is asked for on the way.
  void add(const WelfareRecords& records, std::span<const GroupingEntries> groupings, ReadAhead* ahead = nullptr);
  /// Sums and bins alone, of slot 0 if `everybody`. With `keep` for every record, `add_sums` of some and `merge_sums` of a tally of
  /// others is one `add` of all. Groupings by record without slots are left out.
  void add_sums(const WelfareRecords& records, std::span<const GroupingEntries> groupings, bool everybody, Sign sign);
  /// The same of records with other welfare, or other lines, than before: added as they are now, and taken off as they were.
  void add_changes(const WelfareRecords& now, const WelfareRecords& before, std::span<const GroupingEntries> groupings, bool everybody);
  void keep(const WelfareRecords& records, std::span<const GroupingEntries> groupings);
  void merge_sums(WelfareTally& other, std::size_t first_slot, std::size_t last_slot);
  /// Under exact order statistics: from here on records are not kept but counted, in `bytes`, by the memory that they would take.
  /// `finish` then needs OrderRecords to which `end_part` gave all of them.
  void count_in(KeyBytes& bytes);
  /// Takes over what another thread gathered.
  void merge(WelfareTally&& other);
  /// Collective, after merging: sums over all ranks.
  void reduce(Exchange& exchange);
  /// After `reduce`: slots for which a sketch is too coarse (one bool a slot, or empty when there is none). A further walk
  /// over the records keeps theirs in OrderRecords, which `finish` then takes.
  std::vector<bool> too_coarse() const;
  /// The memory that the records of those slots take on all ranks, at most.
  double coarse_bytes() const;
  /// Collective, after `reduce`: the records of one part of several.
  void end_part(OrderRecords& part, Exchange& exchange, Team& team) const;
  /// Collective, after `reduce`. One result a slot, the same bits on every rank. `refined` may be null.
  std::vector<WelfareResult> finish(Exchange& exchange, Team& team, OrderRecords* refined = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puente
