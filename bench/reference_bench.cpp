// The reference workload (DESIGN 10): the general engine beside the hand-written loop, taking turns in one run. Making
// the households is timed apart. Ends with 1 when the engine's figures are not the loop's. With --serve it is one of
// several programs that take turns (bench/reference).
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/reference_turns.hpp"
#include "bench/reference_workload.hpp"
#include "bench/timing.hpp"
#include "engine/core/error.hpp"
#include "engine/run/passes.hpp"
#include "engine/run/summarise.hpp"
#include "engine/run/tallies.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t households = 10'000'000;
  int threads = 2;
  int rounds = 7;
  std::int64_t block = PassSettings{}.block_households;
  std::string only;   ///< of the engine's contenders, those whose names hold this
  std::string write;  ///< folder for files of the columns
  bool serve = false;
};

/// Checks that figures agree, and says so where they do not.
class Agreement {
 public:
  void figure(const std::string& name, double engine, double hand, double tolerance) {
    if (std::abs(engine - hand) <= tolerance) return;
    agrees_ = false;
    std::printf("DIFFERS  %s: engine %.12g, hand-written loop %.12g, allowed %.3g\n", name.c_str(), engine, hand, tolerance);
  }
  bool holds() const { return agrees_; }

 private:
  bool agrees_ = true;
};

/// What the loop computes in single precision but not from its histogram.
constexpr double single_precision = 1e-6;

bool agree(const std::string& contender, const Figures& engine, const Figures& hand) {
  Agreement agreement;
  agreement.figure(contender + " persons", engine.persons, hand.persons, single_precision * hand.persons);
  agreement.figure(contender + " mean", engine.mean, hand.mean, single_precision * hand.mean);
  for (std::size_t alpha = 0; alpha < 3; ++alpha)
    agreement.figure(contender + " FGT " + std::to_string(alpha), engine.fgt[alpha], hand.fgt[alpha], single_precision);
  agreement.figure(contender + " Gini", engine.gini, hand.gini, hand.gini_error_bound + single_precision);
  for (std::size_t d = 0; d < 10; ++d) {
    const std::string decile = " of decile " + std::to_string(d + 1);
    agreement.figure(contender + " share" + decile, engine.decile_share[d], hand.decile_share[d], hand.share_error_bound + single_precision);
    if (d == 9) break;
    agreement.figure(contender + " limit" + decile, engine.decile_limit[d], hand.decile_limit[d], hand.limit_error_bound * hand.decile_limit[d]);
  }
  return agreement.holds();
}

/// One run of the engine with its parts timed.
void print_parts(const Contender& contender, PopulationSource& source, Team& team) {
  const StudyModel model = workload(with_precision(contender.kind)).model;
  Exchange alone;
  Diagnostics diagnostics;
  PassSettings settings;
  settings.last = source.households();
  settings.seed = model.seed;
  const Stopwatch watch;
  double walked = 0;
  settings.progress = [&](const std::string&, double) { walked = watch.seconds(); };
  Study study(model, source.schema(), diagnostics);
  BlockRunner runner(study, source, settings, alone, team);
  const double compiled = watch.seconds();
  resolve(study, runner);
  const double resolved = watch.seconds();
  const Totals totals = tally(study, runner);
  const double tallied = watch.seconds();
  summarise(study, totals);
  const double summarised = watch.seconds();
  const double ns = 1e9 / static_cast<double>(source.households());
  std::printf("\nParts of one run: %s (ns per household; compiling in ms)\n", contender.name.c_str());
  std::printf("  compile        %8.2f ms\n", compiled * 1e3);
  std::printf("  earlier passes %8.2f\n", (resolved - compiled) * ns);
  std::printf("  walk           %8.2f   blocks: load, rules, programmes, welfare, sums, records kept\n", (walked - resolved) * ns);
  std::printf("  finish         %8.2f   order statistics\n", (tallied - walked) * ns);
  std::printf("  summarise      %8.2f ms\n", (summarised - tallied) * 1e3);
}

