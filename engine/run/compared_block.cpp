#include "engine/run/compared_block.hpp"

#include <algorithm>

namespace puente {

void ComparedBlock::keep(const BlockProcessor& processor, std::size_t layer, std::span<const double* const> lines, const Asked& asked) {
  const Study& study = processor.study();
  const rules::Rows& rows = processor.rows();
  if (layer == 0) weight_layers = processor.weight_layers();
  layers.resize(weight_layers.layers());
  Layer& kept = layers[layer];
  kept.welfare = processor.state().welfare;
  kept.lines.resize(lines.size());
  for (std::size_t z = 0; z < lines.size(); ++z) kept.lines[z].assign(lines[z], lines[z] + kept.welfare.size());
  const auto copy = [&](Output output, Entity entity, std::vector<double>& to) {
    const double* values = processor.result(*study.measures, output);
    to.assign(values, values + rows.count(entity));
  };
  if (asked.attendance) copy(study.attends, Entity::person, kept.attends);
  if (asked.work) copy(study.works, Entity::person, kept.works);
  kept.outcomes.resize(asked.outcomes ? study.outcome_means.size() : 0);
  for (std::size_t k = 0; k < kept.outcomes.size(); ++k)
    copy(study.outcome_means[k].output, study.outcome_means[k].entity, kept.outcomes[k]);
}

bool ComparedBlock::share_of(std::size_t households, const WeightLayers& others, std::size_t present, std::size_t layer,
                             std::vector<double>& share) const {
  if (weight_layers.empty() && others.empty()) return true;
  share.resize(households);
  for (std::size_t h = 0; h < share.size(); ++h) {
    const WeightPart here = others.part(h, present);
    share[h] = here.size() > 0 ? overlap(here, weight_layers.part(h, layer)).size() / here.size() : 0.0;
  }
  return false;
}

void ReceivedBlock::keep(const BlockProcessor& processor, std::size_t layer, std::span<const SlotColumn> received) {
  if (layer == 0) weight_layers = processor.weight_layers();
  layers.resize(weight_layers.layers());
  layers[layer].assign(received.begin(), received.end());
}

bool ReceivedBlock::same(const BlockProcessor& processor, std::size_t layer, std::span<const SlotColumn> received) const {
  return weight_layers.borders() == processor.weight_layers().borders() && layer < layers.size() &&
         std::ranges::equal(layers[layer], received, {}, &SlotColumn::slot, &SlotColumn::slot);
}

}  // namespace puente
