#include "engine/population/reweighted_source.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente {

ReweightedSource::ReweightedSource(PopulationSource& of, std::span<const double> factor)
    : of_(of), factor_(factor), schema_(of.schema()), column_{Entity::household, static_cast<int>(schema_.household.size())},
      stand_in_{Entity::household, schema_.find(Entity::household, "weight")} {
  expect(factor.size() == static_cast<std::size_t>(of.households()), "a factor for every household");
  if (stand_in_.column < 0) throw bad_input("the population has no household.weight that replicates of its sample could change");
  schema_.household.push_back({factor_name, Entity::household, ColumnType::f64, Unit::one(), "factor of the weights", {}, false, true});
}

std::vector<rules::Input> ReweightedSource::without_factor(std::span<const rules::Input> wanted) const {
  std::vector<rules::Input> others(wanted.begin(), wanted.end());
  std::replace(others.begin(), others.end(), column_, stand_in_);
  return others;
}

void ReweightedSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const {
  of_.load(first, last, without_factor(wanted), block);
  for (std::size_t k = 0; k < wanted.size(); ++k)
    if (wanted[k] == column_) block.inputs[k].refer_to(factor_.data() + first, static_cast<std::size_t>(last - first));
}

void ReweightedSource::announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const {
  of_.announce(first, last, without_factor(wanted), ahead);
}

}  // namespace puente
