// Threads of this rank, by OpenMP.
#pragma once

#include <sched.h>

#include <string>

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

/// The cores that this process may run on; none where it cannot be found out.
cpu_set_t affinity();
/// How many these are; all of the machine where there are none.
int cores_of(const cpu_set_t& cores);

/// Threads of a rank among `ranks` on a node whose cores they share: as many as it may run on and as its part of them; at least 1.
int default_threads(int ranks, int cores_of_node);
/// What to tell where ranks have more threads than there are cores for; else empty.
std::string oversubscribed(int threads, int ranks, int cores_of_node);

}  // namespace puente
