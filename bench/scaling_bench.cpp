// How the reference workload scales: over threads and over ranks, strongly and weakly, and with the number of households.
// Everything is kept in memory and made from the recipe, which is not timed. Efficiency is only said of cores there are.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/reference_workload.hpp"
#include "bench/timing.hpp"
#include "bench/write_json.hpp"
#include "engine/core/error.hpp"
#include "hpc/communicator.hpp"
#include "hpc/team.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t households = 10'000'000;
  int workers = cores_of(affinity());  ///< the most threads, and the most ranks
  int rounds = 5;
  std::string precision = "sketch";
  std::int64_t up_to = 10'000'000;  ///< households of the table by size
  bool as_rank = false;  ///< started by mpirun: one line of JSON
  std::string json;
};

/// A line of a table: so many workers on so many households.
struct Row {
  std::string what;
  int workers = 1;
  std::int64_t households = 0;
  std::function<double()> turn;  ///< seconds
  std::vector<double> seconds = {};
  double middle() const { return median(seconds); }
  double ns() const { return middle() * 1e9 / static_cast<double>(households); }
};

using Rows = std::vector<Row>;

void take_turns(Rows& rows, int rounds) {
  for (Row& row : rows) row.turn();  // a first turn that does not count
  for (int round = 0; round < rounds; ++round)
    for (Row& row : rows) row.seconds.push_back(row.turn());
}

double seconds_of(const std::function<void()>& run) {
  const Stopwatch watch;
  run();
  return watch.seconds();
}

/// 1, 2, 4, …, and the most.
std::vector<int> counts_to(int most) {
  std::vector<int> counts;
  for (int n = 1; n < most; n *= 2) counts.push_back(n);
  counts.push_back(most);
  return counts;
}

/// Populations by their number of households, made once. Contenders point into them.
class Populations {
 public:
  explicit Populations(int threads) : threads_(threads) {}
  ReferenceData& of(std::int64_t households) {
    auto& data = data_[households];
    if (!data) data = std::make_unique<ReferenceData>(households, threads_, 0);
    return *data;
  }

 private:
  int threads_;
  std::map<std::int64_t, std::unique_ptr<ReferenceData>> data_;
};

Row engine_row(const Options& options, Populations& populations, int threads, std::int64_t households) {
  const Contender engine = populations.of(households).engine("engine", options.precision, {}, threads);
  return {"threads", threads, households, [run = engine.run] { return seconds_of(run); }};
}

Row hand_row(Populations& populations, int threads, std::int64_t households) {
  const Contender hand = populations.of(households).hand(threads);
  return {"hand-written loop", threads, households, [run = hand.run] { return seconds_of(run); }};
}

// --- Ranks: this program once more, under mpirun

/// What a rank does: a few turns of all ranks together; the slowest rank's time counts.
int run_as_rank(const Options& options) {
  ParallelSession session;
  Exchange& ranks = session.exchange();
  OpenMpTeam one(1);
  const auto source = make_households(options.households, ranks, one);
  const StudyModel model = workload(with_precision(options.precision)).model;
  std::vector<double> seconds;
  for (int turn = 0; turn <= options.rounds; ++turn) {
    ranks.agree(0, "");  // together, so that nobody's wait for others is counted
    double mine[] = {seconds_of([&] { run_engine(model, *source, 0, ranks, one); })};
    ranks.max(mine);
    if (turn > 0) seconds.push_back(mine[0]);
  }
  if (ranks.rank() == 0) std::printf("%s\n", nlohmann::json{{"ranks", ranks.size()}, {"seconds", median(seconds)}}.dump().c_str());
  return 0;
}

class RanksMissing : public Error {
 public:
  explicit RanksMissing(const std::string& why) : Error(ExitCode::internal, why) {}
};

double seconds_of_ranks(const std::string& program, const Options& options, int ranks, std::int64_t households) {
  const std::string command = "mpirun -n " + std::to_string(ranks) + " '" + program + "' --as-rank --rounds 3 --precision " + options.precision +
                              " --households " + std::to_string(households) + " 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw RanksMissing("no shell");
  std::string answer;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) answer += static_cast<char>(c);
  const int code = pclose(pipe);
  const nlohmann::json found = nlohmann::json::parse(answer, nullptr, false);
  if (code != 0 || found.is_discarded()) throw RanksMissing("this did not work: " + command);
  if (found.at("ranks") != ranks) throw RanksMissing("mpirun started single processes that know nothing of one another");
  return found.at("seconds");
}

