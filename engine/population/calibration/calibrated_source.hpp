// A survey whose households weigh what meets margins; everything else is the survey's. In a replicate of its sample the weights are
// found anew, as R's calibrate does of a design with replicate weights. Thread-safe as the survey is.
#pragma once

#include <memory>
#include <vector>

#include "engine/population/calibration/calibrate.hpp"

namespace puente {

class CalibratedSource : public PopulationSource {
 public:
  /// `counts`: of the survey towards the margins. Throws Error (bad_input) as calibrate does.
  CalibratedSource(std::unique_ptr<PopulationSource> survey, Margins margins, SurveyCounts counts, Team& team);
  const Schema& schema() const override { return survey_->schema(); }
  std::int64_t households() const override { return survey_->households(); }
  std::int64_t persons() const override { return survey_->persons(); }
  std::int64_t cut_at(double share) const override { return survey_->cut_at(share); }
  void open_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override { survey_->open_window(first, last, wanted); }
  void expect_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override { survey_->expect_window(first, last, wanted); }
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override;
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override {
    survey_->announce(first, last, wanted, ahead);
  }

  const Calibration& calibration() const { return calibration_; }
  const Margins& margins() const { return margins_; }
  /// The survey's own weights.
  const std::vector<double>& design_weight() const { return design_weight_; }
  /// `factor`: of the survey's own weights in a replicate, by household. What the calibrated weights of that replicate are of the
  /// calibrated weights of the survey; 0 where it leaves a household out. Throws Error (bad_input) as calibrate does.
  std::vector<double> again(const std::vector<double>& factor, Team& team) const;

 private:
  std::unique_ptr<PopulationSource> survey_;
  Margins margins_;
  SurveyCounts counts_;
  Calibration calibration_;
  std::vector<double> design_weight_;
  rules::Input weight_;
};

}  // namespace puente
