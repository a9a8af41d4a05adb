// What one pass gathers to resolve one whole-population quantity. Each item has a collector a thread; `finish` merges
// them and asks the other ranks. Items are told apart by where they look: the data, the none-world of a policy, or a
// simulated scenario.
#pragma once

#include <memory>
#include <vector>

#include "engine/run/passes.hpp"

namespace puente {

class Item {
 public:
  virtual ~Item() = default;
  /// Which scenario must be simulated before `collect`; -1: none, the data and policies suffice.
  virtual int scenario() const = 0;
  virtual bool ready() const = 0;
  /// What it is, for the message when it waits for itself.
  virtual std::string text() const = 0;
  virtual void collect(BlockProcessor& processor, std::size_t thread) = 0;
  virtual void finish(Exchange& exchange, Team& team) = 0;
};

/// Every unresolved item of the study.
std::vector<std::unique_ptr<Item>> unresolved_items(Study& study, std::size_t threads);

/// Whether scenario s can be simulated: its programs are ready, its cuts and what it costs found.
bool scenario_ready(const Study& study, std::size_t s);
/// The same, but for what it costs.
bool unfinanced_ready(const Study& study, std::size_t s);

}  // namespace puente