Row rank_row(const std::string& program, const Options& options, int ranks, std::int64_t households) {
  return {"ranks", ranks, households, [&options, program, ranks, households] { return seconds_of_ranks(program, options, ranks, households); }};
}

// --- Tables

const Row& find(const Rows& rows, const std::string& what, int workers) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.what == what && r.workers == workers; });
  expect(found != rows.end(), "every kind of worker has a row for one of it");
  return *found;
}

/// Speed-up over one worker for the same households (strong), or for as many households a worker (weak).
double speed_up(const Rows& rows, const Row& row) { return find(rows, row.what, 1).ns() / row.ns(); }

nlohmann::json print_rows(const char* title, const Rows& rows, int cores) {
  std::printf("\n%s\n%-18s %7s %12s %9s %9s %9s %9s  %s\n", title, "", "workers", "households", "ns", "least", "most", "speed-up", "efficiency");
  nlohmann::json all = nlohmann::json::array();
  for (const Row& row : rows) {
    const double ns = 1e9 / static_cast<double>(row.households), times = speed_up(rows, row);
    const auto [least, most] = std::minmax_element(row.seconds.begin(), row.seconds.end());
    std::printf("%-18s %7d %12lld %9.2f %9.2f %9.2f %9.2f  ", row.what.c_str(), row.workers, static_cast<long long>(row.households), row.ns(), *least * ns,
                *most * ns, times);
    nlohmann::json entry = {{"what", row.what}, {"workers", row.workers}, {"households", row.households}, {"median_ns", row.ns()}, {"least_ns", *least * ns},
                            {"most_ns", *most * ns}, {"speed_up", times}};
    if (row.workers > cores) {
      std::printf("no efficiency: %d workers share %d cores\n", row.workers, cores);
    } else {
      entry["efficiency"] = times / row.workers;
      std::printf("%.3f\n", times / row.workers);
    }
    all.push_back(entry);
  }
  return all;
}

/// The two ratios DESIGN 10 asks for.
nlohmann::json print_ratios(const Rows& rows, int workers, bool ranks) {
  nlohmann::json ratios;
  ratios["speed_up_over_hand_loop"] = speed_up(rows, find(rows, "threads", workers)) / speed_up(rows, find(rows, "hand-written loop", workers));
  std::printf("%d threads: %.3f of the hand-written loop's own speed-up\n", workers, ratios["speed_up_over_hand_loop"].get<double>());
  if (!ranks) return ratios;
  ratios["ranks_over_threads"] = find(rows, "ranks", workers).middle() / find(rows, "threads", workers).middle();
  std::printf("%d ranks of one thread: %.3f of the time of %d threads\n", workers, ratios["ranks_over_threads"].get<double>(), workers);
  return ratios;
}

/// `weak`: as many households a worker; else as many households in all.
Rows scaling_rows(const Options& options, Populations& populations, const std::string& program, bool weak, bool ranks) {
  const auto households = [&](int workers) { return weak ? options.households / options.workers * workers : options.households; };
  Rows rows;
  for (const int n : counts_to(options.workers)) rows.push_back(engine_row(options, populations, n, households(n)));
  for (const int n : counts_to(options.workers)) rows.push_back(hand_row(populations, n, households(n)));
  if (ranks)
    for (const int n : counts_to(options.workers)) rows.push_back(rank_row(program, options, n, households(n)));
  return rows;
}

bool ranks_work(const std::string& program, const Options& options) {
  try {
    seconds_of_ranks(program, options, options.workers, 1000);
    return true;
  } catch (const RanksMissing& why) {
    std::printf("skipped  ranks: %s\n", why.what());
    return false;
  }
}

/// Processes that ran on this machine in the last minute, on average; 0 where the system does not say.
double load_before() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

nlohmann::json measure_workers(const Options& options, const std::string& program) {
  const int cores = cores_of(affinity());
  const double load = load_before();
  if (load > 0.5) std::printf("Others use this machine (a load of %.1f before): efficiencies may come out too low.\n", load);
  const bool ranks = ranks_work(program, options);
  Populations populations(std::min(options.workers, cores));
  nlohmann::json all = {{"load_before", load}};
  for (const bool weak : {false, true}) {
    Rows rows = scaling_rows(options, populations, program, weak, ranks);
    take_turns(rows, options.rounds);
    nlohmann::json& part = all[weak ? "weak" : "strong"];
    part["rows"] = print_rows(weak ? "Weak scaling: as many households a worker" : "Strong scaling: the same households", rows, cores);
    if (options.workers <= cores) part["ratios"] = print_ratios(rows, options.workers, ranks);
  }
  return all;
}

