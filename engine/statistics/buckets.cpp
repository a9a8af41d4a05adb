#include "engine/statistics/buckets.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace puente {

namespace {

constexpr std::size_t bucket_target = 4096, sampled_every = 64;
constexpr int most_cell_bits = 16;

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
    out_.lists.assign(parts_, std::vector<Buckets::List>(buckets_));
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
    return key < range_.lowest ? 0 : std::min<std::size_t>((key - range_.lowest) >> shift_, last_cell_);
  }

  void choose_buckets(std::size_t n, const std::vector<std::uint64_t>& keys) {
    range_ = range_of(keys.data(), keys.size());
    const int bits = std::min(most_cell_bits, static_cast<int>(std::bit_width(n)));
    shift_ = range_.shift(bits);
    last_cell_ = (std::size_t{1} << bits) - 1;
    std::vector<std::uint32_t> count(last_cell_ + 1);
    for (const std::uint64_t key : keys) ++count[cell(key)];
    const std::size_t target = std::max<std::size_t>(1, keys.size() * bucket_target / n);
    bucket_of_.resize(count.size());
    std::size_t size = 0;
    for (std::size_t cell = 0; cell < count.size(); ++cell) {
      if (size > 0 && size + count[cell] > target) {
        ++buckets_;
        size = 0;
      }
      bucket_of_[cell] = static_cast<std::uint16_t>(buckets_);
      size += count[cell];
    }
    ++buckets_;
  }

  /// The block that a bucket's records go to. How many it has is kept here: a block that is written is not read.
  struct Open {
    RecordBlock* block = nullptr;
    std::uint32_t n = RecordBlock::capacity, full = 0;  ///< records in it, and in the blocks behind it
  };

  void scatter(std::size_t part, RecordPool& pool) {
    std::vector<Open> open(buckets_);
    for (std::size_t b = first_block(part); b < first_block(part + 1); ++b) {
      labels_.with_type([&]<class T>(T) { scatter_block<T>(*blocks_[b], open, pool); });
      pool.give_back(blocks_[b]);
    }
    for (std::size_t bucket = 0; bucket < buckets_; ++bucket) {
      if (open[bucket].block == nullptr) continue;
      open[bucket].block->n = open[bucket].n;
      out_.lists[part][bucket] = {open[bucket].block, open[bucket].full + open[bucket].n};
    }
  }

  template <class Label>
  void scatter_block(const RecordBlock& from, std::vector<Open>& open, RecordPool& pool) const {
    for (std::size_t i = 0; i < from.n; ++i) {
      Open& to = open[bucket_of_[cell(from.key[i])]];
      if (to.n == RecordBlock::capacity) {
        RecordBlock* more = pool.take();
        more->next = to.block;
        if (to.block != nullptr) to.block->n = to.n;
        to = {more, 0, to.block == nullptr ? 0 : to.full + to.n};
      }
      to.block->key[to.n] = from.key[i];
      to.block->weight[to.n] = from.weight[i];
      for (std::size_t c = 0; c < labels_.count; ++c) to.block->label<Label>(c)[to.n] = from.label<Label>(c)[i];
      ++to.n;
    }
  }

  std::vector<RecordBlock*> blocks_;
  LabelFormat labels_;
  Team& team_;
  std::size_t parts_;
  KeyRange range_;
  int shift_ = 0;
  std::size_t last_cell_ = 0;
  std::size_t buckets_ = 0;
  std::vector<std::uint16_t> bucket_of_;
  Buckets out_;
};

/// A bin of more records is sorted on its own, so that no input is slow.
constexpr std::uint32_t long_bin = 24;

/// Where neighbours are already near.
template <class Item>
void sort_by_insertion(Item* items, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const Item moving = items[i];
    std::size_t j = i;
    for (; j > 0 && moving < items[j - 1]; --j) items[j] = items[j - 1];
    items[j] = moving;
  }
}

/// Puts right most of what neighbours have wrong, four at a time and without a branch.
void exchange_neighbours(std::int64_t* items, std::size_t n) {
  for (std::size_t begin = 0; begin < 2; ++begin)
    for (std::size_t i = begin; i + 1 < n; i += 2) {
      const std::int64_t a = items[i], b = items[i + 1];
      items[i] = a < b ? a : b;
      items[i + 1] = a < b ? b : a;
    }
}
void exchange_neighbours(KeyPlace*, std::size_t) {}

