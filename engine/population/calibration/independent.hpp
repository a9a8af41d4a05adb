// Which rows of a positive semidefinite matrix are independent, and how the others follow from them: margins that all
// count everybody determine one another. The first of several that could be left out are kept. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/population/synthesis/linear.hpp"

namespace puente {

class Independence {
 public:
  struct Dependent {
    std::size_t row;
    std::vector<double> share;  ///< of each kept row
  };
  Independence() = default;
  explicit Independence(Matrix matrix);
  const std::vector<std::size_t>& kept() const { return kept_; }
  const std::vector<Dependent>& dependent() const { return dependent_; }

 private:
  std::vector<std::size_t> kept_;
  std::vector<Dependent> dependent_;
};

}  // namespace puente
