// What `check.py` counts and times: one workload by name, a fixed number of turns of it, set up apart.
//   gate_bench --list            the names
//   gate_bench --key             what instruction counts depend on besides the sources
//   gate_bench --run NAME        the turns, for callgrind --toggle-collect=puente_gate_turns
//   gate_bench --time NAME       processor time in ns an item, the least of several goes
//   gate_bench --probe           memory (triad), in GB/s
#include <gnu/libc-version.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>

#include "bench/gate/workloads.hpp"
#include "bench/timing.hpp"
#include "engine/core/error.hpp"
#include "engine/run/passes.hpp"

/// A name of its own, whatever the compiler makes of the rest: counting starts and stops here.
extern "C" __attribute__((noinline)) void puente_gate_turns(const puente::bench::Workload* workload, int turns) {
  for (int turn = 0; turn < turns; ++turn) workload->turn();
}

namespace puente::bench {

namespace {

struct Options {
  std::string run, time;
  bool list = false, key = false, probe = false;
  std::int64_t households = 0;
  double planted = 0;  ///< share of the work done again
  int shift = 0;       ///< bytes of memory before all others
};

std::vector<WorkloadMaker> all_workloads() {
  std::vector<WorkloadMaker> all = kernel_workloads();
  for (WorkloadMaker& maker : study_workloads()) all.push_back(std::move(maker));
  return all;
}

WorkloadMaker find(const std::string& name) {
  for (WorkloadMaker& maker : all_workloads())
    if (maker.name == name) return maker;
  throw bad_input("no workload '" + name + "': see gate_bench --list");
}

/// Compiler, its flags, the C library, and the instruction set that functions with a choice of their own would choose.
void print_key() {
#ifdef __clang__
  const char* compiler = "clang " __VERSION__;
#else
  const char* compiler = "gcc " __VERSION__;
#endif
  const char* level = __builtin_cpu_supports("x86-64-v4") ? "x86-64-v4" : "x86-64-v3";
  std::printf("%s; %s; block %d; glibc %s; %s\n", compiler, PUENTE_GATE_FLAGS, static_cast<int>(PassSettings{}.block_households), gnu_get_libc_version(), level);
}

/// One turn before counting: what is done once only (room made, tables filled) is not the workload's.
void run(const Options& options) {
  const WorkloadMaker maker = find(options.run);
  const Workload workload = maker.make(options.households > 0 ? options.households : maker.counted_households);
  workload.turn();
  puente_gate_turns(&workload, maker.turns + static_cast<int>(std::lround(options.planted * maker.turns)));
  std::printf("%lld %s\n", static_cast<long long>(workload.items * maker.turns), workload.item.c_str());
}

/// Processor time, which a busy machine disturbs less; the planted share is waited for.
void time(const Options& options) {
  static std::vector<std::byte> shift;
  shift.resize(static_cast<std::size_t>(options.shift));
  const WorkloadMaker maker = find(options.time);
  const Workload workload = maker.make(options.households > 0 ? options.households : maker.timed_households);
  workload.turn();
  double least = HUGE_VAL;
  const Stopwatch all;
  do {
    const Stopwatch watch;
    puente_gate_turns(&workload, maker.turns);
    const double until = watch.processor_seconds() * (1 + options.planted);
    while (watch.processor_seconds() < until) {}
    least = std::min(least, watch.processor_seconds());
  } while (all.seconds() < 0.1);
  std::printf("%.6g %s\n", least * 1e9 / static_cast<double>(workload.items * maker.turns), workload.item.c_str());
}

/// As the workloads: the least of several goes, in processor time, so that both move alike on a busy machine.
double memory_speed() {
  Triad triad;
  double least = HUGE_VAL;
  for (int go = 0; go < 9; ++go) {
    const Stopwatch watch;
    triad.run(1);
    if (go > 0) least = std::min(least, watch.processor_seconds());
  }
  return static_cast<double>(Triad::bytes) / least * 1e-9;
}

void answer(const Options& options) {
  if (options.list)
    for (const WorkloadMaker& maker : all_workloads()) std::printf("%s\n", maker.name.c_str());
  if (options.key) print_key();
  if (options.probe) std::printf("%.6g\n", memory_speed());
  if (!options.run.empty()) run(options);
  if (!options.time.empty()) time(options);
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("Fixed pieces of work to be counted and timed");
  app.require_option(1, 0);
  app.add_flag("--list", options.list, "Names of the workloads");
  app.add_flag("--key", options.key, "What instruction counts depend on besides the sources");
  app.add_flag("--probe", options.probe, "Memory of one thread (triad), GB/s");
  app.add_option("--run", options.run, "Workload to go through once, for callgrind");
  app.add_option("--time", options.time, "Workload to be timed: ns an item");
  app.add_option("--households", options.households, "Of a turn of a study; 0: the workload's own number")->check(CLI::Range(0, 100'000'000));
  app.add_option("--shift", options.shift, "Bytes asked for before all others: where memory lies can cost a kernel some percent")->check(CLI::Range(0, 1 << 20));
  app.add_option("--planted", options.planted, "Does this share of the work again: a slowdown to be caught")->check(CLI::Range(0.0, 10.0));
  CLI11_PARSE(app, argc, argv);
  try {
    puente::bench::answer(options);
    return 0;
  } catch (const puente::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
