#include "bench/reference_workload.hpp"

#include <algorithm>
#include <cmath>

#include "bench/timing.hpp"
#include "engine/core/error.hpp"
#include "engine/statistics/welfare_sketch.hpp"

namespace puente::bench {

namespace {

std::string with_threads(const std::string& name, int threads) {
  return name + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

}  // namespace

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

Settings with_precision(const std::string& precision) { return {{"statistics.precision", '"' + precision + '"'}}; }

std::unique_ptr<PopulationSource> make_households(std::int64_t households, Exchange& exchange, Team& team) {
  Recipe recipe = *workload({}).recipe;
  recipe.households = households;
  return keep_in_memory(std::make_unique<RecipeSource>(std::move(recipe)), {}, exchange, team);
}

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

Results run_engine(const StudyModel& model, PopulationSource& source, std::int64_t block, Exchange& exchange, Team& team) {
  Diagnostics diagnostics;
  RunOptions options;
  options.quiet = true;
  options.block_households = block;
  return run_study(model, source, options, exchange, team, diagnostics).results;
}

Figures figures_of(const Results& results) {
  const auto at = [&](const char* name, std::vector<std::size_t> index) {
    const Variable* variable = results.find(name);
    expect(variable != nullptr, "the workload asks for this figure");
    return results.at(*variable, index);
  };
  Figures figures;
  figures.persons = at("persons", {0});
  figures.mean = at("mean_welfare", {0, 0});
  for (std::size_t alpha = 0; alpha < 3; ++alpha) figures.fgt[alpha] = at("fgt", {0, 0, 0, alpha});
  figures.gini = at("gini", {0, 0});
  for (std::size_t d = 0; d < 10; ++d) figures.decile_share[d] = at("decile_share", {0, 0, d});
  const bool sketched = results.find("gini_error_bound") != nullptr;
  if (sketched) figures.gini_error_bound = at("gini_error_bound", {0, 0});
  if (figures.gini_error_bound > 0) figures.share_error_bound = 2 * WelfareSketch::widest_bound;  // a share lies between two ordinates
  const std::vector<double>& shares = results.dimension("quantile").values;
  for (std::size_t d = 0; d < 9; ++d) {
    const double p = static_cast<double>(d + 1) / 10;
    const auto found = std::find_if(shares.begin(), shares.end(), [p](double x) { return std::abs(x - p) < 1e-9; });
    expect(found != shares.end(), "the deciles are among the quantiles");
    const auto quantile = static_cast<std::size_t>(found - shares.begin());
    figures.decile_limit[d] = at("quantile_value", {0, 0, quantile});
    if (sketched) figures.limit_error_bound = std::max(figures.limit_error_bound, at("quantile_value_error_bound", {0, 0, quantile}) / figures.decile_limit[d]);
  }
  return figures;
}

void Contender::turn(bool counts) {
  const Stopwatch watch;
  figures = run();
  if (!counts) return;
  seconds.push_back(watch.seconds());
  processor_seconds.push_back(watch.processor_seconds());
}

ReferenceData::ReferenceData(std::int64_t households, int threads, std::int64_t block) : team_(threads), block_(block) {
  const Stopwatch watch;
  source_ = make_households(households, alone_, team_);
  seconds_to_make_ = watch.seconds();
}

HandColumns ReferenceData::columns() {
  if (!data_) data_ = std::make_unique<HandData>(*source_, team_);
  return data_->columns();
}

Contender ReferenceData::hand(int threads) {
  const auto loop = std::make_shared<HandLoop>(threads);
  columns();
  return {with_threads("hand-written loop", threads), "hand-written loop", "sketch", threads, [this, loop] { return loop->run(columns()); }};
}

Contender ReferenceData::engine(const std::string& name, const std::string& kind, const Settings& settings, int threads) {
  Settings all = with_precision(kind);
  all.insert(all.end(), settings.begin(), settings.end());
  const auto model = std::make_shared<StudyModel>(workload(all).model);
  const auto team = std::make_shared<OpenMpTeam>(threads);
  return {with_threads(name, threads), "engine", kind, threads,
          [this, model, team] { return figures_of(run_engine(*model, *source_, block_, alone_, *team)); }};
}

}  // namespace puente::bench
