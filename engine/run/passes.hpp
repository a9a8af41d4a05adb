// Passes over the population. What couples households (quantiles, ranks, group aggregates, coverage cut-offs, reference
// deciles, the labels of whole-number groups) is found in earlier passes, as many as depend on one another; each pass
// finds all that it can. Then one last pass tallies every scenario at once. Collective: all ranks call in the same order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/population/source.hpp"
#include "engine/core/exchange.hpp"
#include "engine/run/process_block.hpp"
#include "engine/run/study.hpp"

namespace puente {

/// Hears what a run is doing, on the thread that leads it.
class PassWatch {
 public:
  virtual ~PassWatch() = default;
  /// From here on, until the next part.
  virtual void part(const std::string& name) = 0;
  /// This rank's households of the part at hand, and the bytes of their columns as they are stored.
  virtual void walked(std::int64_t households, std::int64_t bytes) = 0;
};

struct PassSettings {
  std::int64_t first = 0, last = 0;       ///< this rank's households
  std::int64_t block_households = 1024;
  std::int64_t window_households = 0;     ///< 0: the whole range at once
  double record_bytes = 0;                ///< for records of exact order statistics at once: as many walks as they need; 0: no matter
  std::uint64_t seed = 0;
  std::function<void(const std::string& pass, double share)> progress;  ///< called now and then by one thread; may be empty
  PassWatch* watch = nullptr;             ///< may be null
};

/// Runs blocks of this rank through one processor a thread and throws faults together.
class BlockRunner {
 public:
  BlockRunner(const Study& study, PopulationSource& source, const PassSettings& settings, Exchange& exchange, Team& team);
  void pass(const std::string& name, const std::function<void(BlockProcessor&, int thread)>& work);
  Exchange& exchange() { return exchange_; }
  Team& team() { return team_; }
  const PassSettings& settings() const { return settings_; }
  /// Of this rank; where that is not known before they are made, more than they will be.
  double persons() const;

 private:
  void window(std::int64_t first, std::int64_t last, const std::string& name,
              const std::function<void(BlockProcessor&, int)>& work);

  PopulationSource& source_;
  std::span<const rules::Input> inputs_;  ///< the columns that are read
  PassSettings settings_;
  Exchange& exchange_;
  Team& team_;
  std::vector<std::unique_ptr<BlockProcessor>> processors_;
  std::int64_t bytes_of_household_ = 0, bytes_of_person_ = 0;  ///< of the columns that are read
};

/// Resolves every whole-population quantity of the study. Throws Error when some depend on themselves.
void resolve(Study& study, BlockRunner& runner);

}  // namespace puente
