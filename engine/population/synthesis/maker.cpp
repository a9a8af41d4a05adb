#include "engine/population/synthesis/maker.hpp"

#include "engine/core/elementary.hpp"
#include "engine/core/random.hpp"
#include "engine/population/synthesis/words.hpp"

namespace puente {

namespace {

/// A household's first words, which make the noise of its welfare.
constexpr std::size_t noise_words = 2;

}  // namespace

HouseholdMaker::HouseholdMaker(const Profile& profile, std::int64_t households)
    : profile_(profile), households_(households), layout_(profile, households),
      key_(purpose_key(profile.seed, "synthesis.household")) {
  for (const Area& area : profile.areas) {
    families_.emplace_back(area.family);
    livelihoods_.emplace_back(area.livelihood);
  }
  for (int n = 0; n <= Family::most_members; ++n) log_size_.push_back(n < 2 ? 0 : log(n));
  for (const Cell& cell : layout_.cells())
    place_welfare_.push_back(profile.areas[static_cast<std::size_t>(cell.area)].welfare +
                             profile.regions[static_cast<std::size_t>(cell.region)].welfare);
}

void HouseholdMaker::make(std::int64_t household, std::size_t cell, const std::uint32_t* first, double noise, MadeHousehold& made) const {
  made.number = household;
  made.cell = cell;
  made.region = layout_.cells()[cell].region;
  made.area = layout_.cells()[cell].area;
  const auto area = static_cast<std::size_t>(made.area);
  Words words(key_, household, first);
  words.skip(noise_words);
  const std::size_t livelihood = livelihoods_[area].pick(words.uniform()).index;
  made.livelihood = static_cast<int>(livelihood);
  families_[area].make(words, made.family);
  const WelfareProfile& welfare = profile_.welfare;
  made.index = place_welfare_[cell] + welfare.livelihood[livelihood] + (made.head_sex() == Sex::female ? welfare.female_head : 0) +
               welfare.log_size * log_size_[static_cast<std::size_t>(made.family.members)] + welfare.noise * noise;
}

HouseholdRun::HouseholdRun(const HouseholdMaker& maker, std::int64_t first, std::int64_t stride)
    : maker_(maker), next_(first), stride_(stride), cell_(maker.layout().cell_of(first)) {}

std::span<MadeHousehold> HouseholdRun::next(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) number_[i] = next_ + static_cast<std::int64_t>(i) * stride_;
  draw_household_words(maker_.key(), count, number_.data(), words_.data());
  for (std::size_t i = 0; i < count; ++i) noise_[i] = Words::fine_uniform_of(words_.data() + i * household_words);
  inverse_normal_cdf(noise_.data(), count, noise_.data());
  const std::vector<Cell>& cells = maker_.layout().cells();
  for (std::size_t i = 0; i < count; ++i) {
    while (number_[i] >= cells[cell_].last) ++cell_;
    maker_.make(number_[i], cell_, words_.data() + i * household_words, noise_[i], made_[i]);
  }
  next_ += static_cast<std::int64_t>(count) * stride_;
  return {made_.data(), count};
}

}  // namespace puente
