#include "hpc/team.hpp"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <exception>
#include <mutex>

namespace puente {

void OpenMpTeam::for_each(std::size_t n, const std::function<void(std::size_t, int)>& task) {
  std::exception_ptr failure;
  std::size_t failed_at = n;
  std::mutex guard;
#pragma omp parallel for schedule(dynamic) num_threads(threads_)
  for (std::size_t i = 0; i < n; ++i) {
    try {
      task(i, omp_get_thread_num());
    } catch (...) {
      const std::lock_guard lock(guard);
      if (i < failed_at) {
        failed_at = i;
        failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

cpu_set_t affinity() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) CPU_ZERO(&cores);
  return cores;
}

int cores_of(const cpu_set_t& cores) {
  const int count = CPU_COUNT(&cores);
  return count > 0 ? count : omp_get_num_procs();
}

int default_threads(int ranks, int cores_of_node) { return std::max(1, std::min(cores_of(affinity()), cores_of_node / std::max(1, ranks))); }

std::string oversubscribed(int threads, int ranks, int cores_of_node) {
  const int enough = default_threads(ranks, cores_of_node);
  if (ranks <= cores_of_node && threads <= enough) return {};
  const auto many = [](int count, const std::string& what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); };
  return (ranks == 1 ? "" : many(ranks, "rank") + " of ") + many(threads, "thread") + " share " + many(cores_of_node, "core") + ": that is no faster than " +
         (ranks > cores_of_node ? "as many ranks as cores" : "--threads " + std::to_string(enough));
}

}  // namespace puente
