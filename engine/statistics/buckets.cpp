#include "engine/statistics/buckets.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace puente {

namespace {

constexpr std::size_t bucket_target = 4096;
constexpr std::size_t cells = std::size_t{1} << 16;

struct KeyRange {
  std::uint64_t lowest = ~std::uint64_t{0}, highest = 0;
  void include(const KeyRange& other) {
    lowest = std::min(lowest, other.lowest);
    highest = std::max(highest, other.highest);
  }
  /// So that (key − lowest) >> shift has at most `bits` bits.
  int shift(int bits) const { return std::max(0, static_cast<int>(std::bit_width(highest - lowest)) - bits); }
};

KeyRange range_of(const std::uint64_t* keys, std::size_t n) {
  KeyRange range;
  for (std::size_t i = 0; i < n; ++i) {
    range.lowest = keys[i] < range.lowest ? keys[i] : range.lowest;
    range.highest = keys[i] > range.highest ? keys[i] : range.highest;
  }
  return range;
}

/// The partition of a store: records of a cell of keys go to the cell's bucket. Chunks are split among parts, one a
/// task; each part writes its records of a bucket side by side.
class Partition {
 public:
  Partition(RecordStore& store, Team& team) : store_(store), team_(team), parts_(static_cast<std::size_t>(team.threads())) {
    count_cells();
    choose_buckets();
    place_parts();
    scatter();
  }
  Buckets take() { return std::move(out_); }

 private:
  using Counts = std::vector<std::uint32_t>;

  template <class F>
  void for_each_chunk(F f) {
    team_.for_each(parts_, [&](std::size_t part, int) {
      const std::size_t n = store_.chunks().size();
      for (std::size_t c = part * n / parts_; c < (part + 1) * n / parts_; ++c) f(part, store_.chunks()[c]);
    });
  }

  std::size_t cell(std::uint64_t key) const { return (key - range_.lowest) >> shift_; }

  void count_cells() {
    std::vector<KeyRange> ranges(parts_);
    for_each_chunk([&](std::size_t part, const RecordStore::Chunk& c) { ranges[part].include(range_of(c.key.get(), c.n)); });
    for (const KeyRange& range : ranges) range_.include(range);
    shift_ = range_.shift(16);
    counts_.assign(parts_, Counts(cells));
    for_each_chunk([&](std::size_t part, const RecordStore::Chunk& c) {
      std::uint32_t* count = counts_[part].data();
      for (std::size_t i = 0; i < c.n; ++i) ++count[cell(c.key[i])];
    });
  }

  void choose_buckets() {
    bucket_of_.resize(cells);
    std::size_t size = 0, end = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      std::size_t more = 0;
      for (const Counts& count : counts_) more += count[cell];
      if (size > 0 && size + more > bucket_target) {
        out_.begin.push_back(end);
        size = 0;
      }
      bucket_of_[cell] = static_cast<std::uint16_t>(out_.count());
      size += more;
      end += more;
    }
    out_.begin.push_back(end);
  }

  void place_parts() {
    next_.assign(parts_, std::vector<std::size_t>(out_.count()));
    for (std::size_t part = 0; part < parts_; ++part)
      for (std::size_t cell = 0; cell < cells; ++cell) next_[part][bucket_of_[cell]] += counts_[part][cell];
    for (std::size_t bucket = 0; bucket < out_.count(); ++bucket) {
      std::size_t at = out_.begin[bucket];
      for (std::size_t part = 0; part < parts_; ++part) at += std::exchange(next_[part][bucket], at);
    }
  }

  void scatter() {
    out_.records = RecordStore::Chunk(store_.labels(), store_.size());
    out_.records.n = store_.size();
    for_each_chunk([&](std::size_t part, RecordStore::Chunk& from) {
      scatter_chunk(from, next_[part].data());
      from = RecordStore::Chunk(0, 0);
    });
  }

  void scatter_chunk(const RecordStore::Chunk& from, std::size_t* next) {
    for (std::size_t i = 0; i < from.n; ++i) {
      const std::size_t to = next[bucket_of_[cell(from.key[i])]]++;
      out_.records.key[to] = from.key[i];
      out_.records.weight[to] = from.weight[i];
      for (std::size_t c = 0; c < from.label.size(); ++c) out_.records.label[c][to] = from.label[c][i];
    }
  }

  RecordStore& store_;
  Team& team_;
  std::size_t parts_;
  KeyRange range_;
  int shift_ = 0;
  std::vector<Counts> counts_;
  std::vector<std::uint16_t> bucket_of_;
  std::vector<std::vector<std::size_t>> next_;
  Buckets out_;
};

bool key_before(const KeyPlace& a, const KeyPlace& b) { return a.key < b.key; }

/// Insertion where neighbours are already near; a long bin is sorted first, so that no input is slow.
void finish_order(std::vector<KeyPlace>& sorted, std::size_t n, const std::vector<std::uint32_t>& bin_end, std::size_t bins) {
  for (std::size_t b = 0, begin = 0; b < bins; begin = bin_end[b++])
    if (bin_end[b] - begin > 24) std::sort(sorted.begin() + begin, sorted.begin() + bin_end[b], key_before);
  for (std::size_t i = 1; i < n; ++i) {
    const KeyPlace moving = sorted[i];
    std::size_t j = i;
    for (; j > 0 && moving.key < sorted[j - 1].key; --j) sorted[j] = sorted[j - 1];
    sorted[j] = moving;
  }
}

}  // namespace

Buckets make_buckets(RecordStore&& store, Team& team) {
  if (store.size() == 0) return {};
  return Partition(store, team).take();
}

void sort_keys(const std::uint64_t* keys, std::size_t n, SortScratch& scratch) {
  const KeyRange range = range_of(keys, n);
  const int bits = std::min(16, static_cast<int>(std::bit_width(n)) + 1);
  const int shift = range.shift(bits);
  const std::size_t bins = std::size_t{1} << bits;
  if (scratch.sorted.size() < n) scratch.sorted.resize(n);
  scratch.bin.assign(bins + 1, 0);
  std::uint32_t* bin = scratch.bin.data();
  for (std::size_t i = 0; i < n; ++i) ++bin[((keys[i] - range.lowest) >> shift) + 1];
  for (std::size_t b = 0; b < bins; ++b) bin[b + 1] += bin[b];
  for (std::size_t i = 0; i < n; ++i)
    scratch.sorted[bin[(keys[i] - range.lowest) >> shift]++] = {keys[i], static_cast<std::uint32_t>(i)};
  finish_order(scratch.sorted, n, scratch.bin, bins);
}

}  // namespace puente
