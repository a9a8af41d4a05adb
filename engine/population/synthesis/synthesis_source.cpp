#include "engine/population/synthesis/synthesis_source.hpp"

#include <algorithm>
#include <numeric>

#include "engine/core/error.hpp"
#include "engine/population/made_columns.hpp"
#include "engine/population/synthesis/welfare_curve.hpp"

namespace puente {

namespace {

enum class Made : std::uint8_t { id, weight, region, area, unit, livelihood, welfare, rank, quartile, number, livelihood_number, draw, trait,
                                    line, relation, age, sex };

/// What a column of the core is; `index` tells units, region numbers, draws and traits apart.
struct CoreColumn {
  ColumnInfo info;
  Made what;
  std::size_t index = 0;
};

template <class Named>
std::vector<std::string> names(const std::vector<Named>& all) {
  std::vector<std::string> result;
  for (const Named& one : all) result.push_back(one.name);
  return result;
}

ColumnInfo column(Entity entity, std::string name, ColumnType type, std::string long_name, std::vector<std::string> labels = {},
                  bool ordered = false, Unit unit = Unit::one()) {
  return {std::move(name), entity, type, std::move(unit), std::move(long_name), std::move(labels), ordered};
}

std::vector<CoreColumn> core_columns(const Profile& profile) {
  std::vector<CoreColumn> all;
  const auto add = [&](Made what, ColumnInfo info, std::size_t index = 0) { all.push_back({std::move(info), what, index}); };
  constexpr Entity household = Entity::household, person = Entity::person;
  add(Made::id, column(household, "id", ColumnType::i64, "household"));
  add(Made::weight, column(household, "weight", ColumnType::f64, "households represented"));
  add(Made::region, column(household, "region", ColumnType::i8, "region", names(profile.regions)));
  add(Made::area, column(household, "area", ColumnType::i8, "area", names(profile.areas)));
  for (std::size_t u = 0; u < profile.units.size(); ++u)
    add(Made::unit, column(household, profile.units[u].name, ColumnType::i32, profile.units[u].long_name), u);
  add(Made::livelihood, column(household, "livelihood", ColumnType::i8, "main livelihood", profile.livelihoods));
  add(Made::welfare, column(household, "welfare", ColumnType::f64, "welfare of each member", {}, false, Unit::parse(profile.welfare.unit)));
  add(Made::rank, column(household, "welfare_rank", ColumnType::f64, "share of persons with less welfare"));
  add(Made::quartile, column(household, "quartile", ColumnType::i8, "quarter of persons by welfare", {"poorest", "second", "third", "richest"}, true));
  for (std::size_t n = 0; n < profile.region_numbers.size(); ++n)
    add(Made::number, column(household, profile.region_numbers[n], ColumnType::f64, "of the region", {}, false, Unit()), n);
  for (std::size_t n = 0; n < profile.livelihood_numbers.size(); ++n)
    add(Made::livelihood_number, column(household, profile.livelihood_numbers[n].name, ColumnType::f64, "of the livelihood", {}, false, Unit()), n);
  for (std::size_t d = 0; d < profile.draws.size(); ++d)
    add(Made::draw, column(household, profile.draws[d].name, ColumnType::f64, "order of the household's " + profile.units[profile.draws[d].level].name), d);
  for (const Entity entity : {household, person})
    for (std::size_t t = 0; t < profile.traits.size(); ++t)
      if (profile.traits[t].entity == entity)
        add(Made::trait, column(entity, profile.traits[t].name, ColumnType::boolean, profile.traits[t].long_name), t);
  add(Made::line, column(person, "line", ColumnType::i16, "line in the household"));
  add(Made::relation, column(person, "relation", ColumnType::i8, "relation to the head", {"head", "partner", "child", "parent", "other"}));
  add(Made::age, column(person, "age", ColumnType::i8, "age", {}, false, Unit::parse("years")));
  add(Made::sex, column(person, "sex", ColumnType::i8, "sex", {"male", "female"}));
  return all;
}

class CoreSource : public PopulationSource {
 public:
  CoreSource(const Profile& profile, Solution solution)
      : profile_(profile), solution_(std::move(solution)), schema_(core_schema(profile_)), maker_(profile_, profile_.households),
        curve_(profile_.welfare), tables_(profile_), orders_(unit_orders(profile_, maker_.layout())) {
    for (const auto& table : solution_.traits) tables_.add(table);
    const std::vector<CoreColumn> columns = core_columns(profile_);
    for (const Entity entity : {Entity::household, Entity::person})
      for (const CoreColumn& column : columns)
        if (column.info.entity == entity) columns_[static_cast<std::size_t>(entity)].push_back(column);
  }
  const Schema& schema() const override { return schema_; }
  std::int64_t households() const override { return profile_.households; }
  std::int64_t persons() const override { return -1; }
  std::int64_t cut_at(double share) const override {
    return share >= 1 ? profile_.households : static_cast<std::int64_t>(share * static_cast<double>(profile_.households));
  }
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const override;

