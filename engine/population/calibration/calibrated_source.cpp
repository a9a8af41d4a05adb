#include "engine/population/calibration/calibrated_source.hpp"

#include "engine/core/error.hpp"

namespace puente {

CalibratedSource::CalibratedSource(std::unique_ptr<PopulationSource> survey, Margins margins, SurveyCounts counts, Team& team)
    : survey_(std::move(survey)), margins_(std::move(margins)), counts_(std::move(counts)), calibration_(calibrate(margins_, counts_, team)),
      weight_{Entity::household, survey_->schema().find(Entity::household, "weight")} {
  for (const CountBlock& block : counts_.blocks) design_weight_.insert(design_weight_.end(), block.weight.begin(), block.weight.end());
}

void CalibratedSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const {
  survey_->load(first, last, wanted, block);
  for (std::size_t k = 0; k < wanted.size(); ++k)
    if (wanted[k] == weight_) block.inputs[k].refer_to(calibration_.weight.data() + first, static_cast<std::size_t>(last - first));
}

std::vector<double> CalibratedSource::again(const std::vector<double>& factor, Team& team) const {
  expect(factor.size() == design_weight_.size(), "a factor for every household");
  SurveyCounts replicate = counts_;
  const double* next = factor.data();
  for (CountBlock& block : replicate.blocks)
    for (double& weight : block.weight) weight *= *next++;
  std::vector<double> ratio = calibrate(margins_, replicate, team).weight;
  for (std::size_t h = 0; h < ratio.size(); ++h) ratio[h] = calibration_.weight[h] > 0 ? ratio[h] / calibration_.weight[h] : 0;
  return ratio;
}

}  // namespace puente
