// A million lognormal persons: mean, Gini and 17 percentiles by the engine, exact and from a sketch, beside std::sort and a scan
// on one thread. Drawing the persons is timed apart. Ends with 1 when figures are not the sort's, or not within sampling error of
// their closed forms.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <numbers>
#include <random>

#include "bench/study_in_memory.hpp"
#include "bench/timing.hpp"
#include "bench/write_json.hpp"
#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"

namespace puente::bench {

namespace {

struct Options {
  std::int64_t persons = 1'000'000;
  int rounds = 9;
  std::string json;
};

/// Of ln x: the file's.
constexpr double mu = 0, sigma = 1;

struct Figures {
  double persons = 0, mean = 0, gini = 0;
  std::vector<double> percentile;
  double gini_error_bound = 0;
  std::vector<double> percentile_error_bound;
};

/// Smallest value whose share is reached. Shares are whole percents.
std::size_t place_of(double p, std::size_t n) { return (static_cast<std::size_t>(std::lround(100 * p)) * n + 99) / 100 - 1; }

Figures sort_and_scan(const std::vector<double>& values, const std::vector<double>& shares) {
  std::vector<double> x = values;
  std::sort(x.begin(), x.end());
  const std::size_t n = x.size();
  const auto count = static_cast<double>(n);
  long double sum = 0, ranked = 0;  // of x, and of (2i - n - 1) x
  for (std::size_t i = 0; i < n; ++i) {
    sum += x[i];
    ranked += static_cast<long double>(2 * static_cast<double>(i + 1) - count - 1) * x[i];
  }
  Figures figures{count, static_cast<double>(sum / count), static_cast<double>(ranked / (sum * count)), {}, 0, {}};
  for (const double p : shares) figures.percentile.push_back(x[place_of(p, n)]);
  return figures;
}

Figures figures_of(const Results& results) {
  const auto all = [&](const char* name) {
    std::vector<double> values;
    const Variable* const variable = results.find(name);
    if (variable == nullptr) return values;
    for (std::size_t q = 0; q < results.dimension("quantile").values.size(); ++q) values.push_back(results.at(*variable, {0, 0, q}));
    return values;
  };
  const auto one = [&](const char* name, std::vector<std::size_t> index) {
    const Variable* const variable = results.find(name);
    return variable == nullptr ? 0 : results.at(*variable, index);
  };
  return {one("persons", {0}), one("mean_welfare", {0, 0}), one("gini", {0, 0}), all("quantile_value"), one("gini_error_bound", {0, 0}), all("quantile_value_error_bound")};
}

// --- Closed forms, and the standard deviations of their influence functions: a standard error is deviation/√n

double normal_density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double normal_share(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

double normal_quantile(double p) {
  double low = -40, high = 40;
  for (int step = 0; step < 100; ++step) (normal_share((low + high) / 2) < p ? low : high) = (low + high) / 2;
  return (low + high) / 2;
}

/// Of the Gini index G: 1 - G - 2 L(F) + (x/mean) (2F - 1 - G), where L is the Lorenz curve; squared and integrated over ln x.
double gini_deviation(double gini) {
  constexpr double step = 1e-3;
  double variance = 0;
  for (double z = -12; z < 12; z += step) {
    const double influence = 1 - gini - 2 * normal_share(z - sigma) + std::exp(sigma * z - sigma * sigma / 2) * (2 * normal_share(z) - 1 - gini);
    variance += influence * influence * normal_density(z) * step;
  }
  return std::sqrt(variance);
}

/// Checks figures and says where they differ.
class Agreement {
 public:
  void figure(const std::string& name, double found, double expected, double tolerance) {
    if (std::abs(found - expected) <= tolerance) return;
    holds_ = false;
    std::printf("DIFFERS  %s: %.17g, expected %.17g, allowed %.3g\n", name.c_str(), found, expected, tolerance);
  }
  bool holds() const { return holds_; }

 private:
  bool holds_ = true;
};

std::string percent(double p) { return "P" + std::to_string(std::lround(100 * p)); }

/// `rounding`: of sums, relative.
void compare(Agreement& agreement, const std::string& name, const Figures& engine, const Figures& sort, const std::vector<double>& shares) {
  constexpr double rounding = 1e-14;
  agreement.figure(name + " persons", engine.persons, sort.persons, 0);
  agreement.figure(name + " mean", engine.mean, sort.mean, rounding * sort.mean);
  agreement.figure(name + " Gini", engine.gini, sort.gini, engine.gini_error_bound + rounding);
  for (std::size_t q = 0; q < shares.size(); ++q)
    agreement.figure(name + " " + percent(shares[q]), engine.percentile[q], sort.percentile[q], engine.percentile_error_bound.empty() ? 0 : engine.percentile_error_bound[q]);
}

void compare_closed_forms(Agreement& agreement, const Figures& sort, const std::vector<double>& shares) {
  const double errors = 5 / std::sqrt(sort.persons);  // five standard errors
  const double mean = std::exp(mu + sigma * sigma / 2), gini = std::erf(sigma / 2);
  agreement.figure("closed form: mean", sort.mean, mean, errors * mean * std::sqrt(std::expm1(sigma * sigma)));
  agreement.figure("closed form: Gini", sort.gini, gini, errors * gini_deviation(gini));
  for (std::size_t q = 0; q < shares.size(); ++q) {
    const double z = normal_quantile(shares[q]), value = std::exp(mu + sigma * z);
    agreement.figure("closed form: " + percent(shares[q]), sort.percentile[q], value, errors * std::sqrt(shares[q] * (1 - shares[q])) * sigma * value / normal_density(z));
  }
}

/// Who takes turns. What is not a statistic has no figures.
struct Contender {
  std::string name;
  std::function<Figures()> run;
  Figures figures = {};
  std::vector<double> seconds = {};
};

std::vector<double> values_of(const PopulationSource& source) {
  const Population population = make_rows(source, 0, source.households());
  const auto* const x = population.find(Entity::household, "x")->as<double>();
  return {x, x + population.households()};
}

std::vector<double> draw_plainly(std::int64_t n) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  std::vector<double> x(static_cast<std::size_t>(n));
  for (double& value : x) value = std::exp(mu + sigma * normal(generator));
  return x;
}

Figures run(StudyInMemory& study, Precision precision) {
  StudyModel model = study.model;
  model.statistics.precision = precision;
  Diagnostics diagnostics;
  return figures_of(run_study(std::move(model), *study.source, study.quiet, study.alone, study.team, diagnostics).results);
}

nlohmann::json print(const std::vector<Contender>& contenders, const Options& options) {
  nlohmann::json all = {{"persons", options.persons}, {"rounds", options.rounds}};
  std::printf("%-40s %8s %8s %8s %8s\n", "ns per case", "median", "least", "most", "of sort");
  for (const Contender& contender : contenders) {
    const double ns = 1e9 / static_cast<double>(options.persons), middle = median(contender.seconds);
    const auto [least, most] = std::minmax_element(contender.seconds.begin(), contender.seconds.end());
    std::printf("%-40s %8.2f %8.2f %8.2f %8.3f\n", contender.name.c_str(), middle * ns, *least * ns, *most * ns, middle / median(contenders.front().seconds));
    all["contenders"].push_back({{"what", contender.name}, {"median_ns", middle * ns}, {"least_ns", *least * ns}, {"most_ns", *most * ns}});
  }
  return all;
}

int measure(const Options& options) {
  StudyInMemory study("bench/lognormal.toml", options.persons, 1);
  const std::vector<double> values = values_of(*study.source), &shares = study.model.statistics.quantiles;
  std::vector<Contender> contenders = {{"std::sort of a copy, and a scan", [&] { return sort_and_scan(values, shares); }},
                                       {"engine, exact", [&] { return run(study, Precision::exact); }},
                                       {"engine, sketch", [&] { return run(study, Precision::sketch); }},
                                       {"apart: drawn by the engine", [&] { return StudyInMemory("bench/lognormal.toml", options.persons, 1), Figures{}; }},
                                       {"apart: std::normal_distribution, std::exp", [&] { return draw_plainly(options.persons), Figures{}; }}};
  for (int round = -1; round < options.rounds; ++round)  // the first turn is not counted
    for (Contender& contender : contenders) {
      const Stopwatch watch;
      contender.figures = contender.run();
      if (round >= 0) contender.seconds.push_back(watch.seconds());
    }
  std::printf("%lld lognormal persons, one thread, %d rounds in turn; mean, Gini, %zu percentiles; memory (triad): %.1f GB/s\n", static_cast<long long>(options.persons),
              options.rounds, shares.size(), triad_bytes_per_second(1) * 1e-9);
  nlohmann::json all = print(contenders, options);
  const Figures& sort = contenders[0].figures;
  Agreement agreement;
  compare(agreement, "exact", contenders[1].figures, sort, shares);
  compare(agreement, "sketch", contenders[2].figures, sort, shares);
  compare_closed_forms(agreement, sort, shares);
  std::printf("mean %.9f (closed form %.9f), Gini %.9f (%.9f; sketch off by %.1e, bound %.1e)\n", sort.mean, std::exp(mu + sigma * sigma / 2), sort.gini, std::erf(sigma / 2),
              contenders[2].figures.gini - sort.gini, contenders[2].figures.gini_error_bound);
  std::printf("%s\n", agreement.holds() ? "Exact percentiles are the sort's to the last bit, sketched ones within their bounds, all within five standard errors of the closed forms." : "The figures differ.");
  if (!options.json.empty()) write_json(options.json, all);
  return agreement.holds() ? 0 : 1;
}

}  // namespace

}  // namespace puente::bench

int main(int argc, char** argv) {
  puente::bench::Options options;
  CLI::App app("A million lognormal persons: the engine beside std::sort and a scan");
  app.add_option("--persons", options.persons, "Cases")->check(CLI::Range(1'000, 1'000'000'000));
  app.add_option("--rounds", options.rounds, "Turns of each")->check(CLI::Range(1, 1000));
  app.add_option("--json", options.json, "Writes all of it to this file");
  CLI11_PARSE(app, argc, argv);
  try {
    return puente::bench::measure(options);
  } catch (const puente::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
