// The values of every parameter in every draw: a pure function of (model, seed, draw). Draw 0 has the central values. Correlated
// parameters go through a Gaussian copula: normals with the matrix's correlations, each mapped to its own distribution; of normal
// parameters that is the multivariate normal. Valid after construction, immutable, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/programmes/model.hpp"
#include "engine/uncertainty/draw_design.hpp"

namespace puente {

/// What a variance is attributed to: an uncertain parameter, or a group of correlated ones together.
struct UncertainFactor {
  std::string name;                     ///< "a", or "a + b" of a group
  std::vector<std::size_t> parameters;  ///< indices into StudyModel::parameters
};

/// Uncertain parameters of a model in its order; factors in the order of their first parameter.
struct UncertainParameters {
  std::vector<std::size_t> parameters;  ///< indices into StudyModel::parameters
  DrawnParameters drawn;                ///< the same for a design
  std::vector<UncertainFactor> factors;
};
UncertainParameters uncertain_parameters(const std::vector<ParameterValue>& parameters, const std::vector<Correlation>& correlations);

class ParameterDraws {
 public:
  /// Throws Error (bad_input) on what the reader would have refused.
  ParameterDraws(const StudyModel& model, DesignKind design, std::int64_t draws, std::uint64_t seed);

  /// In the order of StudyModel::parameters; draw 0 is the central one.
  std::vector<double> values(std::int64_t draw) const;
  /// The same in a scenario: what it decides stays as it says.
  std::vector<double> values(const Scenario& scenario, std::int64_t draw) const;

  const DrawDesign& design() const { return design_; }
  const std::vector<UncertainFactor>& factors() const { return uncertain_.factors; }
  /// Indices into StudyModel::parameters, parallel to the names of the design's parameters.
  const std::vector<std::size_t>& uncertain() const { return uncertain_.parameters; }

 private:
  struct Group {
    std::vector<std::size_t> drawn;  ///< indices into the uncertain parameters
    std::vector<double> root;
  };
  void put_draw(std::int64_t draw, std::vector<double>& values) const;
  void put_group(const Group& group, std::int64_t draw, std::vector<double>& values) const;

  std::vector<double> central_;
  UncertainParameters uncertain_;
  DrawDesign design_;
  std::vector<ParameterDistribution> distributions_;  ///< parallel to the uncertain parameters
  std::vector<std::size_t> alone_;                    ///< uncertain parameters of no group
  std::vector<Group> groups_;
};

}  // namespace puente
