// What each recipient of a programme costs beside the benefit, in the layer just simulated: less where its household also
// receives the programme of a joint cost. One object a thread.
#pragma once

#include <vector>

#include "engine/run/process_block.hpp"

namespace puente {

class DeliveryCost {
 public:
  /// Of programme p of scenario s; s = -1: of observed programme p.
  void look(const BlockProcessor& processor, int s, std::size_t p);
  bool nothing() const { return alone_ == nullptr && joint_ == nullptr; }
  /// Of a recipient i in household h.
  double of(std::size_t i, std::size_t h) const {
    const double* each = joint_ != nullptr && gets_both_[h] != 0 ? joint_ : alone_;
    return each == nullptr ? 0.0 : each[i];
  }

 private:
  const double *alone_ = nullptr, *joint_ = nullptr;
  std::vector<double> gets_both_;
};

}  // namespace puente
