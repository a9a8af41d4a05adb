#include "io/survey/import.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"
#include "io/survey/expressions.hpp"
#include "io/survey/sources.hpp"
#include "io/survey/survey_column.hpp"

namespace puente::io {

namespace {

Column ids(const Arrangement& a) {
  ColumnInfo info;
  info.name = "id";
  info.type = ColumnType::i64;
  info.unit = Unit::one();
  info.long_name = "household identifier";
  Column column(info, a.households());
  std::copy(a.id.begin(), a.id.end(), column.as<std::int64_t>());
  return column;
}

Column lines(const Arrangement& a) {
  ColumnInfo info;
  info.name = "line";
  info.entity = Entity::person;
  info.type = ColumnType::i16;
  info.unit = Unit::one();
  info.long_name = "person's line in the household";
  Column column(info, a.persons());
  std::copy(a.line.begin(), a.line.end(), column.as<std::int16_t>());
  return column;
}

/// The households and persons of an arrangement, without columns of the survey.
Population skeleton(const Arrangement& a) {
  Population population;
  population.household.push_back(ids(a));
  population.person.push_back(lines(a));
  population.person_offset.assign(a.person_begin.begin(), a.person_begin.end());
  return population;
}

std::vector<Column>& columns_of(Population& population, Entity entity) {
  return entity == Entity::household ? population.household : population.person;
}

class Importer {
 public:
  Importer(const SurveyMap& map, const std::vector<std::string>& inputs)
      : map_(map), sources_(read_sources(map, inputs)), arrangement_(arrange(map, sources_.tables())) {
    report_files();
  }

  ImportedSurvey run() {
    check_empty_households();
    filter();
    drop_missing();
    check_not_empty();
    Population population = skeleton(arrangement_);
    add_weight(population);
    for (const MapColumn& column : map_.columns) add_column(population, column);
    for (const auto* design : {&map_.stratum, &map_.psu})
      if (*design) add_column(population, **design);
    add_derived(population);
    check_weights(population);
    population.notes = map_.notes;
    validate(population);
    report_missing(population);
    return {std::move(population), std::move(report_)};
  }

 private:
  ImportContext context() const { return {map_, sources_.tables(), arrangement_}; }

  void report_files() {
    for (const Table* table : {sources_.persons.get(), sources_.households.get()})
      if (table != nullptr) report_.files.push_back({table->file, table->rows, table->columns.size(), table->notes});
    if (map_.person_key && !arrangement_.lines_are_keys)
      report_.notes.push_back("person keys are not whole numbers from 1 to 32,767: persons are numbered in their order");
    if (!map_.persons) report_.notes.push_back("there is no file of persons: households have no person rows");
  }

  bool empty_households_allowed() const {
    const bool size = std::any_of(map_.columns.begin(), map_.columns.end(), [](const MapColumn& column) {
      return column.name == "size" && column.entity == Entity::household;
    });
    return map_.allow_empty_households || size || !map_.persons;
  }

  void check_empty_households() const {
    if (empty_households_allowed()) return;
    for (std::size_t h = 0; h < arrangement_.households(); ++h)
      if (members(arrangement_, h) == 0)
        throw bad_input(context().describe(Entity::household, h) + "has no person in " + sources_.persons_path +
                        "; correct the key, give a column 'size', or say allow_empty_households = true");
  }

  Population raw_population(const std::vector<RawColumn>& raw) const {
    Population population = skeleton(arrangement_);
    for (const RawColumn& column : raw) {
      MapColumn plain;
      plain.name = plain.from = column.name;
      columns_of(population, column.entity)
          .push_back(store(context(), plain, prepare_raw(context(), column.name, column.entity)));
    }
    return population;
  }

  void filter() {
    if (map_.person_filter) {
      const Population raw = raw_population(sources_.in_person_filter);
      FilterResult result = run_filter(raw, *map_.person_filter, Entity::person, "filter.persons");
      drop(result, Entity::person, map_.person_filter->text);
    }
    if (map_.household_filter) {
      const Population raw = raw_population(sources_.in_household_filter);
      FilterResult result = run_filter(raw, *map_.household_filter, Entity::household, "filter.households");
      drop(result, Entity::household, map_.household_filter->text);
    }
  }

  void count_drop(Entity entity, const std::string& reason, std::size_t rows) {
    if (rows > 0) report_.dropped.push_back({entity, reason, rows});
  }

  void count_kept(const Kept& kept) {
    count_drop(Entity::person, "their household was dropped", kept.members_of_dropped);
    count_drop(Entity::household, "all their persons were dropped", kept.households_left_empty);
  }

  void drop(const FilterResult& result, Entity entity, const std::string& condition) {
    count_drop(entity, "the filter is not true: " + condition, result.not_true);
    count_drop(entity, "the filter is missing: " + condition, result.undecided);
    const bool persons = entity == Entity::person;
    count_kept(keep(arrangement_, persons ? result.keep : std::vector<char>(),
                    persons ? std::vector<char>() : result.keep, map_.allow_empty_households));
  }

  /// One column after the other, so that each drop is counted once, for the first column that asks for it.
  void drop_missing() {
    for (const MapColumn& column : map_.columns) drop_missing(column);
    drop_missing(map_.weight);
  }

  void drop_missing(const MapColumn& column) {
    if (column.from.empty() || column.missing.kind != MissingRule::Kind::drop) return;
    const Prepared prepared = prepare(context(), column);
    std::vector<char> mask;
    for (const double value : prepared.values) mask.push_back(!std::isnan(value));
    const auto rows = static_cast<std::size_t>(std::count(mask.begin(), mask.end(), char{0}));
    if (rows == 0) return;
    count_drop(column.entity, "'" + column.name + "' is missing", rows);
    const bool persons = column.entity == Entity::person;
    count_kept(keep(arrangement_, persons ? mask : std::vector<char>(), persons ? std::vector<char>() : mask,
                    map_.allow_empty_households));
  }

