// What the programmes of one scenario add up to on one thread: units, what delivering costs, and the money of households.
#pragma once

#include <span>
#include <vector>

#include "engine/run/block_slots.hpp"
#include "engine/run/delivery_cost.hpp"
#include "engine/run/tallies.hpp"

namespace puente {

class ProgrammeTally {
 public:
  /// All programmes of scenario s; none where statistics do not ask for them.
  ProgrammeTally(const Study& study, std::size_t s);
  /// The layer just simulated.
  void add(const BlockProcessor& processor, const BlockSlots& slots);
  void merge(ProgrammeTally& other);
  /// Collective: totals over all ranks.
  void reduce(Exchange& exchange);
  std::vector<ProgrammeSums> take() { return std::move(sums_); }

 private:
  /// Weights of households in the layer.
  struct Weights {
    const BlockProcessor& processor;
    const double* base;
    bool whole;
    explicit Weights(const BlockProcessor& p) : processor(p), base(p.household_weight()), whole(p.whole()) {}
    double operator[](std::size_t h) const { return whole ? base[h] : base[h] * processor.weight_factor(h); }
  };
  void add_units(const BlockProcessor& processor, const BlockSlots& slots, std::size_t p);
  void add_money(const BlockProcessor& processor, const BlockSlots& slots, const std::vector<double>& money, LimbTable& table);
  double* terms(std::size_t count, std::size_t rows);

  const Study& study_;
  std::size_t s_;
  std::vector<ProgrammeSums> sums_;
  DeliveryCost delivery_;
  UnitSums unit_sums_;
  std::vector<double> terms_;
  std::vector<std::int32_t> concerned_;  ///< persons whom the programme at hand concerns
};

}  // namespace puente
