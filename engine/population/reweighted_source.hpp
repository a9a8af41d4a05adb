// A population whose households weigh otherwise: `household.weight` times a factor each, as a replicate of a sample gives it.
// Everything else is the population's. As thread-safe as the population it stands on.
#pragma once

#include "engine/population/source.hpp"

namespace puente {

class ReweightedSource : public PopulationSource {
 public:
  /// `factor[i]` of household first + i; only these are loaded. Throws Error (bad_input) where no column says the weight.
  ReweightedSource(PopulationSource& of, std::int64_t first, std::span<const double> factor);
  const Schema& schema() const override { return of_.schema(); }
  std::int64_t households() const override { return of_.households(); }
  std::int64_t persons() const override { return of_.persons(); }
  std::int64_t cut_at(double share) const override { return of_.cut_at(share); }
  void open_window(std::int64_t first, std::int64_t last) override { of_.open_window(first, last); }
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override;
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override {
    of_.announce(first, last, wanted, ahead);
  }

 private:
  PopulationSource& of_;
  std::int64_t first_;
  std::span<const double> factor_;
  rules::Input weight_;
};

}  // namespace puente
