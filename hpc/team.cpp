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

int default_threads(int ranks_on_node) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  const int cores = sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : omp_get_num_procs();
  return std::max(1, cores / std::max(1, ranks_on_node));
}

}  // namespace puente