void print_table(const std::vector<Contender>& contenders, std::int64_t households) {
  const double ns = 1e9 / static_cast<double>(households), hand = median(contenders.front().seconds);
  std::printf("\n%-44s %8s %8s %8s %8s %10s\n", "ns per household", "median", "least", "most", "ratio", "processor");
  for (const Contender& contender : contenders) {
    const auto [least, most] = std::minmax_element(contender.seconds.begin(), contender.seconds.end());
    const double middle = median(contender.seconds);
    std::printf("%-44s %8.2f %8.2f %8.2f %8.2f %10.2f\n", contender.name.c_str(), middle * ns, *least * ns, *most * ns,
                middle / hand, median(contender.processor_seconds) * ns);
  }
}

void print_head(const Options& options, const ReferenceData& reference) {
  const double triad = triad_bytes_per_second(options.threads);
  std::printf("Reference workload, %lld households, %d threads, %d rounds\n", static_cast<long long>(options.households),
              options.threads, options.rounds);
  std::printf("memory (triad, %d threads): %.1f GB/s; the loop's columns at that speed: %.2f ns per household\n",
              options.threads, triad * 1e-9, static_cast<double>(HandData::bytes_of_household) / triad * 1e9);
  std::printf("households made (apart): %.1f ns each\n", reference.seconds_to_make() * 1e9 / static_cast<double>(options.households));
}

/// The loop and the engine on all threads and on one, the loop on all threads first.
std::vector<Contender> contenders_of(ReferenceData& reference, int threads) {
  std::vector<Contender> contenders;
  const std::vector<int> counts = threads == 1 ? std::vector<int>{1} : std::vector<int>{threads, 1};
  for (const int count : counts) contenders.push_back(reference.hand(count));
  for (const char* kind : {"sketch", "exact"})
    for (const int count : counts) contenders.push_back(reference.engine(std::string("engine, ") + kind, kind, {}, count));
  return contenders;
}

bool measure(const Options& options) {
  ReferenceData reference(options.households, options.threads, options.block);
  std::vector<Contender> contenders = contenders_of(reference, options.threads);
  if (!options.write.empty()) write_columns(reference.columns(), options.write);
  if (options.serve) {
    serve_turns(contenders);
    return true;
  }
  contenders.push_back(reference.engine("engine, exact, and all indices", "exact",
                                        {{"statistics.include", R"(["poverty", "inequality", "distribution"])"}}, options.threads));
  std::erase_if(contenders, [&](const Contender& c) { return c.what == "engine" && c.name.find(options.only) == std::string::npos; });
  print_head(options, reference);
  for (Contender& contender : contenders) contender.turn(false);
  for (int round = 0; round < options.rounds; ++round)
    for (Contender& contender : contenders) contender.turn(true);
  print_table(contenders, options.households);

  const Figures& hand = contenders.front().figures;
  bool agrees = true;
  for (const Contender& contender : contenders) {
    if (contender.what != "engine") continue;
    agrees &= agree(contender.name, contender.figures, hand);
    if (contender.threads == options.threads && contender.name.find("indices") == std::string::npos)
      print_parts(contender, reference.source(), reference.team());
  }
  std::printf("\nGini %.9f (hand-written loop; its histogram's error at most %.2g)\n", hand.gini, hand.gini_error_bound);
  std::printf("%s\n", agrees ? "The engine's figures are the loop's within that." : "The figures differ.");
  return agrees;
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("The reference workload: the engine beside the hand-written loop");
  app.add_option("--households", options.households, "Households")->check(CLI::Range(1'000, 1'000'000'000));
  app.add_option("--threads", options.threads, "Threads")->check(CLI::Range(1, 1024));
  app.add_option("--block", options.block, "Households a block")->check(CLI::Range(2, 65536));
  app.add_option("--only", options.only, "Only the engine's contenders whose names hold this text (for a profiler)");
  app.add_option("--rounds", options.rounds, "Turns of each contender")->check(CLI::Range(1, 1000));
  app.add_option("--write", options.write, "Writes the columns to files in this folder")->check(CLI::ExistingDirectory);
  app.add_flag("--serve", options.serve, "Takes a turn for each number of a contender on standard input; answers in JSON");
  CLI11_PARSE(app, argc, argv);
  try {
    return puente::bench::measure(options) ? 0 : 1;
  } catch (const puente::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
