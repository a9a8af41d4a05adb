// Regressors: what a covariate is in the table of children, and how its values are standardised for conditioning. A tile of
// children is unpacked at a time, one run of doubles a regressor. Immutable after construction; safe to share.
#pragma once

#include <string>
#include <vector>

#include "engine/behaviour/child_table.hpp"
#include "engine/core/exchange.hpp"

namespace puente {

struct Regressor {
  static constexpr std::size_t constant = static_cast<std::size_t>(-1);
  std::string name;                  ///< "constant", "age", "area=rural"
  std::size_t column = constant;
  int label = -1;                    ///< of a category: 1 where the column is this one; -1: the column itself
  std::string value;                 ///< as an expression
};

/// Whose values count: children whose `only` column is above 0; absent: all.
using Only = std::size_t;
constexpr Only everybody = static_cast<std::size_t>(-1);

/// Weighted mean and spread of each regressor, 0 and 1 for the constant.
class Design {
 public:
  static constexpr std::size_t tile = 256;

  Design() = default;
  /// Collective. Throws Error (bad_input) naming a regressor that does not vary, or that others determine. `what`: "utilities".
  Design(std::vector<Regressor> regressors, const ChildTable& table, Only only, const std::string& what, Exchange& exchange, Team& team);

  std::size_t size() const { return regressors_.size(); }
  const std::vector<Regressor>& regressors() const { return regressors_; }
  double centre(std::size_t k) const { return centre_[k]; }
  double scale(std::size_t k) const { return scale_[k]; }
  /// Standardised values of children [first, first + n), n ≤ tile: value k of child i at out[k·tile + i].
  void load(const ChildChunk& chunk, std::size_t first, std::size_t n, double* out) const;

 private:
  void find_ranges(const ChildTable& table, Only only, Exchange& exchange, Team& team);
  void find_moments(const ChildTable& table, Only only, Exchange& exchange, Team& team);
  void require_variation(const std::string& what) const;
  void require_independence(const ChildTable& table, Only only, const std::string& what, Exchange& exchange, Team& team) const;

  std::vector<Regressor> regressors_;
  std::vector<double> least_, most_, centre_, scale_;
};

/// Raw values of one regressor.
void load_raw(const Regressor& regressor, const ChildChunk& chunk, std::size_t first, std::size_t n, double* out);

}  // namespace puente
