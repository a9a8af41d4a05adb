#include "engine/population/reweighted_source.hpp"

#include "engine/core/error.hpp"

namespace puente {

ReweightedSource::ReweightedSource(PopulationSource& of, std::int64_t first, std::span<const double> factor)
    : of_(of), first_(first), factor_(factor), weight_{Entity::household, of.schema().find(Entity::household, "weight")} {
  if (weight_.column < 0) throw bad_input("the population has no household.weight that replicates of its sample could change");
}

void ReweightedSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const {
  of_.load(first, last, wanted, block);
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    if (!(wanted[k] == weight_)) continue;
    double* weight = block.inputs[k].change();
    const double* factor = factor_.data() + (first - first_);
    for (std::size_t h = 0; h < block.rows.households; ++h) weight[h] *= factor[h];
  }
}

}  // namespace puente
