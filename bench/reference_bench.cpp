// The reference workload (DESIGN 10): the general engine beside the hand-written loop, taking turns in one run. Making
// the households is timed apart. Ends with 1 when the engine's figures are not the loop's.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include "bench/hand_loop.hpp"
#include "bench/timing.hpp"
#include "engine/core/error.hpp"
#include "engine/run/passes.hpp"
#include "engine/run/summarise.hpp"
#include "engine/run/tallies.hpp"
#include "hpc/driver.hpp"
#include "hpc/team.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t households = 10'000'000;
  int threads = 2;
  int rounds = 7;
  std::int64_t block = PUENTE_BLOCK_HOUSEHOLDS;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The pack `reference`, with one scenario that is its own reference and the statistics DESIGN 10 asks for.
io::ScenarioFile workload(const Settings& more) {
  io::ScenarioOverrides overrides;
  overrides.set = {{"run.reference", "\"grant\""}, {"statistics.include", R"(["fgt", "gini", "shares", "quantiles"])"},
                   {"statistics.recipients", "false"}, {"statistics.arms", "false"}};
  overrides.set.insert(overrides.set.end(), more.begin(), more.end());
  overrides.scenarios = {"grant"};
  io::ScenarioFile file = io::read_scenario_file(PUENTE_SOURCE_DIR "/scenarios/reference/scenario.toml", overrides);
  file.diagnostics.throw_if_errors();
  return file;
}

/// The same households as the loop wants them. A weight loses what single precision cannot hold.
class HandData {
 public:
  HandData(const PopulationSource& source, Team& team);
  HandColumns columns() const {
    return {income_.size(), income_.data(), weight_.data(), land_.data(), rural_.data(), kids_.data()};
  }
  static constexpr std::size_t bytes_of_household = 3 * sizeof(float) + 2;

 private:
  std::vector<float> income_, weight_, land_;
  std::vector<std::uint8_t> rural_;
  std::vector<std::int8_t> kids_;
};

HandData::HandData(const PopulationSource& source, Team& team) {
  const auto n = static_cast<std::size_t>(source.households());
  for (auto* column : {&income_, &weight_, &land_}) column->resize(n);
  rural_.resize(n);
  kids_.resize(n);
  std::vector<rules::Input> wanted;
  for (const char* name : {"income", "weight", "land", "rural", "kids"}) {
    const int at = source.schema().find(Entity::household, name);
    if (at < 0) throw bad_input(std::string("the reference workload has no column '") + name + "'");
    wanted.push_back({Entity::household, at});
  }
  constexpr std::size_t step = 1024;
  team.for_each((n + step - 1) / step, [&](std::size_t b, int) {
    BlockData block;
    const std::size_t first = b * step, rows = std::min(n - first, step);
    source.load(static_cast<std::int64_t>(first), static_cast<std::int64_t>(first + rows), wanted, block);
    for (std::size_t i = 0; i < rows; ++i) {
      income_[first + i] = static_cast<float>(block.inputs[0][i]);
      weight_[first + i] = static_cast<float>(block.inputs[1][i]);
      land_[first + i] = static_cast<float>(block.inputs[2][i]);
      rural_[first + i] = block.inputs[3][i] != 0;
      kids_[first + i] = static_cast<std::int8_t>(block.inputs[4][i]);
    }
  });
}

