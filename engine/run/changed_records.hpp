// The records of a block whose welfare, or whose poverty lines, a scenario changes, as they are in it and as they are without. Sums
// over all records are those without plus what these differ by. Scratch of one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/statistics/welfare_tally.hpp"

namespace puente {

class ChangedRecords {
 public:
  /// The same records twice, with the same weights. `constant_line`: of each line, whether all records have the same.
  void find(const WelfareRecords& now, const WelfareRecords& before, const std::vector<bool>& constant_line);
  std::size_t count() const { return record_.size(); }
  /// Puts them next to one another; `entries` are of all records.
  void gather(const WelfareRecords& now, const WelfareRecords& before, const std::vector<bool>& constant_line,
              std::span<const GroupingEntries> entries);
  const WelfareRecords& now() const { return now_.records; }
  const WelfareRecords& before() const { return before_.records; }
  std::span<const GroupingEntries> entries() const { return entries_; }

 private:
  struct Gathered {
    std::vector<double> y, own_line;
    std::vector<const double*> line;
    WelfareRecords records;
  };
  struct Labels {
    std::vector<std::int32_t> slot, record;
    std::vector<double> w;
  };
  void gather(const WelfareRecords& from, const std::vector<bool>& constant_line, Gathered& to);
  GroupingEntries gather(const GroupingEntries& from, Labels& to) const;

  std::vector<std::int32_t> record_;  ///< those that changed
  std::vector<std::int32_t> place_;   ///< of every record among them; -1: it stayed
  std::vector<double> w_;
  Gathered now_, before_;
  std::vector<Labels> labels_;
  std::vector<GroupingEntries> entries_;
};

}  // namespace puente