 private:
  struct Scratch;
  void make(std::int64_t first, std::int64_t last, Scratch& scratch, BlockData& block) const;
  void fill_household(const CoreColumn& column, const Scratch& scratch, std::size_t n, double* out) const;
  static void fill_person(const CoreColumn& column, const Scratch& scratch, const BlockData& block, double* out);
  double weight_of(const MadeHousehold& made) const;
  double unit_of(std::size_t level, const MadeHousehold& made) const;

  Profile profile_;
  Solution solution_;
  Schema schema_;
  HouseholdMaker maker_;
  WelfareCurve curve_;
  TraitTables tables_;
  std::vector<std::vector<double>> orders_;
  std::array<std::vector<CoreColumn>, 2> columns_;
};

/// Households of a block as made, kept from block to block.
struct CoreSource::Scratch {
  std::vector<MadeHousehold> made;
  std::vector<double> rank;
  std::vector<Member> member;  ///< of all households, one after the other
};

void CoreSource::make(std::int64_t first, std::int64_t last, Scratch& scratch, BlockData& block) const {
  const auto n = static_cast<std::size_t>(last - first);
  if (scratch.made.size() < n) scratch.made.resize(n);
  scratch.rank.resize(n);
  block.first_household = first;
  block.made_id.resize(n);
  std::iota(block.made_id.begin(), block.made_id.end(), first);
  block.id = block.made_id;
  block.person_begin.assign(n + 1, 0);
  scratch.member.clear();
  HouseholdRun run(maker_, first);
  for (std::size_t h = 0; h < n; ++h) {
    MadeHousehold& made = scratch.made[h];
    run.next(made);
    scratch.rank[h] = solution_.ranks.at(made.index);
    made.quartile = quartile_of(scratch.rank[h]);
    tables_.draw(made);
    block.person_begin[h + 1] = block.person_begin[h] + made.family.members;
    scratch.member.insert(scratch.member.end(), made.family.member.begin(), made.family.member.begin() + made.family.members);
  }
  index_members(block);
  number_lines(block);
}

double CoreSource::weight_of(const MadeHousehold& made) const {
  const double u = calibration_index(solution_.multipliers, made);
  return static_cast<double>(solution_.function.at(u, nullptr)) * weight_unit * solution_.scale;
}

double CoreSource::unit_of(std::size_t level, const MadeHousehold& made) const {
  return static_cast<double>(maker_.layout().unit_of(maker_.layout().cells()[made.cell], made.number, level));
}

/// One loop a column: what the column is, is asked once.
template <class Value>
void fill_households(const std::vector<MadeHousehold>& made, std::size_t n, double* out, Value&& value) {
  for (std::size_t h = 0; h < n; ++h) out[h] = static_cast<double>(value(made[h], h));
}

void CoreSource::fill_household(const CoreColumn& column, const Scratch& scratch, std::size_t n, double* out) const {
  using Household = const MadeHousehold&;
  const auto fill = [&](auto&& value) { fill_households(scratch.made, n, out, value); };
  const std::size_t index = column.index;
  switch (column.what) {
    case Made::id: return fill([](Household made, std::size_t) { return made.number; });
    case Made::weight: return fill([&](Household made, std::size_t) { return weight_of(made); });
    case Made::region: return fill([](Household made, std::size_t) { return made.region; });
    case Made::area: return fill([](Household made, std::size_t) { return made.area; });
    case Made::unit: return fill([&](Household made, std::size_t) { return unit_of(index, made); });
    case Made::livelihood: return fill([](Household made, std::size_t) { return made.livelihood; });
    case Made::welfare: return fill([&](Household, std::size_t h) { return curve_.at(scratch.rank[h]); });
    case Made::rank: return fill([&](Household, std::size_t h) { return scratch.rank[h]; });
    case Made::quartile: return fill([](Household made, std::size_t) { return made.quartile; });
    case Made::number: return fill([&](Household made, std::size_t) { return profile_.regions[static_cast<std::size_t>(made.region)].numbers[index]; });
    case Made::livelihood_number: return fill([&](Household made, std::size_t) {
      return profile_.livelihood_numbers[index].value[static_cast<std::size_t>(made.livelihood)];
    });
    case Made::draw: return fill([&](Household made, std::size_t) {
      return orders_[index][static_cast<std::size_t>(unit_of(profile_.draws[index].level, made))];
    });
    case Made::trait: return fill([&](Household made, std::size_t) { return made.traits[index] & 1U; });
    default: expect(false, "a column of households is one of these");
  }
}

void CoreSource::fill_person(const CoreColumn& column, const Scratch& scratch, const BlockData& block, double* out) {
  const auto fill = [&](auto&& value) {
    for (std::size_t i = 0; i < scratch.member.size(); ++i) out[i] = static_cast<double>(value(i));
  };
  switch (column.what) {
    case Made::line: return fill([&](std::size_t i) { return block.line[i]; });
    case Made::relation: return fill([&](std::size_t i) { return static_cast<int>(scratch.member[i].relation); });
    case Made::age: return fill([&](std::size_t i) { return scratch.member[i].age; });
    case Made::sex: return fill([&](std::size_t i) { return static_cast<int>(scratch.member[i].sex); });
    case Made::trait: return fill([&](std::size_t i) {
      return (scratch.made[static_cast<std::size_t>(block.household_of[i])].traits[column.index] >> (block.line[i] - 1)) & 1U;
    });
    default: expect(false, "a column of persons is one of these");
  }
}

void CoreSource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, BlockData& block) const {
  thread_local Scratch scratch;
  make(first, last, scratch, block);
  block.inputs.resize(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const CoreColumn& column = columns_[static_cast<std::size_t>(wanted[i].entity)][static_cast<std::size_t>(wanted[i].column)];
    double* out = block.inputs[i].make(block.rows.count(wanted[i].entity));
    if (wanted[i].entity == Entity::household) fill_household(column, scratch, block.id.size(), out);
    else fill_person(column, scratch, block, out);
  }
}

/// What expressions may use and nobody needs afterwards.
Derivation completed(const Profile& profile) {
  Derivation derivation = profile.derivation;
  derivation.seed = profile.seed;
  for (const CoreColumn& column : core_columns(profile)) {
    const bool inner = column.what == Made::welfare || column.what == Made::rank || column.what == Made::quartile ||
                       column.what == Made::number || column.what == Made::livelihood_number || column.what == Made::draw;
    if (inner) derivation.left_out.push_back(column.info.name);
  }
  return derivation;
}

}  // namespace

