// The two things the engine asks of the machine: other ranks (`Exchange`) and threads (`Team`). The engine knows
// neither MPI nor OpenMP; hpc supplies both, and the serial ones below are the null state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace puente {

/// Talk between ranks. Every call is collective and made by one thread of each rank, in the same order on all.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }
  /// Element-wise sum (wrapping) over ranks, result on every rank.
  virtual void sum(std::span<std::int64_t>) {}
  virtual void max(std::span<double>) {}
  /// Concatenation of every rank's bytes in rank order, on every rank.
  virtual std::vector<std::byte> gather_all(std::span<const std::byte> mine) { return {mine.begin(), mine.end()}; }
  /// Sends send[r] to rank r; returns what was received, in rank order.
  virtual std::vector<std::byte> all_to_all(const std::vector<std::vector<std::byte>>& send) { return send.at(0); }
  /// Ranks agree on failure: every rank passes its own error text ("" for none) and exit code; if any failed, all
  /// throw the Error of the lowest failing rank.
  virtual void agree(int exit_code, const std::string& message);
};

/// Threads of this rank.
class Team {
 public:
  virtual ~Team() = default;
  virtual int threads() const { return 1; }
  /// Runs task(i, thread) for i in [0, n), in any order, on all threads. The exception of the lowest i that threw is
  /// rethrown after all have ended.
  virtual void for_each(std::size_t n, const std::function<void(std::size_t task, int thread)>& task);
};

}  // namespace puente
