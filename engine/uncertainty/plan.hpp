// What a scenario file says of a run's uncertainty beside the parameters themselves. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/error.hpp"

namespace puente {

/// Which uniforms the draws get (draw_design.hpp).
enum class DesignKind : std::uint8_t { random, sobol, latin, saltelli };

/// Parameters whose draws go together: a Gaussian copula, which for normal parameters is the multivariate normal.
struct Correlation {
  std::vector<std::size_t> parameters;  ///< indices into StudyModel::parameters
  std::vector<double> matrix;           ///< correlations of the underlying normals, row by row
  Place place;
  std::string name = {};                ///< what a variance is attributed to; empty: the parameters' names
};

struct UncertaintyPlan {
  std::int64_t draws = 0;               ///< beside draw 0, the central one; 0 or at least 2
  DesignKind design = DesignKind::random;
  double level = 0.95;                  ///< of intervals
  std::vector<Correlation> correlations;
};

}  // namespace puente