/// Small runs are repeated within a turn, so that a turn is longer than what disturbs it.
Row size_row(const Options& options, Populations& populations, std::int64_t households) {
  Row row = engine_row(options, populations, options.workers, households);
  const int repeats = static_cast<int>(std::max<std::int64_t>(1, std::min<std::int64_t>(50, 1'000'000 / households)));
  row.turn = [once = row.turn, repeats] {
    double seconds = 0;
    for (int i = 0; i < repeats; ++i) seconds += once();
    return seconds / repeats;
  };
  return row;
}

nlohmann::json measure_sizes(const Options& options) {
  constexpr std::int64_t fixed = 100;
  const std::int64_t standard = std::min<std::int64_t>(10'000'000, options.up_to);
  std::vector<std::int64_t> sizes = {fixed, standard};
  for (std::int64_t size = 100'000; size <= options.up_to; size *= 10)
    if (size != standard) sizes.push_back(size);
  std::sort(sizes.begin(), sizes.end());
  Populations populations(options.workers);
  Rows rows;
  for (const std::int64_t size : sizes) rows.push_back(size_row(options, populations, size));
  take_turns(rows, options.rounds);
  const double at_standard = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.households == standard; })->ns();
  std::printf("\nCost by number of households, %d threads\n%12s %12s %14s %20s\n", options.workers, "households", "ms", "ns/household",
              standard < 10'000'000 ? "of that at the most" : "of that at 10 million");
  nlohmann::json all = nlohmann::json::array();
  for (const Row& row : rows) {
    all.push_back({{"households", row.households}, {"ms", row.middle() * 1e3}, {"ns", row.ns()}, {"relative", row.ns() / at_standard}});
    if (row.households == fixed) {
      std::printf("%12lld %12.3f %14s %20s\n", static_cast<long long>(row.households), row.middle() * 1e3, "", "the fixed cost");
    } else {
      std::printf("%12lld %12.3f %14.2f %20.3f\n", static_cast<long long>(row.households), row.middle() * 1e3, row.ns(), row.ns() / at_standard);
    }
  }
  return all;
}

int measure(const Options& options, const std::string& program) {
  if (options.as_rank) return run_as_rank(options);
  const int cores = cores_of(affinity());
  std::printf("Scaling of the reference workload (%s), %d cores, %d rounds in turn; memory (triad, %d threads): %.1f GB/s\n", options.precision.c_str(), cores,
              options.rounds, options.workers, triad_bytes_per_second(options.workers) * 1e-9);
  nlohmann::json all = {{"precision", options.precision}, {"cores", cores}, {"rounds", options.rounds}};
  all["workers"] = measure_workers(options, program);
  all["sizes"] = measure_sizes(options);
  if (!options.json.empty()) write_json(options.json, all);
  return 0;
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("Scaling of the reference workload: threads, ranks, households");
  app.add_option("--households", options.households, "Households of strong scaling; weak scaling ends with them")->check(CLI::Range(100, 1'000'000'000));
  app.add_option("--workers", options.workers, "The most threads and ranks (default: the cores this process may use)")->check(CLI::Range(1, 1024));
  app.add_option("--rounds", options.rounds, "Turns of each")->check(CLI::Range(1, 1000));
  app.add_option("--precision", options.precision, "sketch or exact")->check(CLI::IsMember({"sketch", "exact"}));
  app.add_option("--up-to", options.up_to, "Cost by number of households: from 100,000 to these")->check(CLI::Range(1'000, 1'000'000'000));
  app.add_flag_callback("--full", [&] { options.up_to = 100'000'000; }, "Up to 100 million households: 4 GB of memory");
  app.add_option("--json", options.json, "Writes all of it to this file");
  app.add_flag("--as-rank", options.as_rank, "Started by mpirun: one line of JSON")->group("");
  CLI11_PARSE(app, argc, argv);
  try {
    return puente::bench::measure(options, argv[0]);
  } catch (const puente::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
