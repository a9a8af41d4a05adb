#include "engine/run/changed_records.hpp"

#include <algorithm>

namespace puente {

void ChangedRecords::find(const WelfareRecords& now, const WelfareRecords& before, const std::vector<bool>& constant_line) {
  const std::size_t n = now.n;
  std::vector<std::int32_t>& place = place_;
  place.assign(n, 0);
  for (std::size_t i = 0; i < n; ++i) place[i] = now.y[i] != before.y[i] ? 1 : 0;
  for (std::size_t l = 0; n > 0 && l < now.line.size(); ++l) {
    const double *line = now.line[l], *was = before.line[l];
    if (!constant_line[l])
      for (std::size_t i = 0; i < n; ++i) place[i] |= line[i] != was[i] ? 1 : 0;
    else if (line[0] != was[0]) std::fill(place.begin(), place.end(), 1);
  }
  record_.resize(n + 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t changed = place[i];
    record_[count] = static_cast<std::int32_t>(i);
    place[i] = changed != 0 ? static_cast<std::int32_t>(count) : -1;
    count += static_cast<std::size_t>(changed);
  }
  record_.resize(count);
}

void ChangedRecords::gather(const WelfareRecords& now, const WelfareRecords& before, const std::vector<bool>& constant_line,
                            std::span<const GroupingEntries> entries) {
  w_.resize(count());
  for (std::size_t j = 0; j < count(); ++j) w_[j] = now.w[record_[j]];
  gather(now, constant_line, now_);
  gather(before, constant_line, before_);
  labels_.resize(std::max(labels_.size(), entries.size()));
  entries_.resize(entries.size());
  for (std::size_t g = 0; g < entries.size(); ++g) entries_[g] = gather(entries[g], labels_[g]);
}

/// A line that all records have is the same for any number of them.
void ChangedRecords::gather(const WelfareRecords& from, const std::vector<bool>& constant_line, Gathered& to) {
  to.y.resize(count());
  for (std::size_t j = 0; j < count(); ++j) to.y[j] = from.y[record_[j]];
  to.own_line.resize(from.line.size() * count());
  to.line.resize(from.line.size());
  for (std::size_t l = 0; l < from.line.size(); ++l) {
    to.line[l] = from.line[l];
    if (constant_line[l]) continue;
    double* own = to.own_line.data() + l * count();
    for (std::size_t j = 0; j < count(); ++j) own[j] = from.line[l][record_[j]];
    to.line[l] = own;
  }
  to.records = {count(), to.y.data(), w_.data(), to.line};
}

GroupingEntries ChangedRecords::gather(const GroupingEntries& from, Labels& to) const {
  if (from.by_record) {
    to.slot.resize(count());
    for (std::size_t j = 0; j < count(); ++j) to.slot[j] = from.slot[record_[j]];
    return {count(), true, to.slot.data(), nullptr, nullptr};
  }
  to.slot.clear();
  to.record.clear();
  to.w.clear();
  for (std::size_t e = 0; e < from.m; ++e) {
    const std::int32_t place = place_[static_cast<std::size_t>(from.record[e])];
    if (place < 0) continue;
    to.slot.push_back(from.slot[e]);
    to.record.push_back(place);
    to.w.push_back(from.w[e]);
  }
  return {to.slot.size(), false, to.slot.data(), to.record.data(), to.w.data()};
}

}  // namespace puente
