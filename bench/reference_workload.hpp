// The reference workload (DESIGN 10) as contenders in memory: the general engine and the hand-written loop on the same
// households, made from the pack's recipe. What is timed is a turn; making the households is not.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/hand_loop.hpp"
#include "engine/population/recipe.hpp"
#include "hpc/driver.hpp"
#include "hpc/team.hpp"
#include "io/toml/scenario_file.hpp"

namespace puente::bench {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The pack `reference`, with one scenario that is its own reference and the statistics DESIGN 10 asks for. `more`
/// settings are those of `--set`. Throws Error.
io::ScenarioFile workload(const Settings& more);
Settings with_precision(const std::string& precision);

/// Households of the pack's recipe, this rank's part in memory.
std::unique_ptr<PopulationSource> make_households(std::int64_t households, Exchange& exchange, Team& team);

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

/// A whole run, as `puente run` does once the population is there. `block` 0: the build's.
Results run_engine(const StudyModel& model, PopulationSource& source, std::int64_t block, Exchange& exchange, Team& team);
Figures figures_of(const Results& results);

/// Who takes turns.
struct Contender {
  std::string name;  ///< as tables show it
  std::string what;  ///< hand-written loop, engine
  std::string kind;  ///< exact, sketch
  int threads = 1;
  std::function<Figures()> run;
  Figures figures = {};  ///< of the last turn
  std::vector<double> seconds = {}, processor_seconds = {};
  void turn(bool counts);
};

/// The workload in memory and its contenders on all threads and on one. They point into it.
class ReferenceData {
 public:
  ReferenceData(std::int64_t households, int threads, std::int64_t block);
  HandColumns columns();  ///< the loop's, made when first asked for
  PopulationSource& source() { return *source_; }
  OpenMpTeam& team() { return team_; }
  double seconds_to_make() const { return seconds_to_make_; }

  Contender hand(int threads);
  /// `name` without the threads.
  Contender engine(const std::string& name, const std::string& kind, const Settings& settings, int threads);

 private:
  OpenMpTeam team_;
  Exchange alone_;
  std::int64_t block_;
  double seconds_to_make_ = 0;
  std::unique_ptr<PopulationSource> source_;
  std::unique_ptr<HandData> data_;
};

}  // namespace puente::bench
