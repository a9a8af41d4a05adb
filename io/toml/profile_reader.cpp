#include "io/toml/profile_reader.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <tuple>

#include "engine/population/synthesis/welfare_curve.hpp"
#include "io/toml/column_reader.hpp"
#include "io/toml/policy_reader.hpp"
#include "io/toml/profile_traits.hpp"
#include "io/toml/profile_values.hpp"
#include "io/toml/read_text.hpp"
#include "io/toml/uncertainty_reader.hpp"

namespace puente::io {

namespace {

const char* const age_group_names = "five-year groups 0-4, 5-9, …, 75-79, 80 and over";
constexpr double most_persons = 3e9;

class Reader {
 public:
  Reader(const std::string& path, std::string content) : file_(TomlFile::parse(path, std::move(content))), values_(profile_.facts) {
    profile_.path = path;
  }
  ProfileFile read();

 private:
  using Names = std::vector<std::string>;
  const toml::table& section(TomlView& root, const char* key, const std::string& what);
  void put_onto_base();
  void read_notes(TomlView& root);
  void read_people(TomlView& root);
  void read_livelihoods(TomlView& root);
  void read_livelihood_numbers(TomlView& livelihoods);
  void read_areas(TomlView& root);
  void read_family(TomlView& area, FamilyPattern& family);
  void read_regions(TomlView& root);
  void read_region(const toml::table& table, Names& numbers, std::vector<double>& persons);
  void check_areas(TomlView& root);
  void read_units(TomlView& root);
  std::vector<std::int64_t> unit_counts(TomlView& unit);
  void read_welfare(TomlView& root);
  void read_points(TomlView& welfare);
  void read_columns_and_parameters(TomlView& root);

