// Which uniform draw d of a parameter gets: a pure function of (seed, the parameter, d), never of rank, thread or call order.
// `random` and `sobol` are sequences: draws 1 to 1,000 are the first 1,000 of 2,000. `latin` and `saltelli` are made for a number
// of draws. Valid after construction, immutable, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/uncertainty/plan.hpp"
#include "engine/uncertainty/sobol.hpp"

namespace puente {

/// Names as a scenario file writes them, in the order of the enum.
const std::vector<std::string>& design_names();

/// Whether more draws can be added later to those that are there.
inline bool extends(DesignKind kind) { return kind == DesignKind::random || kind == DesignKind::sobol; }

/// The parameters to draw, by name in the file's order, and those that `saltelli` exchanges together: a factor is a parameter, or
/// all of a correlated group.
struct DrawnParameters {
  std::vector<std::string> names;
  std::vector<std::size_t> factor_of;  ///< parallel to names, from 0
  std::size_t factors() const;
};

/// Why a design cannot have so many draws of these parameters; empty when it can.
std::string design_mistake(DesignKind kind, std::int64_t draws, const DrawnParameters& parameters);

/// Draws that belong together: a row of `saltelli`, else 1.
inline std::size_t row_length(DesignKind kind, std::size_t factors) { return kind == DesignKind::saltelli ? factors + 2 : 1; }

class DrawDesign {
 public:
  /// Throws Error (bad_input) with what design_mistake says.
  DrawDesign(DesignKind kind, std::int64_t draws, std::uint64_t seed, DrawnParameters parameters);

  /// In (0, 1), of a draw from 1 and a parameter (index into DrawnParameters::names).
  double uniform(std::int64_t draw, std::size_t parameter) const;

  DesignKind kind() const { return kind_; }
  std::int64_t draws() const { return draws_; }
  const DrawnParameters& parameters() const { return parameters_; }
  /// Draws that depend on one another and stand side by side: a row of saltelli; else 1.
  std::size_t row_length() const { return puente::row_length(kind_, parameters_.factors()); }

 private:
  double sobol_uniform(std::uint64_t point, std::size_t coordinate) const;
  void make_strata(std::size_t parameter);

  DesignKind kind_;
  std::int64_t draws_;
  DrawnParameters parameters_;
  std::vector<std::uint64_t> keys_;                  ///< of each parameter's own stream
  std::vector<SobolDirections> directions_;          ///< of each coordinate; saltelli: those of A, then those of B
  std::vector<std::uint64_t> shifts_;                ///< keyed digital shifts of the coordinates
  std::vector<std::vector<std::int64_t>> strata_;    ///< latin: of each parameter, the stratum of each draw
};

/// What a `saltelli` design costs, as in "saltelli: 1,000 rows of 5 factors = 7,000 draws"; empty for others.
std::string cost_in_words(const DrawDesign& design);

/// Where a draw of a `saltelli` design stands: rows of factors + 2 draws; in a row first A, then B, then A with each factor from B.
struct SaltelliPlace {
  std::int64_t row;
  std::size_t block;
};
inline SaltelliPlace saltelli_place(std::int64_t draw, std::size_t factors) {
  const auto blocks = static_cast<std::int64_t>(factors) + 2;
  return {(draw - 1) / blocks, static_cast<std::size_t>((draw - 1) % blocks)};
}

}  // namespace puente
