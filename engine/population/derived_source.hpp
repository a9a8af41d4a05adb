// A population with columns by expression on top of those of another source: each household still a function of its own
// rows alone. Columns of the base that are left out can be used in expressions but are not part of what is made.
// Immutable after construction; `load` is thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/population/recipe.hpp"

namespace puente {

struct Derivation {
  std::uint64_t seed = 0;
  std::vector<rules::Parameter> parameters;
  std::vector<double> parameter_values;
  std::vector<rules::Variable> variables;  ///< not stored
  std::vector<RecipeColumn> columns;
  std::vector<std::string> left_out;       ///< names of columns of the base
};

class DerivedSource : public PopulationSource {
 public:
  /// Throws Error (bad_input) with every mistake of the expressions.
  DerivedSource(std::unique_ptr<PopulationSource> base, Derivation derivation);
  ~DerivedSource() override;
  const Schema& schema() const override;
  std::int64_t households() const override;
  std::int64_t persons() const override;
  std::int64_t cut_at(double share) const override;
  void open_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override;
  void expect_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override;
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
            BlockData& block) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puente
