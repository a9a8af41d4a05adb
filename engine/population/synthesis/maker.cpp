#include "engine/population/synthesis/maker.hpp"

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"

namespace puente {

HouseholdMaker::HouseholdMaker(const Profile& profile, std::int64_t households)
    : profile_(profile), households_(households), layout_(profile, households),
      key_(purpose_key(profile.seed, "synthesis.household")) {
  for (const Area& area : profile.areas) {
    families_.emplace_back(area.family, profile.seed);
    double before = 0;
    livelihoods_.emplace_back();
    for (const double share : area.livelihood) livelihoods_.back().push_back(before += share);
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
  families_[area].make(household, made.family);
  const auto words = draw_words(key_, {household, 0, 0, 0});
  const double u = (static_cast<double>(words[2]) + 0.5) * 0x1p-32;
  const std::vector<double>& cumulated = livelihoods_[area];
  std::size_t l = 0;
  while (l + 1 < cumulated.size() && u >= cumulated[l]) ++l;
  made.livelihood = static_cast<int>(l);
  const WelfareProfile& welfare = profile_.welfare;
  const double noise = inverse_normal_cdf(uniform_of_bits((std::uint64_t{words[1]} << 32) | words[0]));
  made.index = profile_.areas[area].welfare + profile_.regions[static_cast<std::size_t>(cell.region)].welfare +
               welfare.livelihood[l] + (made.head_sex() == Sex::female ? welfare.female_head : 0) +
               welfare.log_size * log_size_[static_cast<std::size_t>(made.family.members)] + welfare.noise * noise;
}

}  // namespace puente
