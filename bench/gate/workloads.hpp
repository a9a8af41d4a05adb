// Fixed pieces of work whose instructions are counted and whose time is compared: kernels alone, and studies from model to
// results through the engine's entry points. One thread, no ranks, no files but for setting up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace puente::bench {

struct Workload {
  std::string name;
  std::string item;       ///< what is counted, as in household
  std::int64_t items = 0; ///< in one turn
  std::function<void()> turn;
};

/// A workload to be made by name. Turns and households are few where instructions are counted, which is slow, and households
/// many where time is taken, so that they outgrow the nearest caches; 0 where a workload has one size only.
struct WorkloadMaker {
  std::string name;
  int turns = 20;
  std::int64_t counted_households = 0, timed_households = 0;
  std::function<Workload(std::int64_t households)> make;
};

std::vector<WorkloadMaker> kernel_workloads();
std::vector<WorkloadMaker> study_workloads();

}  // namespace puente::bench
