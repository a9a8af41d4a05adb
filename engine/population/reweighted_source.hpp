// A population and a factor of each of its households, as a replicate of a sample gives it: one more column, by which weights
// count. Everything else is the population's. As thread-safe as the population it stands on.
#pragma once

#include <vector>

#include "engine/population/source.hpp"

namespace puente {

class ReweightedSource : public PopulationSource {
 public:
  /// Of the column, which no survey's own can have.
  static constexpr const char* factor_name = "factor of the replicate";
  static rules::Text factor_text() { return rules::Text::standalone("factor", std::string("household.`") + factor_name + "`"); }

  /// `factor[i]` of household i of the whole; must outlive the source.
  ReweightedSource(PopulationSource& of, std::span<const double> factor);
  const Schema& schema() const override { return schema_; }
  std::int64_t households() const override { return of_.households(); }
  std::int64_t persons() const override { return of_.persons(); }
  std::int64_t cut_at(double share) const override { return of_.cut_at(share); }
  void open_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override { of_.open_window(first, last, without_factor(wanted)); }
  void expect_window(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted) override { of_.expect_window(first, last, without_factor(wanted)); }
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override;
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override;

 private:
  std::vector<rules::Input> without_factor(std::span<const rules::Input> wanted) const;

  PopulationSource& of_;
  std::span<const double> factor_;
  Schema schema_;
  rules::Input column_, stand_in_;  ///< the factor's column, and one of the population that is loaded in its place
};

}  // namespace puente
