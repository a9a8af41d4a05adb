#include "engine/statistics/buckets.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace puente {

namespace {

constexpr std::size_t bucket_target = 4096, sampled_every = 64;
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

/// The partition of a store: records of a cell of keys go to the cell's bucket. Blocks are split among parts, one a
/// task; each part fills blocks of its own, as a rule those it has read. A sample of the keys says where cells and
/// buckets lie: only the balance depends on it.
class Partition {
 public:
  Partition(RecordStore&& store, Team& team)
      : blocks_(store.blocks()), labels_(store.labels()), team_(team), parts_(static_cast<std::size_t>(team.threads())) {
    choose_buckets(store.size(), sample(store.size()));
    out_.labels = labels_;
    out_.pool = store.take_pool();
    out_.lists.assign(parts_, std::vector<RecordBlock*>(buckets_, nullptr));
    std::vector<RecordPool> pools(parts_, RecordPool(labels_));
    team_.for_each(parts_, [&](std::size_t part, int) { scatter(part, pools[part]); });
    for (RecordPool& pool : pools) out_.pool.merge(std::move(pool));
  }
  Buckets take() { return std::move(out_); }

 private:
  std::size_t first_block(std::size_t part) const { return part * blocks_.size() / parts_; }

  /// Keys at even steps, a few dozen a bucket.
  std::vector<std::uint64_t> sample(std::size_t n) const {
    const std::size_t step = std::max<std::size_t>(1, n / std::max<std::size_t>(n / sampled_every, 4096));
    std::vector<std::vector<std::uint64_t>> found(parts_);
    team_.for_each(parts_, [&](std::size_t part, int) {
      std::size_t skip = step / 2;
      for (std::size_t b = first_block(part); b < first_block(part + 1); ++b) {
        for (; skip < blocks_[b]->n; skip += step) found[part].push_back(blocks_[b]->key[skip]);
        skip -= blocks_[b]->n;
      }
    });
    for (std::size_t part = 1; part < parts_; ++part) found[0].insert(found[0].end(), found[part].begin(), found[part].end());
    return std::move(found[0]);
  }

  /// Keys beyond the sample's belong to the cells at the ends.
  std::size_t cell(std::uint64_t key) const {
    return key < range_.lowest ? 0 : std::min<std::size_t>((key - range_.lowest) >> shift_, cells - 1);
  }

  void choose_buckets(std::size_t n, const std::vector<std::uint64_t>& keys) {
    range_ = range_of(keys.data(), keys.size());
    shift_ = range_.shift(16);
    std::vector<std::uint32_t> count(cells);
    for (const std::uint64_t key : keys) ++count[cell(key)];
    const std::size_t target = std::max<std::size_t>(1, keys.size() * bucket_target / n);
    bucket_of_.resize(cells);
    std::size_t size = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      if (size > 0 && size + count[cell] > target) {
        ++buckets_;
        size = 0;
      }
      bucket_of_[cell] = static_cast<std::uint16_t>(buckets_);
      size += count[cell];
    }
    ++buckets_;
  }

  void scatter(std::size_t part, RecordPool& pool) {
    std::vector<RecordBlock*>& open = out_.lists[part];
    for (std::size_t b = first_block(part); b < first_block(part + 1); ++b) {
      scatter_block(*blocks_[b], open, pool);
      pool.give_back(blocks_[b]);
    }
  }

  void scatter_block(const RecordBlock& from, std::vector<RecordBlock*>& open, RecordPool& pool) {
    for (std::size_t i = 0; i < from.n; ++i) {
      RecordBlock*& list = open[bucket_of_[cell(from.key[i])]];
      if (list == nullptr || list->n == RecordBlock::capacity) {
        RecordBlock* more = pool.take();
        more->next = list;
        list = more;
      }
      const std::size_t at = list->n++;
      list->key[at] = from.key[i];
      list->weight[at] = from.weight[i];
      for (std::size_t c = 0; c < labels_; ++c) list->label(c)[at] = from.label(c)[i];
    }
  }

  std::vector<RecordBlock*> blocks_;
  std::size_t labels_;
  Team& team_;
  std::size_t parts_;
  KeyRange range_;
  int shift_ = 0;
  std::size_t buckets_ = 0;
  std::vector<std::uint16_t> bucket_of_;
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
  return Partition(std::move(store), team).take();
}

void BucketRecords::load(const Buckets& buckets, std::size_t bucket) {
  n = 0;
  buckets.for_each_block(bucket, [this](const RecordBlock& block) { n += block.n; });
  if (key.size() < n) {
    key.resize(n);
    weight.resize(n);
    for (auto& column : label) column.resize(n);
  }
  std::size_t at = 0;
  buckets.for_each_block(bucket, [&](const RecordBlock& block) {
    std::copy_n(block.key, block.n, key.data() + at);
    std::copy_n(block.weight, block.n, weight.data() + at);
    for (std::size_t c = 0; c < label.size(); ++c) std::copy_n(block.label(c), block.n, label[c].data() + at);
    at += block.n;
  });
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
