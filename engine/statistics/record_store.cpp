#include "engine/statistics/record_store.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/statistics/selection.hpp"

namespace puente {

namespace {

bool all_positive(const double* w, std::size_t n) {
  int any = 0;
  for (std::size_t i = 0; i < n; ++i) any |= !(w[i] > 0);
  return any == 0;
}

template <class T>
void put(std::vector<std::byte>& to, const T* from, std::size_t n) {
  const auto* bytes = reinterpret_cast<const std::byte*>(from);
  to.insert(to.end(), bytes, bytes + n * sizeof(T));
}

template <class T>
const std::byte* get(const std::byte* from, T* to, std::size_t n) {
  std::memcpy(to, from, n * sizeof(T));
  return from + n * sizeof(T);
}

}  // namespace

std::size_t RecordStore::append(std::size_t n, const double* y, const double* w,
                                std::span<const std::int32_t* const> label, std::size_t first) {
  if (blocks_.empty() || blocks_.back()->n == RecordBlock::capacity) blocks_.push_back(pool_.take());
  RecordBlock& block = *blocks_.back();
  const std::size_t count = std::min(n - first, RecordBlock::capacity - block.n);
  std::uint64_t* key = block.key + block.n;
  for (std::size_t i = 0; i < count; ++i) key[i] = ordered_bits(y[first + i]);
  std::copy_n(w + first, count, block.weight + block.n);
  labels_.with_type([&]<class T>(T) {
    for (std::size_t c = 0; c < labels_.count; ++c)
      std::transform(label[c] + first, label[c] + first + count, block.label<T>(c) + block.n, [](std::int32_t of_record) { return static_cast<T>(of_record); });
  });
  block.n += count;
  return first + count;
}

void RecordStore::add(std::size_t n, const double* y, const double* w, std::span<const std::int32_t* const> label) {
  if (all_positive(w, n)) {
    for (std::size_t first = 0; first < n;) first = append(n, y, w, label, first);
    return;
  }
  for (std::size_t i = 0; i < n; ++i)
    if (w[i] > 0) append(i + 1, y, w, label, i);
}

void RecordStore::merge(RecordStore&& other) {
  pool_.merge(std::move(other.pool_));
  blocks_.insert(blocks_.end(), other.blocks_.begin(), other.blocks_.end());
  other.blocks_.clear();
}

RecordPool RecordStore::take_pool() {
  blocks_.clear();
  return std::exchange(pool_, RecordPool(labels_));
}

std::size_t RecordStore::size() const {
  std::size_t n = 0;
  for (const RecordBlock* block : blocks_) n += block->n;
  return n;
}

/// Keys at even steps; only the balance of the ranks depends on them.
std::vector<std::uint64_t> RecordStore::sample() const {
  const std::size_t step = size() / 512 + 1;
  std::vector<std::uint64_t> keys;
  std::size_t skip = step / 2;
  for (const RecordBlock* block : blocks_) {
    for (; skip < block->n; skip += step) keys.push_back(block->key[skip]);
    skip -= block->n;
  }
  return keys;
}

/// A block of each rank is filled and, when full, put behind what is sent there.
std::vector<std::vector<std::byte>> RecordStore::sorted_by_rank(std::span<const std::uint64_t> splitters) {
  std::vector<std::vector<std::byte>> send(splitters.size() + 1);
  std::vector<RecordBlock*> open;
  for (std::size_t r = 0; r < send.size(); ++r) open.push_back(pool_.take());
  const auto post = [&](std::size_t r) {
    put(send[r], &open[r]->n, 1);
    put(send[r], open[r]->key, open[r]->n);
    put(send[r], open[r]->weight, open[r]->n);
    labels_.with_type([&]<class T>(T) {
      for (std::size_t c = 0; c < labels_.count; ++c) put(send[r], open[r]->label<T>(c), open[r]->n);
    });
    open[r]->n = 0;
  };
  for (const RecordBlock* from : blocks_)
    for (std::size_t i = 0; i < from->n; ++i) {
      const auto rank = static_cast<std::size_t>(std::upper_bound(splitters.begin(), splitters.end(), from->key[i]) - splitters.begin());
      RecordBlock& to = *open[rank];
      to.key[to.n] = from->key[i];
      to.weight[to.n] = from->weight[i];
      labels_.with_type([&]<class T>(T) {
        for (std::size_t c = 0; c < labels_.count; ++c) to.label<T>(c)[to.n] = from->label<T>(c)[i];
      });
      if (++to.n == RecordBlock::capacity) post(rank);
    }
  for (std::size_t r = 0; r < send.size(); ++r) post(r);
  return send;
}

void RecordStore::take(const std::vector<std::byte>& bytes) {
  for (const std::byte* at = bytes.data(); at < bytes.data() + bytes.size();) {
    RecordBlock& block = *pool_.take();
    at = get(at, &block.n, 1);
    at = get(at, block.key, block.n);
    at = get(at, block.weight, block.n);
    labels_.with_type([&]<class T>(T) {
      for (std::size_t c = 0; c < labels_.count; ++c) at = get(at, block.label<T>(c), block.n);
    });
    blocks_.push_back(&block);
  }
}

void RecordStore::exchange_by_key(Exchange& exchange) {
  if (exchange.size() == 1) return;
  const std::vector<std::uint64_t> mine = sample();
  const std::vector<std::byte> all = exchange.gather_all(std::as_bytes(std::span(mine)));
  std::vector<std::uint64_t> keys(all.size() / sizeof(std::uint64_t));
  if (!all.empty()) std::memcpy(keys.data(), all.data(), all.size());
  std::sort(keys.begin(), keys.end());
  const auto ranks = static_cast<std::size_t>(exchange.size());
  std::vector<std::uint64_t> splitters(ranks - 1);
  for (std::size_t r = 1; r < ranks && !keys.empty(); ++r) splitters[r - 1] = keys[keys.size() * r / ranks];
  const auto send = sorted_by_rank(splitters);
  take_pool();
  take(exchange.all_to_all(send));
}

}  // namespace puente