  void check_not_empty() const {
    if (arrangement_.households() > 0) return;
    throw bad_input(map_.path + ": no household is left" +
                    (report_.dropped.empty() ? "; the survey holds no row" : " after the filters and missing rules:\n" + report_.text()));
  }

  void add_column(Population& population, const MapColumn& column) {
    if (column.constant) {
      add_prepared(population, column, {constant_info(column), std::vector<double>(arrangement_.households(), *column.constant), {}});
    } else if (!column.value) {
      add_prepared(population, column, prepare(context(), column));
    }
  }

  static ColumnInfo constant_info(const MapColumn& column) {
    ColumnInfo info;
    info.name = column.name;
    info.unit = column.unit;
    return info;
  }

  void add_prepared(Population& population, const MapColumn& column, Prepared prepared) {
    apply_missing_rule(context(), column, prepared);
    report_.notes.insert(report_.notes.end(), prepared.notes.begin(), prepared.notes.end());
    columns_of(population, column.entity).push_back(store(context(), column, std::move(prepared)));
  }

  MapColumn weight() const {
    MapColumn column = map_.weight;
    column.name = "weight";
    column.type = ColumnType::f64;
    column.unit = Unit::one();
    if (column.long_name.empty()) column.long_name = "households represented";
    return column;
  }

  void add_weight(Population& population) { add_column(population, weight()); }

  std::vector<MapColumn> derived_columns() const {
    std::vector<MapColumn> found;
    if (map_.weight.value) found.push_back(weight());
    for (const MapColumn& column : map_.columns)
      if (column.value) found.push_back(column);
    for (const auto* design : {&map_.stratum, &map_.psu})
      if (*design && (*design)->value) found.push_back(**design);
    return found;
  }

  /// Source columns that only expressions name stand in the population while they are needed.
  void add_derived(Population& population) {
    const std::vector<MapColumn> columns = derived_columns();
    std::vector<const MapColumn*> pointers;
    for (const MapColumn& column : columns) pointers.push_back(&column);
    const std::size_t households = population.household.size(), persons = population.person.size();
    for (Population raw = raw_population(sources_.in_derived); Entity entity : {Entity::household, Entity::person})
      std::move(columns_of(raw, entity).begin() + 1, columns_of(raw, entity).end(),
                std::back_inserter(columns_of(population, entity)));
    std::vector<Derived> derived = derive(population, pointers);
    population.household.resize(households);
    population.person.resize(persons);
    for (std::size_t i = 0; i < columns.size(); ++i) add_derived(population, columns[i], std::move(derived[i]));
  }

  void add_derived(Population& population, const MapColumn& column, Derived derived) {
    MapColumn typed = column;
    if (derived.condition && !typed.type) typed.type = ColumnType::boolean;
    add_prepared(population, typed, {std::move(derived.info), std::move(derived.values), {}});
  }

  void check_weights(const Population& population) const {
    const Column& weights = *population.find(Entity::household, "weight");
    const double* weight = weights.as<double>();
    for (std::size_t h = 0; h < weights.rows(); ++h)
      if (!(weight[h] >= 0))
        throw bad_input(context().describe(Entity::household, h) + "the weight" +
                        (map_.weight.from.empty() ? "" : " '" + map_.weight.from + "'") + " is " +
                        (std::isnan(weight[h]) ? "missing" : number_text(weight[h])) + "; weights are 0 or more: correct the survey, or filter the rows out");
    if (std::all_of(weight, weight + weights.rows(), [](double w) { return w == 0; }))
      throw bad_input(map_.path + ": all weights are 0; check the weight under [design]");
  }

  /// And marks the columns that have none.
  void report_missing(Population& population) {
    report_.households = static_cast<std::size_t>(population.households());
    report_.persons = static_cast<std::size_t>(population.persons());
    for (auto* columns : {&population.household, &population.person})
      for (Column& column : *columns) {
        std::vector<double> values(column.rows());
        to_f64(column.view(), 0, column.rows(), values.data());
        const auto count = std::count_if(values.begin(), values.end(), [](double v) { return std::isnan(v); });
        column.info().complete = count == 0;
        if (count > 0) report_.missing.push_back({column.info().entity, column.info().name, static_cast<std::size_t>(count)});
      }
  }

  const SurveyMap& map_;
  ImportReport report_;
  Sources sources_;
  Arrangement arrangement_;
};

std::string plural(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string ImportReport::text() const {
  std::string all;
  for (const File& file : files) {
    all += "read     " + file.path + ": " + plural(file.rows, "row") + ", " + plural(file.columns, "column") + " taken\n";
    for (const std::string& note : file.notes) all += "note     " + file.path + " " + note + "\n";
  }
  for (const Drop& drop : dropped) all += "dropped  " + plural(drop.rows, name_of(drop.entity)) + ": " + drop.reason + "\n";
  for (const Missing& column : missing)
    all += "missing  " + std::string(name_of(column.entity)) + "." + column.column + ": " + plural(column.rows, "row") + "\n";
  for (const std::string& note : notes) all += "note     " + note + "\n";
  return all + "made     " + plural(households, "household") + ", " + plural(persons, "person") + "\n";
}

ImportedSurvey import_survey(const SurveyMap& map, const std::vector<std::string>& inputs) { return Importer(map, inputs).run(); }

}  // namespace puente::io
