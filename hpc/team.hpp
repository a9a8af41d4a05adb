// Threads of this rank, by OpenMP.
#pragma once

#include "engine/core/exchange.hpp"

namespace puente {

class OpenMpTeam : public Team {
 public:
  explicit OpenMpTeam(int threads) : threads_(threads) {}
  int threads() const override { return threads_; }
  void for_each(std::size_t n, const std::function<void(std::size_t, int)>& task) override;

 private:
  int threads_;
};

/// Cores this process may use (its affinity mask) shared among the ranks of the node; at least 1.
int default_threads(int ranks_on_node);

}  // namespace puente
