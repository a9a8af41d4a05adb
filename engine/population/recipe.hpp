// A recipe: households made on the fly as a pure function of their number, from expressions over keyed draws. Serves
// benchmarks and test populations of any size. Columns may use each other, in any order; person columns may use
// household columns. Immutable after construction; `load` is thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/population/source.hpp"

namespace puente {

struct RecipeColumn {
  std::string name;
  Entity entity = Entity::household;
  rules::Text value;
  std::optional<ColumnType> type;  ///< absent: bool for conditions, f64 for numbers
  Unit unit;
  std::string long_name;
  std::vector<std::string> labels; ///< a category: the value is the index of its label, from 0
  bool ordered = false;            ///< the labels stand in order
};

struct Recipe {
  std::int64_t households = 0;
  std::uint64_t seed = 0;
  std::vector<rules::Parameter> parameters;
  std::vector<double> parameter_values;
  std::optional<rules::Text> persons;  ///< number of persons, a whole number 0 … 1,000; absent: no person records
  std::vector<RecipeColumn> columns;   ///< `weight` is 1 unless given; `id` is the household's number
  PopulationNotes notes;
};

class RecipeSource : public PopulationSource {
 public:
  /// Throws Error (bad_input) with every mistake of the recipe.
  explicit RecipeSource(Recipe recipe);
  ~RecipeSource() override;
  const Schema& schema() const override;
  std::int64_t households() const override;
  /// Persons are not known before they are made: -1.
  std::int64_t persons() const override { return -1; }
  std::int64_t cut_at(double share) const override;
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
            BlockData& block) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puente
