#include "engine/statistics/record_store.hpp"

#include <algorithm>
#include <cstring>

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

RecordStore::Chunk::Chunk(std::size_t labels, std::size_t capacity)
    : key(std::make_unique_for_overwrite<std::uint64_t[]>(capacity)),
      weight(std::make_unique_for_overwrite<double[]>(capacity)) {
  for (std::size_t c = 0; c < labels; ++c) label.push_back(std::make_unique_for_overwrite<std::int32_t[]>(capacity));
}

std::size_t RecordStore::append(std::size_t n, const double* y, const double* w,
                                std::span<const std::int32_t* const> label, std::size_t first) {
  if (chunks_.empty() || chunks_.back().n == chunk_capacity) chunks_.emplace_back(labels_);
  Chunk& chunk = chunks_.back();
  const std::size_t count = std::min(n - first, chunk_capacity - chunk.n);
  std::uint64_t* key = chunk.key.get() + chunk.n;
  for (std::size_t i = 0; i < count; ++i) key[i] = ordered_bits(y[first + i]);
  std::copy_n(w + first, count, chunk.weight.get() + chunk.n);
  for (std::size_t c = 0; c < labels_; ++c) std::copy_n(label[c] + first, count, chunk.label[c].get() + chunk.n);
  chunk.n += count;
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
  std::move(other.chunks_.begin(), other.chunks_.end(), std::back_inserter(chunks_));
  other.chunks_.clear();
}

std::size_t RecordStore::size() const {
  std::size_t n = 0;
  for (const Chunk& chunk : chunks_) n += chunk.n;
  return n;
}

/// Keys at even steps; only the balance of the ranks depends on them.
std::vector<std::uint64_t> RecordStore::sample() const {
  const std::size_t step = size() / 512 + 1;
  std::vector<std::uint64_t> keys;
  std::size_t skip = step / 2;
  for (const Chunk& chunk : chunks_) {
    for (; skip < chunk.n; skip += step) keys.push_back(chunk.key[skip]);
    skip -= chunk.n;
  }
  return keys;
}

std::vector<std::vector<std::byte>> RecordStore::sorted_by_rank(std::span<const std::uint64_t> splitters) const {
  std::vector<std::vector<std::byte>> send(splitters.size() + 1);
  for (const Chunk& from : chunks_) {
    std::vector<Chunk> part;
    for (std::size_t r = 0; r < send.size(); ++r) part.emplace_back(labels_, from.n);
    for (std::size_t i = 0; i < from.n; ++i) {
      const auto rank = std::upper_bound(splitters.begin(), splitters.end(), from.key[i]) - splitters.begin();
      Chunk& to = part[static_cast<std::size_t>(rank)];
      to.key[to.n] = from.key[i];
      to.weight[to.n] = from.weight[i];
      for (std::size_t c = 0; c < labels_; ++c) to.label[c][to.n] = from.label[c][i];
      ++to.n;
    }
    for (std::size_t r = 0; r < send.size(); ++r) {
      put(send[r], &part[r].n, 1);
      put(send[r], part[r].key.get(), part[r].n);
      put(send[r], part[r].weight.get(), part[r].n);
      for (std::size_t c = 0; c < labels_; ++c) put(send[r], part[r].label[c].get(), part[r].n);
    }
  }
  return send;
}

void RecordStore::take(const std::vector<std::byte>& bytes) {
  for (const std::byte* at = bytes.data(); at < bytes.data() + bytes.size();) {
    std::size_t n = 0;
    at = get(at, &n, 1);
    Chunk chunk(labels_, n);
    chunk.n = n;
    at = get(at, chunk.key.get(), n);
    at = get(at, chunk.weight.get(), n);
    for (std::size_t c = 0; c < labels_; ++c) at = get(at, chunk.label[c].get(), n);
    if (n > 0) chunks_.push_back(std::move(chunk));
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
  chunks_.clear();
  take(exchange.all_to_all(send));
}

}  // namespace puente
