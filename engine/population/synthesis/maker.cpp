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

void HouseholdRun::next(MadeHousehold& made) {
  if (used_ == ahead) {
    for (std::size_t i = 0; i < ahead; ++i) number_[i] = next_ + static_cast<std::int64_t>(i) * stride_;
    draw_household_words(maker_.key(), ahead, number_.data(), words_.data());
    next_ += static_cast<std::int64_t>(ahead) * stride_;
    used_ = 0;
  }
  maker_.make(number_[used_], words_.data() + used_ * household_words, made);
  ++used_;
}

void HouseholdMaker::make(std::int64_t household, const std::uint32_t* first, MadeHousehold& made) const {
  made.number = household;
  made.cell = layout_.cell_of(household);
  const Cell& cell = layout_.cells()[made.cell];
  made.region = cell.region;
  made.area = cell.area;
  const auto area = static_cast<std::size_t>(cell.area);
  Words words(key_, household, first);
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
