// Persons of a block by age band and sex: those of whom attendance and work are told. One object a thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/run/process_block.hpp"

namespace puente {

class AgeBands {
 public:
  explicit AgeBands(const Study& study);

  /// Of the measures just run. Where ages and sexes are those of the time before, so are the bands.
  void find(const BlockProcessor& processor);
  std::size_t sexes() const { return sexes_; }
  /// `sex` 0: not known; else 1 + the place of its label.
  std::span<const std::int32_t> persons(std::size_t band, std::size_t sex) const { return persons_[band * sexes_ + sex]; }

 private:
  void gather(const double* age, const double* sex);

  const Study& study_;
  std::size_t sexes_;
  std::vector<double> age_, sex_;                   ///< of the persons that `persons_` is of
  std::vector<std::int32_t> of_age_;                ///< in some band
  std::vector<std::vector<std::int32_t>> persons_;  ///< [band][sex]
};

}  // namespace puente
