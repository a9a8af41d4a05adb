#include "engine/run/age_bands.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/core/keep_where.hpp"

namespace puente {

namespace {

/// Whether `kept` is these values, bit by bit; it is, afterwards.
bool stays(std::vector<double>& kept, const double* values, std::size_t n) {
  if (kept.size() == n && (n == 0 || std::memcmp(kept.data(), values, n * sizeof(double)) == 0)) return true;
  kept.assign(values, values + n);
  return false;
}

}  // namespace

AgeBands::AgeBands(const Study& study)
    : study_(study), sexes_(1 + study.sex_labels.size()), persons_(study.model.statistics.age_bands.size() * sexes_) {}

void AgeBands::find(const BlockProcessor& processor) {
  const std::size_t n = processor.rows().persons;
  const double* age = processor.result(*study_.measures, study_.age);
  const double* sex = study_.sex.index >= 0 ? processor.result(*study_.measures, study_.sex) : nullptr;
  const bool same_ages = stays(age_, age, n), same_sexes = sex == nullptr || stays(sex_, sex, n);
  if (!same_ages || !same_sexes) gather(age, sex);
}

void AgeBands::gather(const double* age, const double* sex) {
  const auto& bands = study_.model.statistics.age_bands;
  for (std::vector<std::int32_t>& persons : persons_) persons.clear();
  if (bands.empty()) return;
  const double from = std::min_element(bands.begin(), bands.end())->first;
  const double end = 1 + std::max_element(bands.begin(), bands.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->second;
  keep_where(age_.size(), [=](std::size_t i) { return (age[i] >= from) & (age[i] < end); }, of_age_);
  for (std::size_t b = 0; b < bands.size(); ++b)
    for (const std::int32_t person : of_age_) {
      const auto i = static_cast<std::size_t>(person);
      if (!(age[i] >= bands[b].first && age[i] < bands[b].second + 1)) continue;
      const std::size_t x = sex == nullptr || std::isnan(sex[i]) ? 0 : 1 + static_cast<std::size_t>(sex[i]);
      persons_[b * sexes_ + x].push_back(person);
    }
}

}  // namespace puente