/// Items of records in ascending order, by way of bins of the key that hold about half a record each.
template <class Item, class ItemOf>
void sort_by_bins(const std::uint64_t* keys, std::size_t n, const KeyRange& range, std::vector<Item>& sorted,
                  std::vector<std::uint32_t>& bin_of, ItemOf item_of) {
  const int bits = std::min(16, static_cast<int>(std::bit_width(n))), shift = range.shift(bits);
  const std::size_t bins = std::size_t{1} << bits;
  if (sorted.size() < n) sorted.resize(n);
  bin_of.assign(bins, 0);
  std::uint32_t* const bin = bin_of.data();
  for (std::size_t i = 0; i < n; ++i) ++bin[(keys[i] - range.lowest) >> shift];
  std::uint32_t before = 0, longest = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    longest = std::max(longest, bin[b]);
    before += std::exchange(bin[b], before);
  }
  for (std::size_t i = 0; i < n; ++i) sorted[bin[(keys[i] - range.lowest) >> shift]++] = item_of(i);
  if (longest > long_bin)
    for (std::size_t b = 0, begin = 0; b < bins; begin = bin[b++])
      if (bin[b] - begin > long_bin) std::sort(sorted.begin() + begin, sorted.begin() + bin[b]);
  exchange_neighbours(sorted.data(), n);
  sort_by_insertion(sorted.data(), n);
}

}  // namespace

Buckets make_buckets(RecordStore&& store, Team& team) {
  if (store.size() == 0) return {};
  return Partition(std::move(store), team).take();
}

void BucketRecords::load(const Buckets& buckets, std::size_t bucket) {
  n = 0;
  for (const auto& list : buckets.lists) n += list[bucket].n;
  if (key.size() < n) {
    key.resize(n);
    weight.resize(n);
    for (auto& column : label) column.resize(n);
  }
  std::size_t at = 0;
  buckets.for_each_block(bucket, [&](const RecordBlock& block) {
    std::copy_n(block.key, block.n, key.data() + at);
    std::copy_n(block.weight, block.n, weight.data() + at);
    for (std::size_t c = 0; c < label.size(); ++c) block.get_labels(buckets.labels, c, label[c].data() + at);
    at += block.n;
  });
}

/// Key and place go in one word where they fit.
void SortedRecords::sort(const BucketRecords& bucket) {
  n = bucket.n;
  if (key.size() < n) {
    key.resize(n);
    weight.resize(n);
    place.resize(n);
  }
  const KeyRange range = range_of(bucket.key.data(), n);
  const int place_bits = static_cast<int>(std::bit_width(n));
  if (static_cast<int>(std::bit_width(range.highest - range.lowest)) + place_bits <= 63) sort_words(bucket, range, place_bits);
  else sort_pairs(bucket, range);
}

void SortedRecords::sort_words(const BucketRecords& bucket, const KeyRange& range, int place_bits) {
  const std::size_t count = n;
  const std::uint64_t *const keys = bucket.key.data(), lowest = range.lowest, mask = (std::uint64_t{1} << place_bits) - 1;
  sort_by_bins(keys, count, range, words_, bin_, [&](std::size_t i) { return static_cast<std::int64_t>((keys[i] - lowest) << place_bits | i); });
  for (std::size_t k = 0; k < count; ++k) {
    const auto word = static_cast<std::uint64_t>(words_[k]);
    key[k] = (word >> place_bits) + lowest;
    place[k] = static_cast<std::uint32_t>(word & mask);
    weight[k] = bucket.weight[word & mask];
  }
}

void SortedRecords::sort_pairs(const BucketRecords& bucket, const KeyRange& range) {
  const std::size_t count = n;
  const std::uint64_t* const keys = bucket.key.data();
  sort_by_bins(keys, count, range, pairs_, bin_, [keys](std::size_t i) { return KeyPlace{keys[i], static_cast<std::uint32_t>(i)}; });
  for (std::size_t k = 0; k < count; ++k) {
    key[k] = pairs_[k].key;
    place[k] = pairs_[k].place;
    weight[k] = bucket.weight[pairs_[k].place];
  }
}

}  // namespace puente
