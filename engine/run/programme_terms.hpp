// Terms of one programme in the layer just simulated, a column each: its units (all households, or the persons whom it concerns)
// and the money of households. What the tally adds up, and what a sample keeps by household. One object a thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/run/delivery_cost.hpp"
#include "engine/run/process_block.hpp"
#include "engine/statistics/limb_table.hpp"

namespace puente {

class ProgrammeTerms {
 public:
  /// UnitTerm by units of programme p of scenario s, with their own costs; delivery is not there where it costs nothing.
  TermColumns units(const BlockProcessor& processor, std::size_t s, std::size_t p);
  /// Rows of `units`, of a programme of persons.
  std::span<const std::int32_t> persons() const { return concerned_; }
  /// Money of households, weighted.
  TermColumns money(const BlockProcessor& processor, const std::vector<double>& of_households);

 private:
  double* terms(std::size_t count, std::size_t rows);

  DeliveryCost delivery_;
  std::vector<double> terms_;
  std::vector<std::int32_t> concerned_;
};

}  // namespace puente
