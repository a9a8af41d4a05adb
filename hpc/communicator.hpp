// Ranks across nodes: the only room that knows MPI. Without MPI, or when started alone, it is the serial null
// communicator. Calls are made by the main thread only.
#pragma once

#include <memory>

#include "engine/core/exchange.hpp"

namespace puente {

/// Starts and ends MPI around main(). While an exception unwinds, MPI is aborted with its exit code, never finalised.
class ParallelSession {
 public:
  ParallelSession();
  ~ParallelSession();
  ParallelSession(const ParallelSession&) = delete;
  ParallelSession& operator=(const ParallelSession&) = delete;
  Exchange& exchange() { return *exchange_; }
  /// Of this rank's team, where all ranks stand in `teams` teams of neighbours, as even as they go. Collective; `teams` is
  /// at most the number of ranks. Must not outlive the session.
  std::unique_ptr<Exchange> team(int teams) const;
  int team_number(int teams) const;
  int ranks_on_node() const { return ranks_on_node_; }
  /// That some rank of this node may run on (their affinity masks together).
  int cores_of_node() const { return cores_of_node_; }
  /// Ends every rank with this code at once: for failures that the ranks could not agree on.
  [[noreturn]] static void abort(int code);

 private:
  std::unique_ptr<Exchange> exchange_;
  int ranks_on_node_ = 1, cores_of_node_;
};

}  // namespace puente
