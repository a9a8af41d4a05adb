// Sums over children: in double and in order within a chunk, the chunks added exactly (DESIGN 7, rule 2). The same bits for
// any ranks and threads. Collective; called by one thread.
#pragma once

#include <cmath>
#include <vector>

#include "engine/behaviour/child_table.hpp"
#include "engine/core/exchange.hpp"
#include "engine/run/gather.hpp"

namespace puente {

/// Σ a·b in eight lanes, so that it vectorises to one order whatever the processor.
inline double dot(const double* a, const double* b, std::size_t n) {
  double lane[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t l = 0; l < 8; ++l) lane[l] = std::fma(a[i + l], b[i + l], lane[l]);
  for (; i < n; ++i) lane[i % 8] = std::fma(a[i], b[i], lane[i % 8]);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/// Calls add(chunk, sums) for every chunk, `sums` being n zeros, and returns the totals over all ranks.
template <class Add>
std::vector<double> sum_over_chunks(const ChildTable& table, std::size_t n, Exchange& exchange, Team& team, Add add) {
  const auto threads = static_cast<std::size_t>(team.threads());
  std::vector<std::vector<ExactSum>> parts(threads, std::vector<ExactSum>(n));
  std::vector<std::vector<double>> scratch(threads, std::vector<double>(n));
  team.for_each(table.chunks.size(), [&](std::size_t c, int thread) {
    const auto t = static_cast<std::size_t>(thread);
    scratch[t].assign(n, 0.0);
    add(table.chunks[c], scratch[t].data());
    for (std::size_t i = 0; i < n; ++i) parts[t][i].add(scratch[t][i]);
  });
  return total(parts, exchange);
}

/// Runs work(first, n) over the tiles of a chunk.
template <class Work>
void over_tiles(const ChildChunk& chunk, std::size_t tile, Work work) {
  for (std::size_t first = 0; first < chunk.n; first += tile) work(first, std::min(tile, chunk.n - first));
}

}  // namespace puente
