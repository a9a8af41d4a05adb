#include "engine/population/synthesis/maker.hpp"

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
#include "engine/population/synthesis/words.hpp"

namespace puente {

HouseholdMaker::HouseholdMaker(const Profile& profile, std::int64_t households)
    : profile_(profile), households_(households), layout_(profile, households),
      key_(purpose_key(profile.seed, "synthesis.household")) {
  for (const Area& area : profile.areas) {
    families_.emplace_back(area.family);
    livelihoods_.emplace_back(area.livelihood);
  }
  for (int n = 0; n <= Family::most_members; ++n) log_size_.push_back(n < 2 ? 0 : log(n));
}

void HouseholdMaker::make(std::int64_t household, MadeHousehold& made) const {
  made.number = household;
  made.cell = layout_.cell_of(household);
  const Cell& cell = layout_.cells()[made.cell];
  made.region = cell.region;
  made.area = cell.area;
  const auto area = static_cast<std::size_t>(cell.area);
  Words words(key_, household);
  const double noise = inverse_normal_cdf(words.fine_uniform());
  const std::size_t livelihood = livelihoods_[area].pick(words.uniform()).index;
  made.livelihood = static_cast<int>(livelihood);
  families_[area].make(words, made.family);
  const WelfareProfile& welfare = profile_.welfare;
  made.index = profile_.areas[area].welfare + profile_.regions[static_cast<std::size_t>(cell.region)].welfare +
               welfare.livelihood[livelihood] + (made.head_sex() == Sex::female ? welfare.female_head : 0) +
               welfare.log_size * log_size_[static_cast<std::size_t>(made.family.members)] + welfare.noise * noise;
}

}  // namespace puente