Schema core_schema(const Profile& profile) {
  Schema schema;
  schema.notes = profile.notes;
  for (const CoreColumn& column : core_columns(profile))
    (column.info.entity == Entity::household ? schema.household : schema.person).push_back(column.info);
  return schema;
}

std::unique_ptr<PopulationSource> synthesise(const Profile& profile, Exchange& exchange, Team& team, Solution* solution) {
  check_profile(profile);
  if (profile.households <= 0)
    throw bad_input(profile.path + ": how many households? Give `households` in the profile, or --households");
  Solution found = solve_profile(profile, profile.households, exchange, team);
  if (solution != nullptr) *solution = found;
  return std::make_unique<DerivedSource>(std::make_unique<CoreSource>(profile, std::move(found)), completed(profile));
}

Schema check_profile(const Profile& profile) {
  const WelfareCurve curve(profile.welfare);
  class Nobody : public PopulationSource {
   public:
    explicit Nobody(Schema schema) : schema_(std::move(schema)) {}
    const Schema& schema() const override { return schema_; }
    std::int64_t households() const override { return 0; }
    std::int64_t persons() const override { return 0; }
    std::int64_t cut_at(double) const override { return 0; }
    void load(std::int64_t, std::int64_t, std::span<const rules::Input>, BlockData&) const override {}

   private:
    Schema schema_;
  };
  return DerivedSource(std::make_unique<Nobody>(core_schema(profile)), completed(profile)).schema();
}

}  // namespace puente
