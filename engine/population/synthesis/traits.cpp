#include "engine/population/synthesis/traits.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"
#include "engine/core/random.hpp"

namespace puente {

namespace {

bool same(const TraitVariable& a, const TraitVariable& b) {
  return a.key == b.key && (a.key != TraitKey::trait || a.trait == b.trait);
}

const std::vector<std::string> quartile_names = {"poorest", "second", "third", "richest"};
const std::vector<std::string> sex_names = {"male", "female"};
const std::vector<std::string> answers = {"no", "yes"};

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

std::vector<std::string> label_names(const Profile& profile, TraitKey key) {
  switch (key) {
    case TraitKey::area: return names_of(profile.areas);
    case TraitKey::region: return names_of(profile.regions);
    case TraitKey::livelihood: return profile.livelihoods;
    case TraitKey::quartile: return quartile_names;
    case TraitKey::sex:
    case TraitKey::head_sex: return sex_names;
    case TraitKey::trait: break;
  }
  return answers;
}

}  // namespace

std::size_t labels_of(const Profile& profile, const TraitVariable& variable) { return label_names(profile, variable.key).size(); }

std::string label_name(const Profile& profile, const TraitVariable& variable, std::size_t label) {
  return label_names(profile, variable.key)[label];
}

std::string variable_name(const Profile& profile, const TraitVariable& variable) {
  switch (variable.key) {
    case TraitKey::area: return "area";
    case TraitKey::region: return "region";
    case TraitKey::livelihood: return "livelihood";
    case TraitKey::quartile: return "quartile";
    case TraitKey::sex: return "sex";
    case TraitKey::head_sex: return "head_sex";
    case TraitKey::trait: break;
  }
  return profile.traits[variable.trait].name;
}

TraitCells::TraitCells(const Profile& profile, std::size_t trait) : trait_(&profile.traits[trait]) {
  const auto use = [this](const TraitVariable& variable) {
    if (std::none_of(variables_.begin(), variables_.end(), [&](const TraitVariable& v) { return same(v, variable); }))
      variables_.push_back(variable);
  };
  for (const TraitMargin& margin : trait_->margins) use(margin.by);
  for (const TraitOffset& offset : trait_->offsets) use(offset.by);
  for (const TraitVariable& variable : variables_) {
    labels_.push_back(labels_of(profile, variable));
    per_age_ *= labels_.back();
  }
  if (trait_->entity == Entity::household) age_band_ = {0};
  else {
    first_age_ = trait_->bands.front().from;
    age_band_.assign(static_cast<std::size_t>(trait_->bands.back().to - first_age_ + 1), -1);
    for (std::size_t b = 0; b < trait_->bands.size(); ++b)
      for (int age = trait_->bands[b].from; age <= trait_->bands[b].to; ++age)
        age_band_[static_cast<std::size_t>(age - first_age_)] = static_cast<int>(b);
  }
  count_ = age_band_.size() * per_age_;
  std::int32_t stride = 1;
  for (std::size_t v = variables_.size(); v-- > 0; stride *= static_cast<std::int32_t>(labels_[v])) {
    if (variables_[v].key == TraitKey::trait) earlier_.push_back({variables_[v].trait, stride});
    else stride_[static_cast<std::size_t>(variables_[v].key)] = stride;
  }
  constexpr std::size_t ages = 128;  // nobody is older
  const bool by_age = trait_->entity == Entity::person;
  first_cell_.assign(ages, by_age ? nobody : 0);
  for (std::size_t a = 0; by_age && a < age_band_.size(); ++a)
    if (const std::size_t age = a + static_cast<std::size_t>(first_age_); age_band_[a] >= 0 && age < first_cell_.size())
      first_cell_[age] = static_cast<std::int32_t>(a * per_age_);
}

std::int64_t TraitCells::cell_of(const MadeHousehold& made, int member) const {
  return std::max<std::int64_t>(-1, place_of(made, static_cast<std::size_t>(member)));
}

void TraitCells::weigh(const MadeHousehold& made, std::int64_t weight, std::vector<std::int64_t>& cells) const {
  const int members = trait_->entity == Entity::household ? 1 : made.family.members;
  for (int m = 0; m < members; ++m)
    if (const std::int64_t cell = cell_of(made, m); cell >= 0) cells[static_cast<std::size_t>(cell)] += weight;
}

std::size_t TraitCells::label(std::size_t cell, std::size_t variable) const {
  for (std::size_t v = variables_.size() - 1; v > variable; --v) cell /= labels_[v];
  return cell % labels_[variable];
}

std::size_t TraitCells::variable_of(const TraitVariable& variable) const {
  for (std::size_t v = 0; v < variables_.size(); ++v)
    if (same(variables_[v], variable)) return v;
  expect(false, "a trait's cells know its variables");
  return 0;
}

TraitTables::TraitTables(const Profile& profile) : key_(purpose_key(profile.seed, "synthesis.traits")) {
  for (std::size_t t = 0; t < profile.traits.size(); ++t) {
    cells_.emplace_back(profile, t);
    if (profile.traits[t].entity != Entity::person) continue;
    youngest_ = std::min(youngest_, profile.traits[t].bands.front().from);
    oldest_ = std::max(oldest_, profile.traits[t].bands.back().to);
  }
}

void TraitTables::add(std::vector<double> probability) {
  std::vector<std::int64_t> below;
  for (const double p : probability) below.push_back(static_cast<std::int64_t>(std::ceil(p * 0x1p32 - 0.5)));
  words_below_.push_back(std::move(below));
  probability_.push_back(std::move(probability));
}

void TraitTables::draw(std::span<MadeHousehold> made, Scratch& scratch) const {
  scratch.place.clear();
  for (std::size_t h = 0; h < made.size(); ++h) {
    made[h].traits = {};
    scratch.place.push_back(static_cast<std::uint32_t>(h * Family::most_members));
  }
  draw_of(Entity::household, made, scratch);
  scratch.place.resize(made.size() * Family::most_members);
  std::size_t persons = 0;
  for (std::size_t h = 0; h < made.size(); ++h)
    for (std::size_t m = 0; m < static_cast<std::size_t>(made[h].family.members); ++m) {
      const int age = made[h].family.member[m].age;
      scratch.place[persons] = static_cast<std::uint32_t>(h * Family::most_members + m);
      persons += (age >= youngest_) & (age <= oldest_) ? 1 : 0;  // not branched on: nobody could guess
    }
  scratch.place.resize(persons);
  draw_of(Entity::person, made, scratch);
}

namespace {

constexpr auto members = static_cast<std::uint32_t>(Family::most_members);

}  // namespace

/// Trait t takes word t mod 4 of block t/4 of the unit's own blocks.
void TraitTables::draw_of(Entity entity, std::span<MadeHousehold> made, Scratch& scratch) const {
  const std::span<const std::uint32_t> place = scratch.place;
  scratch.number.resize(place.size());
  scratch.line.resize(place.size());
  scratch.words.resize(4 * place.size());
  for (std::size_t i = 0; i < place.size(); ++i) {
    scratch.number[i] = made[place[i] / members].number;
    scratch.line[i] = static_cast<std::uint16_t>(entity == Entity::person ? place[i] % members + 1 : 0);
  }
  std::size_t block = ~std::size_t{0};
  for (std::size_t t = 0; t < probability_.size(); ++t) {
    const TraitCells& cells = cells_[t];
    if (cells.trait().entity != entity) continue;
    if (block != t / 4) {
      block = t / 4;
      draw_words(key_, place.size(), scratch.number.data(), scratch.line.data(), static_cast<std::uint32_t>(block), scratch.words.data());
    }
    const std::int64_t* below = words_below_[t].data();
    const std::uint32_t who = entity == Entity::household ? ~0U : 1U;  // a household's is everybody's
    for (std::size_t i = 0; i < place.size(); ++i) {
      MadeHousehold& household = made[place[i] / members];
      const std::uint32_t member = place[i] % members;
      const std::int32_t cell = cells.place_of(household, member);
      // All bits where it has the trait: by signs, as a branch could not be guessed.
      const std::int64_t has = (std::int64_t{scratch.words[4 * i + t % 4]} - below[std::max(0, cell)]) & ~std::int64_t{cell};
      household.traits[t] |= static_cast<std::uint32_t>(has >> 63) & who << member;
    }
  }
}

}  // namespace puente
