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
        curve_(profile_.welfare), tables_(profile_), calibration_(solution_.multipliers, maker_.layout()), orders_(unit_orders(profile_, maker_.layout())) {
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
  void keep(std::span<const MadeHousehold> batch, Scratch& scratch, BlockData& block) const;
  void weigh(Scratch& scratch) const;
  void number_units(std::size_t level, const Scratch& scratch, std::int64_t first, double* out) const;
  void order_units(std::size_t draw, const Scratch& scratch, std::int64_t first, double* out) const;
  void fill_household(const CoreColumn& column, Scratch& scratch, const BlockData& block, double* out) const;
  static void fill_person(const CoreColumn& column, const Scratch& scratch, const BlockData& block, double* out);

  Profile profile_;
  Solution solution_;
  Schema schema_;
  HouseholdMaker maker_;
  WelfareCurve curve_;
  TraitTables tables_;
  CalibrationIndex calibration_;
  std::vector<std::vector<double>> orders_;
  std::array<std::vector<CoreColumn>, 2> columns_;
};

/// Households of a block as made, a column for everything, kept from block to block.
struct CoreSource::Scratch {
  std::vector<std::uint32_t> cell, livelihood;
  std::vector<double> rank, calibration;
  std::vector<std::int64_t> weight;
  std::vector<Member> member;  ///< of all households, one after the other
  std::vector<std::vector<std::uint32_t>> traits;  ///< [trait][household]: bit m for member m
  TraitTables::Scratch draws;
};

void CoreSource::make(std::int64_t first, std::int64_t last, Scratch& scratch, BlockData& block) const {
  const auto n = static_cast<std::size_t>(last - first);
  block.first_household = first;
  block.made_id.resize(n);
  std::iota(block.made_id.begin(), block.made_id.end(), first);
  block.id = block.made_id;
  block.person_begin.assign(1, 0);
  for (auto* column : {&scratch.cell, &scratch.livelihood}) column->clear();
  scratch.rank.clear();
  scratch.calibration.clear();
  scratch.member.clear();
  scratch.traits.resize(profile_.traits.size());
  for (auto& trait : scratch.traits) trait.clear();
  HouseholdRun run(maker_, first);
  for (std::size_t done = 0; done < n; done += HouseholdRun::batch) {
    const std::span<MadeHousehold> batch = run.next(std::min(HouseholdRun::batch, n - done));
    for (MadeHousehold& made : batch) {
      scratch.rank.push_back(solution_.ranks.at(made.index));
      made.quartile = quartile_of(scratch.rank.back());
    }
    tables_.draw(batch, scratch.draws);
    keep(batch, scratch, block);
  }
  index_members(block);
  number_lines(block);
}

void CoreSource::keep(std::span<const MadeHousehold> batch, Scratch& scratch, BlockData& block) const {
  for (const MadeHousehold& made : batch) {
    scratch.cell.push_back(static_cast<std::uint32_t>(made.cell));
    scratch.livelihood.push_back(static_cast<std::uint32_t>(made.livelihood));
    scratch.calibration.push_back(calibration_.of(made));
    block.person_begin.push_back(block.person_begin.back() + made.family.members);
    scratch.member.insert(scratch.member.end(), made.family.member.begin(), made.family.member.begin() + made.family.members);
    for (std::size_t t = 0; t < scratch.traits.size(); ++t) scratch.traits[t].push_back(made.traits[t]);
  }
}

/// Overwrites the calibration's indices.
void CoreSource::weigh(Scratch& scratch) const {
  scratch.weight.resize(scratch.calibration.size());
  solution_.function.at(scratch.calibration.data(), scratch.calibration.size(), scratch.weight.data(), nullptr);
}

/// As Layout::unit_of, run by run of households of one cell.
void CoreSource::number_units(std::size_t level, const Scratch& scratch, std::int64_t first, double* out) const {
  const Layout& layout = maker_.layout();
  for (std::size_t h = 0; h < scratch.cell.size();) {
    const Cell& cell = layout.cells()[scratch.cell[h]];
    const std::size_t end = std::min(scratch.cell.size(), static_cast<std::size_t>(cell.last - first));
    layout.units_of(cell, first + static_cast<std::int64_t>(h), end - h, level, out + h);
    h = end;
  }
}

void CoreSource::order_units(std::size_t draw, const Scratch& scratch, std::int64_t first, double* out) const {
  number_units(profile_.draws[draw].level, scratch, first, out);
  const double* order = orders_[draw].data();
  for (std::size_t h = 0; h < scratch.cell.size(); ++h) out[h] = order[static_cast<std::int32_t>(out[h])];
}

/// One loop a column: what the column is, is asked once.
template <class Value>
void fill(std::size_t n, double* out, Value&& value) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<double>(value(i));
}

void CoreSource::fill_household(const CoreColumn& column, Scratch& scratch, const BlockData& block, double* out) const {
  const std::size_t n = scratch.cell.size(), index = column.index;
  const Cell* cells = maker_.layout().cells().data();
  const auto region = [&](std::size_t h) { return cells[scratch.cell[h]].region; };
  switch (column.what) {
    case Made::id: return fill(n, out, [&](std::size_t h) { return block.id[h]; });
    case Made::weight:
      weigh(scratch);
      return fill(n, out, [&](std::size_t h) { return static_cast<double>(scratch.weight[h]) * weight_unit * solution_.scale; });
    case Made::region: return fill(n, out, region);
    case Made::area: return fill(n, out, [&](std::size_t h) { return cells[scratch.cell[h]].area; });
    case Made::unit: return number_units(index, scratch, block.first_household, out);
    case Made::livelihood: return fill(n, out, [&](std::size_t h) { return scratch.livelihood[h]; });
    case Made::welfare: return curve_.at(scratch.rank.data(), n, out);
    case Made::rank: return fill(n, out, [&](std::size_t h) { return scratch.rank[h]; });
    case Made::quartile: return fill(n, out, [&](std::size_t h) { return quartile_of(scratch.rank[h]); });
    case Made::number: return fill(n, out, [&](std::size_t h) { return profile_.regions[static_cast<std::size_t>(region(h))].numbers[index]; });
    case Made::livelihood_number: {
      const double* value = profile_.livelihood_numbers[index].value.data();
      return fill(n, out, [&](std::size_t h) { return value[scratch.livelihood[h]]; });
    }
    case Made::draw: return order_units(index, scratch, block.first_household, out);
    case Made::trait: return fill(n, out, [&](std::size_t h) { return static_cast<std::int32_t>(scratch.traits[index][h] & 1U); });
    default: expect(false, "a column of households is one of these");
  }
}

void CoreSource::fill_person(const CoreColumn& column, const Scratch& scratch, const BlockData& block, double* out) {
  const std::size_t n = scratch.member.size();
  switch (column.what) {
    case Made::line: return fill(n, out, [&](std::size_t i) { return block.line[i]; });
    case Made::relation: return fill(n, out, [&](std::size_t i) { return static_cast<int>(scratch.member[i].relation); });
    case Made::age: return fill(n, out, [&](std::size_t i) { return scratch.member[i].age; });
    case Made::sex: return fill(n, out, [&](std::size_t i) { return static_cast<int>(scratch.member[i].sex); });
    case Made::trait: {
      const std::uint32_t* who = scratch.traits[column.index].data();
      return fill(n, out, [&](std::size_t i) {
        return static_cast<std::int32_t>(who[static_cast<std::size_t>(block.household_of[i])] >> (block.line[i] - 1) & 1U);
      });
    }
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
    if (wanted[i].entity == Entity::household) fill_household(column, scratch, block, out);
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