  TomlFile file_;
  Profile profile_;
  ProfileValues values_;
  std::vector<rules::Text> share_place_;        ///< of [areas.NAME] share, where given
  std::vector<double> published_share_;         ///< of areas, NaN where not given
  std::vector<std::map<std::string, double>> extra_;  ///< whole-number keys of each region
  std::vector<std::string> region_keys_;
};

const toml::table none;

const toml::table& Reader::section(TomlView& root, const char* key, const std::string& what) {
  const toml::table* table = root.table(key);
  if (table == nullptr) file_.error(root.place(), std::string("[") + key + "] is missing: " + what);
  return table == nullptr ? none : *table;
}

/// A variant of another profile says only what differs from it.
void Reader::put_onto_base() {
  TomlView root(file_, file_.root, "");
  const auto name = root.text("base");
  if (!name) return;
  const std::string path = (std::filesystem::path(profile_.path).parent_path() / name->text).lexically_normal().string();
  TomlFile base = TomlFile::parse(path, read_text(path));
  if (base.root.contains("base")) file_.error(*name, path + " has a base itself: name the profile that has none");
  file_.put_onto(std::move(base));
}

ProfileFile Reader::read() {
  put_onto_base();
  TomlView root(file_, file_.root, "");
  root.find("base");
  if (root.number("format").value_or(0) != 1) file_.error(root.place("format"), "`format = 1` says which version of the profile format the file is written in");
  root.choice("kind", {"profile"}, 0);
  read_notes(root);
  read_people(root);
  read_livelihoods(root);
  read_areas(root);
  read_regions(root);
  check_areas(root);
  read_units(root);
  read_welfare(root);
  profile_.traits = read_traits(root, profile_, values_);
  read_columns_and_parameters(root);
  root.finish();
  ProfileFile result;
  result.content = (file_.base ? file_.base->content : "") + file_.source->content;
  result.profile = std::move(profile_);
  result.diagnostics = std::move(file_.diagnostics);
  return result;
}

void Reader::read_notes(TomlView& root) {
  PopulationNotes& notes = profile_.notes;
  notes.title = root.string("title");
  notes.licence = root.string("licence");
  notes.source = root.string("source");
  notes.currency = root.string("currency");
  notes.price_reference = root.string("price_reference");
  notes.origin = "synthetic";
  profile_.households = static_cast<std::int64_t>(root.number("households").value_or(0));
  profile_.seed = static_cast<std::uint64_t>(root.number("seed").value_or(0));
  for (const rules::Text& name : root.texts("leave_out")) profile_.derivation.left_out.push_back(name.text);
  if (root.find("weight_bounds") == nullptr) return;
  const std::vector<double> bounds = values_.list(root, "weight_bounds", 2, "the least and the largest weight, relative to the mean", 0, 1000);
  if (!(bounds[0] < 1 && bounds[1] > 1)) file_.error(root.place("weight_bounds"), "weight_bounds lie on either side of 1, as in [0.25, 4]");
  else std::tie(profile_.least_weight, profile_.most_weight) = std::pair(bounds[0], bounds[1]);
}

void Reader::read_people(TomlView& root) {
  TomlView people(file_, section(root, "people", "how many persons, and their ages"), "people");
  profile_.persons = values_.number(people, "persons", 1, most_persons);
  profile_.female = values_.percent(people, "female");
  const std::vector<double> ages = values_.shares(people, "ages", age_groups, age_group_names);
  std::copy_n(ages.begin(), age_groups, profile_.age.begin());
  values_.fact(people, "people");
  people.finish();
}

void Reader::read_livelihoods(TomlView& root) {
  TomlView view(file_, section(root, "livelihoods", "what households live of, by area"), "livelihoods");
  for (const rules::Text& name : view.texts("names")) profile_.livelihoods.push_back(name.text);
  if (profile_.livelihoods.empty()) {
    file_.error(view.place(), "livelihoods.names is missing: one name each, as in [\"farm\", \"wage\"]");
    profile_.livelihoods = {"any"};
  }
  profile_.welfare.livelihood = values_.by_name(view, "welfare", profile_.livelihoods, 0);
  read_livelihood_numbers(view);
  if (const toml::table* areas = root.table("areas"))
    for (const auto& [name, node] : in_file_order(*areas)) {
      profile_.areas.emplace_back();
      profile_.areas.back().name = name;
      profile_.areas.back().livelihood = values_.shares_by_name(view, name.c_str(), profile_.livelihoods);
    }
  values_.fact(view, "livelihoods");
  view.finish();
}

void Reader::read_livelihood_numbers(TomlView& livelihoods) {
  const toml::table* table = livelihoods.table("numbers");
  if (table == nullptr) return;
  TomlView view(file_, *table, "livelihoods.numbers");
  for (const auto& [name, node] : in_file_order(*table)) {
    if (!node->is_table()) continue;
    LivelihoodNumber number{name, values_.by_name(view, name.c_str(), profile_.livelihoods, std::nan(""))};
    for (std::size_t l = 0; l < number.value.size(); ++l)
      if (std::isnan(number.value[l])) file_.error(view.place(name.c_str()), view.path(name.c_str()) + " misses '" + profile_.livelihoods[l] + "'");
    profile_.livelihood_numbers.push_back(std::move(number));
  }
  values_.fact(view, "livelihoods.numbers");
  view.finish();
}

void Reader::read_areas(TomlView& root) {
  TomlView areas(file_, section(root, "areas", "as in [areas.rural] and [areas.urban]"), "areas");
  for (Area& area : profile_.areas) {
    const toml::table* table = areas.table(area.name.c_str());
    TomlView view(file_, table == nullptr ? none : *table, "areas." + area.name);
    area.household_size = values_.number(view, "household_size", 1, 30);
    area.welfare = values_.number_or(view, "welfare", -10, 10, 0);
    share_place_.push_back(view.place("share"));
    published_share_.push_back(view.find("share") == nullptr ? std::nan("") : values_.percent(view, "share"));
    read_family(view, area.family);
    values_.fact(view, "areas." + area.name);
    view.finish();
  }
  if (profile_.areas.empty()) profile_.areas.resize(1);
}

void Reader::read_family(TomlView& area, FamilyPattern& family) {
  const toml::table* table = area.table("family");
  if (table == nullptr) file_.error(area.place(), area.path("family") + " is missing: how families are made");
  TomlView view(file_, table == nullptr ? none : *table, area.path("family"));
  const auto heads = values_.shares(view, "head_ages", head_groups, "heads by age, 15-19, 20-24, …, 75-79, 80 and over");
  const auto births = values_.shares(view, "birth_ages", birth_groups, "births by the mother's age, 15-19, …, 45-49");
  const auto others = values_.shares(view, "other_ages", age_groups, age_group_names);
  std::copy_n(heads.begin(), head_groups, family.head_age.begin());
  std::copy_n(births.begin(), birth_groups, family.birth_age.begin());
  std::copy_n(others.begin(), age_groups, family.other_age.begin());
  family.female_head = values_.percent(view, "female_heads");
  family.partner_of_man = values_.percent(view, "men_with_partner");
  family.partner_of_woman = values_.percent(view, "women_with_partner");
  family.age_gap = values_.number(view, "age_gap", -10, 20);
  family.age_gap_spread = values_.number(view, "age_gap_spread", 0, 10);
  family.births = values_.number(view, "births", 0, 12);
  family.leave_age = values_.number(view, "leave_age", 10, 60);
  family.leave_spread = values_.number(view, "leave_spread", 0.1, 20);
  family.lone_father = values_.percent(view, "lone_fathers");
  family.parent = values_.percent(view, "with_parent");
  family.parent_female = values_.percent(view, "parents_female");
  family.others = values_.number(view, "others", 0, 8);
  values_.fact(view, area.path("family"));
  view.finish();
}

void Reader::read_regions(TomlView& root) {
  TomlView view(file_, section(root, "regions", "the regions with their shares of the population"), "regions");
  for (const rules::Text& name : view.texts("numbers")) profile_.region_numbers.push_back(name.text);
  for (const rules::Text& name : view.texts("counts")) region_keys_.push_back(name.text);
  std::vector<double> persons;
  if (const toml::array* table = view.array("table")) {
    for (const toml::node& row : *table) {
      if (row.is_table()) read_region(*row.as_table(), profile_.region_numbers, persons);
      else view.wrong(row, "table", "one table a region, as in { name = \"North\", share = 12.5, urban = 20 }");
    }
  }
  if (profile_.regions.empty()) file_.error(view.place(), "regions.table is missing: { name, share, and the percentage of each area but the first }");
  ProfileValues::add_up(file_, view.place("table"), "the shares of regions", persons);
  for (std::size_t r = 0; r < profile_.regions.size(); ++r)
    for (double& share : profile_.regions[r].share) share *= persons[r];
  values_.fact(view, "regions");
  view.finish();
}

/// The first area has what the others leave.
void Reader::read_region(const toml::table& table, Names& numbers, std::vector<double>& persons) {
  TomlView view(file_, table, "regions.table");
  Region region;
  region.name = view.string("name");
  if (region.name.empty()) file_.error(view.place(), "a region has no name");
  for (const Region& other : profile_.regions)
    if (other.name == region.name) file_.error(view.place("name"), "the region '" + region.name + "' is there twice");
  persons.push_back(values_.number(view, "share", 0, 100));
  region.share.assign(profile_.areas.size(), 1);
  for (std::size_t a = 1; a < profile_.areas.size(); ++a) {
    region.share[a] = values_.percent(view, profile_.areas[a].name.c_str());
    region.share[0] -= region.share[a];
  }
  if (region.share[0] < -1e-9)
    file_.error(view.place(), "the areas of '" + region.name + "' have " + shortest(100 * (1 - region.share[0])) + " % of it, more than 100");
  region.share[0] = std::max(0.0, region.share[0]);
  region.welfare = values_.number_or(view, "welfare", -10, 10, 0);
  for (const std::string& name : numbers) region.numbers.push_back(values_.number(view, name.c_str(), -1e15, 1e15));
  extra_.emplace_back();
  for (const std::string& name : region_keys_) extra_.back()[name] = values_.number(view, name.c_str(), 1, 1e6);
  view.finish();
  profile_.regions.push_back(std::move(region));
}

/// What areas and regions both say must agree: an area's share, and the mean household size.
void Reader::check_areas(TomlView& root) {
  double households = 0;
  for (std::size_t a = 0; a < profile_.areas.size(); ++a) {
    double share = 0;
    for (const Region& region : profile_.regions) share += region.share[a];
    households += share / profile_.areas[a].household_size;
    if (a < published_share_.size() && std::abs(share - published_share_[a]) > 0.001)
      file_.error(share_place_[a], "areas." + profile_.areas[a].name + ".share is " + shortest(100 * published_share_[a]) +
                                       " %, but the regions' own shares make it " + shortest(std::round(share * 1e5) / 1e3) + " %");
  }
  if (const toml::table* table = root.table("household_size")) {
    TomlView view(file_, *table, "household_size");
    const double size = view.number("value").value_or(0);
    values_.fact(view, "household_size");
    view.finish();
    if (std::abs(size * households - 1) > 0.005)
      file_.error(view.place(), "household_size is " + shortest(size) + ", but the areas' sizes and shares make it " +
                                    shortest(std::round(1000 / households) / 1000));
  }
}

std::vector<std::int64_t> Reader::unit_counts(TomlView& unit) {
  const toml::node* node = unit.find("count");
  std::vector<std::int64_t> counts(profile_.regions.size(), 1);
  if (node != nullptr && node->is_string()) {
    const auto key = unit.text("count");
    if (index_of(file_, *key, key->text, region_keys_, "count of regions (listed in regions.counts)") < 0) return counts;
    for (std::size_t r = 0; r < counts.size(); ++r) counts[r] = static_cast<std::int64_t>(extra_[r][key->text]);
    return counts;
  }
  counts.assign(counts.size(), static_cast<std::int64_t>(values_.number(unit, "count", 1, 1e6)));
  return counts;
}

void Reader::read_units(TomlView& root) {
  Names names;
  if (const toml::array* units = root.array("units"))
    for (const toml::node& node : *units) {
      TomlView view(file_, node.is_table() ? *node.as_table() : none, "units");
      UnitLevel level;
      level.name = view.string("name");
      level.long_name = view.string("long_name");
      level.count = unit_counts(view);
      values_.fact(view, "units." + level.name);
      view.finish();
      names.push_back(level.name);
      profile_.units.push_back(std::move(level));
    }
  const toml::table* draws = root.table("draws");
  if (draws == nullptr) return;
  TomlView view(file_, *draws, "draws");
  for (const auto& [name, node] : in_file_order(*draws)) {
    const auto unit = view.text(name.c_str());
    if (!unit) continue;
    if (const int level = index_of(file_, *unit, unit->text, names, "level of units"); level >= 0)
      profile_.draws.push_back({name, static_cast<std::size_t>(level)});
  }
}

void Reader::read_welfare(TomlView& root) {
  TomlView view(file_, section(root, "welfare", "the distribution of welfare"), "welfare");
  WelfareProfile& welfare = profile_.welfare;
  view.choice("kind", {"consumption", "income"}, 0);
  welfare.unit = unit_of(view, "unit").text();
  welfare.mean = values_.number(view, "mean", 0, 1e12);
  welfare.lowest = values_.number(view, "lowest", 0, 1e12);
  welfare.highest = values_.number(view, "highest", 0, 1e12);
  read_points(view);
  const toml::table* table = view.table("index");
  TomlView index(file_, table == nullptr ? none : *table, "welfare.index");
  if (table == nullptr) file_.error(view.place(), "[welfare.index] is missing: how welfare goes with what else is known of a household");
  welfare.female_head = values_.number_or(index, "female_head", -10, 10, 0);
  welfare.log_size = values_.number_or(index, "log_size", -10, 10, 0);
  welfare.noise = values_.number(index, "noise", 0.001, 100);
  values_.fact(index, "welfare.index");
  index.finish();
  values_.fact(view, "welfare");
  view.finish();
  if (file_.diagnostics.has_errors()) return;
  try {
    const WelfareCurve curve(welfare);
  } catch (const Error& error) {
    file_.error(view.place(), error.what());
  }
}

/// A decile close to a poverty line's headcount adds rounding and nothing else: the line stands for it.
void Reader::read_points(TomlView& view) {
  constexpr double nearest_decile = 0.02;
  const std::vector<double> shares = values_.shares(view, "decile_shares", 10, "each tenth's share of all welfare, the poorest first");
  const std::vector<double> thresholds = values_.list(view, "decile_thresholds", 9, "upper ends of the first nine tenths", 0, 1e12);
  std::vector<WelfarePoint>& points = profile_.welfare.points;
  if (const toml::array* lines = view.array("lines"))
    for (const toml::node& node : *lines) {
      TomlView line(file_, node.is_table() ? *node.as_table() : none, "welfare.lines");
      const double level = values_.number(line, "line", 0, 1e12), headcount = values_.percent(line, "headcount"), gap = values_.percent(line, "gap");
      line.finish();
      if (gap > headcount) file_.error(line.place("gap"), "the gap at " + shortest(level) + " is " + shortest(100 * gap) + " %, more than the headcount, " + shortest(100 * headcount) + " %");
      if (headcount > 0 && headcount < 1) points.push_back({headcount, level, level * (headcount - gap)});
    }
  const std::vector<WelfarePoint> fixed = points;
  double sum = 0;
  for (std::size_t d = 0; d < thresholds.size(); ++d) {
    const double p = static_cast<double>(d + 1) / 10;
    sum += shares[d];
    const auto close = [p](const WelfarePoint& point) { return std::abs(point.p - p) < nearest_decile; };
    if (std::none_of(fixed.begin(), fixed.end(), close)) points.push_back({p, thresholds[d], sum * profile_.welfare.mean});
  }
  std::sort(points.begin(), points.end(), [](const WelfarePoint& a, const WelfarePoint& b) { return a.p < b.p; });
}

void Reader::read_columns_and_parameters(TomlView& root) {
  Derivation& derivation = profile_.derivation;
  const std::vector<ParameterValue> parameters = read_parameters(root);
  check_uncertainty(file_, parameters);
  for (const ParameterValue& parameter : parameters) {
    derivation.parameters.push_back({parameter.name, parameter.unit});
    derivation.parameter_values.push_back(parameter.value);
    if (parameter.source.empty() || parameter.status.empty())
      file_.diagnostics.add({Diagnostic::Severity::error, parameter.place, "parameter '" + parameter.name + "' says neither where it comes from nor how sure it is: give `source` and `status`", ""});
    profile_.facts.push_back({"parameters." + parameter.name, parameter.source, parameter.status, 0});
  }
  derivation.variables = read_variables(root);
  for (const Entity entity : {Entity::household, Entity::person}) {
    const auto columns = read_columns(root, entity);
    derivation.columns.insert(derivation.columns.end(), columns.begin(), columns.end());
  }
}

}  // namespace

ProfileFile read_profile(const std::string& path) { return Reader(path, read_text(path)).read(); }

bool is_profile(const std::string& path) {
  if (!path.ends_with(".toml")) return false;
  try {
    const TomlFile file = TomlFile::parse(path, read_text(path));
    return file.root["kind"].value_or(std::string()) == "profile";
  } catch (const Error&) {
    return false;
  }
}

}  // namespace puente::io
