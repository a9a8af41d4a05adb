// A block as it is in a scenario that others are compared with, kept while those are tallied: welfare and what statistics
// look at beside it, in each layer of weights. And who receives what in a scenario that others follow. One object a thread.
#pragma once

#include <vector>

#include "engine/run/block_slots.hpp"
#include "engine/run/process_block.hpp"

namespace puente {

struct ComparedBlock {
  struct Asked {
    bool attendance = false, work = false, outcomes = false;
  };
  struct Layer {
    std::vector<double> welfare;
    std::vector<std::vector<double>> lines;     ///< one a poverty line
    std::vector<double> attends, works;         ///< of persons; empty when not asked for
    std::vector<std::vector<double>> outcomes;  ///< one a measure
  };
  WeightLayers weight_layers;
  std::vector<Layer> layers;

  /// The scenario that the processor has just simulated, its layer.
  void keep(const BlockProcessor& processor, std::size_t layer, std::span<const double* const> lines, const Asked& asked);
  /// For each of so many households: which share of the layer `present` of `others` lies in `layer` of this one. True when it
  /// is all of every household (`share` is then not set).
  bool share_of(std::size_t households, const WeightLayers& others, std::size_t present, std::size_t layer, std::vector<double>& share) const;
};

/// Who received what in a block in a scenario, in each layer of weights.
struct ReceivedBlock {
  WeightLayers weight_layers;
  std::vector<std::vector<SlotColumn>> layers;

  /// The scenario that the processor has just simulated, its layer.
  void keep(const BlockProcessor& processor, std::size_t layer, std::span<const SlotColumn> received);
  /// Whether everybody received the same.
  bool same(const BlockProcessor& processor, std::size_t layer, std::span<const SlotColumn> received) const;
};

}  // namespace puente
