// A population of clones: N households of one weight, each a household of a survey, as many of each as its weight says.
// Systematic rounding: clone k belongs to the household whose cumulated share of the weight first passes (k + u)/N, so a
// household has its share of N clones to within one. Immutable; `make` is thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/population/population.hpp"

namespace puente {

/// Numbers of clones: those of household h are [place[h], place[h + 1]). `uniform` in (0, 1) says where the first falls.
std::vector<std::int64_t> place_clones(const std::vector<double>& weight, std::int64_t clones, double uniform);

/// Columns of clones: the survey's, then source_id and base_weight. Throws Error (bad_input) when the survey has these already.
Schema clone_schema(const Schema& survey);

class Clones {
 public:
  /// `weight`: what the clones are shared out by. The survey's own weight is kept as base_weight.
  Clones(Population survey, const std::vector<double>& weight, std::int64_t clones, double uniform);
  const Schema& schema() const { return schema_; }
  std::int64_t households() const { return place_.back(); }
  /// Of clones [first, last).
  std::int64_t persons(std::int64_t first, std::int64_t last) const;
  Population make(std::int64_t first, std::int64_t last) const;

 private:
  /// The survey's household of each clone in [first, last).
  std::vector<std::size_t> sources(std::int64_t first, std::int64_t last) const;

  Population survey_;
  Schema schema_;
  std::vector<std::int64_t> place_;
  double weight_ = 0;  ///< of each clone
};

}  // namespace puente