struct Contender {
  std::string name;
  std::function<void()> run;
  std::vector<double> seconds = {}, processor_seconds = {};
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

bool agree(const std::string& contender, const Results& results, const HandResult& hand) {
  Agreement agreement;
  const auto at = [&](const char* name, std::vector<std::size_t> index) {
    const Variable* variable = results.find(name);
    expect(variable != nullptr, "the workload asks for this figure");
    return results.at(*variable, index);
  };
  agreement.figure(contender + " persons", at("persons", {0}), hand.persons, single_precision * hand.persons);
  agreement.figure(contender + " mean", at("mean_welfare", {0, 0}), hand.mean, single_precision * hand.mean);
  for (std::size_t alpha = 0; alpha < 3; ++alpha)
    agreement.figure(contender + " FGT " + std::to_string(alpha), at("fgt", {0, 0, 0, alpha}), hand.fgt[alpha], single_precision);
  agreement.figure(contender + " Gini", at("gini", {0, 0}), hand.gini, hand.gini_error_bound + single_precision);
  const std::vector<double>& shares = results.dimension("quantile").values;
  for (std::size_t d = 0; d < 10; ++d) {
    const std::string decile = " of decile " + std::to_string(d + 1);
    agreement.figure(contender + " share" + decile, at("decile_share", {0, 0, d}), hand.decile_share[d],
                     hand.share_error_bound + single_precision);
    if (d == 9) break;
    const double p = static_cast<double>(d + 1) / 10;
    const auto found = std::find_if(shares.begin(), shares.end(), [p](double x) { return std::abs(x - p) < 1e-9; });
    expect(found != shares.end(), "the deciles are among the quantiles");
    agreement.figure(contender + " limit" + decile, at("quantile_value", {0, 0, static_cast<std::size_t>(found - shares.begin())}),
                     hand.decile_limit[d], hand.limit_error_bound * hand.decile_limit[d]);
  }
  return agreement.holds();
}

Results run_engine(const StudyModel& model, PopulationSource& source, std::int64_t block, Team& team) {
  Exchange alone;
  Diagnostics diagnostics;
  RunOptions options;
  options.quiet = true;
  options.block_households = block;
  return run_study(model, source, options, alone, team, diagnostics).results;
}

/// One run of the engine with its parts timed.
void print_parts(const std::string& name, const StudyModel& model, PopulationSource& source, Team& team) {
  Exchange alone;
  Diagnostics diagnostics;
  PassSettings settings;
  settings.last = source.households();
  settings.block_households = PUENTE_BLOCK_HOUSEHOLDS;
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
  std::printf("\nParts of one run: %s (ns per household; compiling in ms)\n", name.c_str());
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

bool measure(const Options& options) {
  OpenMpTeam team(options.threads), one(1);
  Exchange alone;
  const io::ScenarioFile file = workload({});
  Recipe recipe = *file.recipe;
  recipe.households = options.households;
  const double triad = triad_bytes_per_second(options.threads);
  Stopwatch watch;
  const auto source = keep_in_memory(std::make_unique<RecipeSource>(std::move(recipe)), {}, alone, team);
  const double made = watch.seconds();
  const HandData data(*source, team);
  std::printf("Reference workload, %lld households, %d threads, %d rounds\n", static_cast<long long>(options.households),
              options.threads, options.rounds);
  std::printf("memory (triad, %d threads): %.1f GB/s; the loop's columns at that speed: %.2f ns per household\n",
              options.threads, triad * 1e-9, static_cast<double>(HandData::bytes_of_household) / triad * 1e9);
  std::printf("households made (apart): %.1f ns each\n", made * 1e9 / static_cast<double>(options.households));

  HandLoop loop(options.threads), loop_of_one(1);
  HandResult hand;
  const std::string threads = std::to_string(options.threads) + " threads";
  std::vector<Contender> contenders;
  contenders.push_back({"hand-written loop, " + threads, [&] { hand = loop.run(data.columns()); }});
  contenders.push_back({"hand-written loop, 1 thread", [&] { loop_of_one.run(data.columns()); }});

  struct Engine {
    std::string name;
    Settings settings;
    Team* team;
    StudyModel model = {};
    Results results = {};
  };
  const Settings sketch = {{"statistics.precision", "\"sketch\""}};
  std::vector<Engine> engines = {
      {"engine, sketch, " + threads, sketch, &team},
      {"engine, sketch, 1 thread", sketch, &one},
      {"engine, exact, " + threads, {}, &team},
      {"engine, exact, 1 thread", {}, &one},
      {"engine, exact, and all indices, " + threads, {{"statistics.include", R"(["poverty", "inequality", "distribution"])"}}, &team},
  };
  for (Engine& engine : engines) {
    engine.model = workload(engine.settings).model;
    contenders.push_back({engine.name, [&engine, &source, &options] { engine.results = run_engine(engine.model, *source, options.block, *engine.team); }});
  }
  for (Contender& contender : contenders) contender.run();  // a first turn that does not count
  for (int round = 0; round < options.rounds; ++round)
    for (Contender& contender : contenders) {
      const Stopwatch turn;
      contender.run();
      contender.seconds.push_back(turn.seconds());
      contender.processor_seconds.push_back(turn.processor_seconds());
    }
  print_table(contenders, options.households);
  for (const std::size_t engine : {0, 2}) print_parts(engines[engine].name, engines[engine].model, *source, team);

  bool agrees = true;
  for (const Engine& engine : engines) agrees &= agree(engine.name, engine.results, hand);
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
  app.add_option("--rounds", options.rounds, "Turns of each contender")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  try {
    return puente::bench::measure(options) ? 0 : 1;
  } catch (const puente::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
