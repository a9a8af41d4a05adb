#include "engine/population/synthesis/traits.hpp"

#include <algorithm>

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
}

std::size_t TraitCells::label_of(const TraitVariable& variable, const MadeHousehold& made, int member) {
  switch (variable.key) {
    case TraitKey::area: return static_cast<std::size_t>(made.area);
    case TraitKey::region: return static_cast<std::size_t>(made.region);
    case TraitKey::livelihood: return static_cast<std::size_t>(made.livelihood);
    case TraitKey::quartile: return static_cast<std::size_t>(made.quartile);
    case TraitKey::sex: return made.family.member[static_cast<std::size_t>(member)].sex == Sex::female ? 1 : 0;
    case TraitKey::head_sex: return made.head_sex() == Sex::female ? 1 : 0;
    case TraitKey::trait: break;
  }
  return (made.traits[variable.trait] >> member) & 1U;
}

std::int64_t TraitCells::cell_of(const MadeHousehold& made, int member) const {
  std::size_t cell = 0;
  if (trait_->entity == Entity::person) {
    const int age = made.family.member[static_cast<std::size_t>(member)].age - first_age_;
    if (age < 0 || age >= static_cast<int>(age_band_.size()) || age_band_[static_cast<std::size_t>(age)] < 0) return -1;
    cell = static_cast<std::size_t>(age);
  }
  for (std::size_t v = 0; v < variables_.size(); ++v) cell = cell * labels_[v] + label_of(variables_[v], made, member);
  return static_cast<std::int64_t>(cell);
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

void TraitTables::draw(MadeHousehold& made) const {
  made.traits = {};
  draw_of(Entity::household, made, 0);
  for (int m = 0; m < made.family.members; ++m) {
    const int age = made.family.member[static_cast<std::size_t>(m)].age;
    if (age >= youngest_ && age <= oldest_) draw_of(Entity::person, made, m);
  }
}

/// Trait t takes word t mod 4 of block t/4 of the unit's own blocks.
void TraitTables::draw_of(Entity entity, MadeHousehold& made, int member) const {
  DrawPlace place{made.number, static_cast<std::uint16_t>(entity == Entity::person ? member + 1 : 0), 0, ~0U};
  std::array<std::uint32_t, 4> words{};
  for (std::size_t t = 0; t < probability_.size(); ++t) {
    if (cells_[t].trait().entity != entity) continue;
    const std::int64_t cell = cells_[t].cell_of(made, member);
    if (cell < 0) continue;
    if (const auto block = static_cast<std::uint32_t>(t / 4); place.replicate != block) {
      place.replicate = block;
      words = draw_words(key_, place);
    }
    const double uniform = (static_cast<double>(words[t % 4]) + 0.5) * 0x1p-32;
    if (uniform < probability_[t][static_cast<std::size_t>(cell)]) made.traits[t] |= entity == Entity::household ? ~0U : 1U << member;
  }
}

}  // namespace puente
