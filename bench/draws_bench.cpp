// What a draw costs: the reference workload with three uncertain numbers and five scenarios, a thousand draws of them,
// beside the same scenarios run once. Data in memory; making them is not counted.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <random>

#include "bench/study_in_memory.hpp"
#include "bench/timing.hpp"
#include "hpc/draws.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t households = 1'000'000;
  std::size_t draws = 100, together = 4;
  int threads = 2, rounds = 3;
  double minutes = 0;  ///< above 0: as many draws as fit, instead of rounds
};

// The largest task Puente is made for: every household of seven countries, ten scenarios, a thousand draws, on one workstation.
constexpr double flag_households = 86e6, flag_scenarios = 10, flag_draws = 1000, flag_cores = 32;

/// The reference workload and its draws: each number spread by a tenth.
struct Draws : StudyInMemory {
  explicit Draws(const Options& options) : StudyInMemory("bench/draws.toml", options.households, options.threads) {
    model.statistics.precision = Precision::sketch;
    plan.together = options.together;
    plan.parameters = [this](std::size_t d) {
      std::mt19937_64 bits(d);
      std::normal_distribution<> normal;
      ParameterSet set;
      for (const ParameterValue& parameter : model.parameters) set.push_back(parameter.value * (1 + 0.1 * normal(bits)));
      return set;
    };
  }
  /// Seconds of these draws.
  double draw(std::size_t first, std::size_t count) {
    plan.first = first;
    plan.count = count;
    const Stopwatch watch;
    run_draws(model, plan, *source, quiet, alone, team, realisations);
    return watch.seconds();
  }
  double run_once() {
    const Stopwatch watch;
    run();
    return watch.seconds();
  }

  DrawPlan plan;
  Realisations realisations;
};

void head(const Options& options, const Draws& draws, std::size_t count) {
  std::printf("%lld households, %zu scenarios, %d threads, %zu draws, %zu together\n", static_cast<long long>(options.households), draws.model.scenarios.size(),
              options.threads, count, options.together);
}

double cells(const Options& options, const Draws& draws) { return static_cast<double>(options.households) * static_cast<double>(draws.model.scenarios.size()); }

void compare(const Options& options) {
  Draws draws(options);
  std::vector<double> once, drawn;
  for (int round = 0; round < options.rounds; ++round) {
    double five = 0;
    for (int k = 0; k < 5; ++k) five += draws.run_once();
    once.push_back(five / 5);
    draws.realisations = {};
    drawn.push_back(draws.draw(1, options.draws) / static_cast<double>(options.draws));
  }
  head(options, draws, options.draws);
  const double each = cells(options, draws);
  std::printf("  the scenarios once  %8.2f ms  %6.2f ns a household and scenario\n", median(once) * 1e3, median(once) * 1e9 / each);
  std::printf("  a draw of them      %8.2f ms  %6.2f ns  %5.2f of it\n", median(drawn) * 1e3, median(drawn) * 1e9 / each, median(drawn) / median(once));
}

/// As many draws as the minutes hold: is the last hundred as cheap as the first, and what would the largest task take?
void fill(const Options& options) {
  constexpr std::size_t step = 100;
  Draws draws(options);
  std::vector<double> seconds;
  double all = 0;
  do {
    seconds.push_back(draws.draw(seconds.size() * step + 1, step));
    all += seconds.back();
  } while (all + seconds.back() <= options.minutes * 60);
  const std::size_t count = seconds.size() * step, half = seconds.size() / 2;
  head(options, draws, count);
  const double each = all / static_cast<double>(count);
  std::printf("  %.1f s, a draw %.2f ms, %.2f ns a household and scenario\n", all, each * 1e3, each * 1e9 / cells(options, draws));
  if (half > 0)
    std::printf("  a draw of the second half over one of the first: %.2f\n",
                median({seconds.end() - static_cast<std::ptrdiff_t>(half), seconds.end()}) / median({seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(half)}));
  const double flag = each / cells(options, draws) * flag_households * flag_scenarios * flag_draws;
  std::printf("  %.0f million households, %.0f scenarios, %.0f draws: %.0f minutes on these %d threads; %.1f on %.0f cores if they all add as much as these\n", flag_households / 1e6,
              flag_scenarios, flag_draws, flag / 60, options.threads, flag / 60 * options.threads / flag_cores, flag_cores);
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("What a draw of the parameters costs.");
  app.add_option("--households", options.households, "how many");
  app.add_option("--draws", options.draws, "how many");
  app.add_option("--together", options.together, "draws in one walk");
  app.add_option("--threads", options.threads, "threads");
  app.add_option("--rounds", options.rounds, "rounds");
  app.add_option("--minutes", options.minutes, "fill them with draws, and say what the largest task would take");
  CLI11_PARSE(app, argc, argv);
  if (options.minutes > 0) puente::bench::fill(options);
  else puente::bench::compare(options);
}
