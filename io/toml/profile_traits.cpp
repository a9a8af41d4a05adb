#include "io/toml/profile_traits.hpp"

#include <cmath>

#include "engine/population/synthesis/traits.hpp"
#include "io/toml/policy_reader.hpp"

namespace puente::io {

namespace {

const toml::table none;
const std::vector<std::string> keys = {"area", "region", "quartile", "sex", "head_sex", "livelihood"};

class TraitReader {
 public:
  TraitReader(TomlFile& file, const Profile& profile, ProfileValues& values) : file_(file), values_(values) {
    known_.areas = profile.areas;
    known_.regions = profile.regions;
    known_.livelihoods = profile.livelihoods;
  }
  void read(const toml::table& table);
  std::vector<Trait> take() { return std::move(known_.traits); }

 private:
  void read_bands(TomlView& view, Trait& trait);
  bool read_variable(TomlView& view, const Trait& trait, TraitVariable& variable);
  void read_margin(const toml::table& table, Trait& trait);
  void read_offset(const toml::table& table, Trait& trait);
  std::vector<std::string> labels(const TraitVariable& variable) const;

  TomlFile& file_;
  ProfileValues& values_;
  Profile known_;  ///< what labels are looked up in, with the traits so far
};

std::vector<std::string> TraitReader::labels(const TraitVariable& variable) const {
  std::vector<std::string> names;
  for (std::size_t l = 0; l < labels_of(known_, variable); ++l) names.push_back(label_name(known_, variable, l));
  return names;
}

void TraitReader::read(const toml::table& table) {
  TomlView view(file_, table, "traits");
  Trait trait;
  trait.name = view.string("name");
  if (trait.name.empty()) file_.error(view.place(), "a trait has no name");
  trait.long_name = view.string("long_name");
  trait.entity = view.choice("entity", {"household", "person"}, 1) == 0 ? Entity::household : Entity::person;
  read_bands(view, trait);
  if (const toml::array* margins = view.array("margins"))
    for (const toml::node& node : *margins) read_margin(node.is_table() ? *node.as_table() : none, trait);
  else file_.error(view.place(), "the trait '" + trait.name + "' has no margins: [[traits.margins]] say who has it");
  if (const toml::array* offsets = view.array("offsets"))
    for (const toml::node& node : *offsets) read_offset(node.is_table() ? *node.as_table() : none, trait);
  view.finish();
  known_.traits.push_back(std::move(trait));
}

void TraitReader::read_bands(TomlView& view, Trait& trait) {
  const toml::array* ages = view.array("ages");
  if (trait.entity == Entity::household) {
    if (ages != nullptr) file_.error(view.place("ages"), "ages belong to traits of persons");
    trait.bands = {{0, 0, 0}};
    return;
  }
  trait.bands.clear();
  if (ages == nullptr) file_.error(view.place(), "the trait '" + trait.name + "' has no ages: bands of whole years, as in ages = [[6, 8], [9, 11]]");
  else
    for (const toml::node& node : *ages) {
      const toml::array* pair = node.as_array();
      AgeBand band{0, -1, 0};
      if (pair != nullptr && pair->size() == 2) band = {pair->at(0).value_or(0), pair->at(1).value_or(-1), 0};
      if (band.from < 0 || band.to < band.from || band.to > 120) view.wrong(node, "ages", "pairs of whole years, as in [[6, 8], [9, 11]]");
      else if (!trait.bands.empty() && band.from <= trait.bands.back().to) file_.error(file_.place(node.source()), "ages rise from band to band and do not overlap");
      else trait.bands.push_back(band);
    }
  if (trait.bands.empty()) trait.bands = {{0, 0, 0}};
  if (view.find("slope") == nullptr) return;
  const auto slopes = values_.list(view, "slope", trait.bands.size(), "log odds a year of age, one each band", -10, 10);
  for (std::size_t b = 0; b < trait.bands.size(); ++b) trait.bands[b].slope = slopes[b];
}

bool TraitReader::read_variable(TomlView& view, const Trait& trait, TraitVariable& variable) {
  const auto by = view.text("by");
  if (!by) {
    file_.error(view.place(), "`by` is missing: area, region, quartile, sex, head_sex, livelihood or an earlier trait");
    return false;
  }
  std::vector<std::string> names = keys;
  for (const Trait& earlier : known_.traits) names.push_back(earlier.name);
  const int at = index_of(file_, *by, by->text, names, "variable of traits");
  if (at < 0) return false;
  variable.key = static_cast<TraitKey>(std::min(at, static_cast<int>(keys.size())));
  variable.trait = at < static_cast<int>(keys.size()) ? 0 : static_cast<std::size_t>(at) - keys.size();
  const bool of_person = variable.key == TraitKey::sex || (variable.key == TraitKey::trait && known_.traits[variable.trait].entity == Entity::person);
  if (of_person && trait.entity == Entity::household) {
    file_.error(*by, "'" + by->text + "' is a person's, and '" + trait.name + "' is a household's");
    return false;
  }
  return true;
}

void TraitReader::read_margin(const toml::table& table, Trait& trait) {
  TomlView view(file_, table, "traits.margins");
  TraitMargin margin;
  margin.place = place_of(view.place());
  const toml::table* shares = view.table("shares");
  const bool partial = view.boolean("partial", false);
  const bool known = read_variable(view, trait, margin.by);
  values_.fact(view, "traits." + trait.name + " by " + view.string("by"));
  view.finish();
  if (shares == nullptr) file_.error(view.place(), "shares are missing: percentages by label, one each age band");
  if (!known || shares == nullptr) return;
  const std::vector<std::string> names = labels(margin.by);
  margin.share.assign(names.size(), std::vector<double>(trait.bands.size(), std::nan("")));
  TomlView inner(file_, *shares, "shares");
  for (const auto& [name, node] : in_file_order(*shares)) {
    const int at = index_of(file_, inner.place(name.c_str()), name, names, "label of '" + view.string("by") + "'");
    if (at < 0) continue;
    std::vector<double> row;
    if (node->is_number()) row.assign(1, values_.number(inner, name.c_str(), 0, 100));
    else row = values_.list(inner, name.c_str(), trait.bands.size(), "one percentage each age band", 0, 100);
    row.resize(trait.bands.size(), row.front());
    for (double& share : row) share /= 100;
    margin.share[static_cast<std::size_t>(at)] = row;
  }
  for (std::size_t l = 0; l < names.size(); ++l)
    if (std::isnan(margin.share[l][0]) && !partial)
      file_.error(view.place("shares"), "the margin of '" + trait.name + "' by " + view.string("by") + " misses '" + names[l] + "'; if it was not published, say partial = true");
  trait.margins.push_back(std::move(margin));
}

void TraitReader::read_offset(const toml::table& table, Trait& trait) {
  TomlView view(file_, table, "traits.offsets");
  TraitOffset offset;
  const bool known = read_variable(view, trait, offset.by);
  if (known) offset.log_odds = values_.by_name(view, "log_odds", labels(offset.by), 0);
  values_.fact(view, "traits." + trait.name + " by " + view.string("by"));
  view.finish();
  if (known) trait.offsets.push_back(std::move(offset));
}

}  // namespace

std::vector<Trait> read_traits(TomlView& root, const Profile& profile, ProfileValues& values) {
  TraitReader reader(root.file(), profile, values);
  if (const toml::array* traits = root.array("traits"))
    for (const toml::node& node : *traits) reader.read(node.is_table() ? *node.as_table() : none);
  std::vector<Trait> all = reader.take();
  if (all.size() > most_traits) {
    root.file().error(root.place("traits"), "there are " + std::to_string(all.size()) + " traits, more than " + std::to_string(most_traits));
    all.resize(most_traits);
  }
  return all;
}

}  // namespace puente::io
