#include "engine/population/calibration/clones.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/core/error.hpp"
#include "engine/statistics/exact_sum.hpp"

namespace puente {

namespace {

double total_of(const std::vector<double>& weight) {
  ExactSum sum;
  for (const double w : weight) sum.add(w);
  return sum.value();
}

const char* values_of(const Column& column, std::size_t row) {
  return static_cast<const char*>(column.data()) + row * bytes_of(column.info().type);
}

Column household_column(const Column& from, const std::vector<std::size_t>& sources) {
  Column column(from.info(), sources.size());
  const std::size_t bytes = bytes_of(from.info().type);
  auto* out = static_cast<char*>(column.data());
  for (const std::size_t source : sources) {
    std::memcpy(out, values_of(from, source), bytes);
    out += bytes;
  }
  return column;
}

Column person_column(const Column& from, const std::vector<std::int64_t>& offset, const std::vector<std::size_t>& sources, std::size_t rows) {
  Column column(from.info(), rows);
  const std::size_t bytes = bytes_of(from.info().type);
  auto* out = static_cast<char*>(column.data());
  for (const std::size_t source : sources) {
    const std::size_t run = static_cast<std::size_t>(offset[source + 1] - offset[source]) * bytes;
    if (run > 0) std::memcpy(out, values_of(from, static_cast<std::size_t>(offset[source])), run);
    out += run;
  }
  return column;
}

Column renamed(Column column, ColumnInfo info) {
  column.info() = std::move(info);
  return column;
}

}  // namespace

std::vector<std::int64_t> place_clones(const std::vector<double>& weight, std::int64_t clones, double uniform) {
  const double total = total_of(weight);
  if (!(total > 0)) throw bad_input("no household of the survey has a weight above 0: nobody can be cloned");
  std::vector<std::int64_t> place{0};
  ExactSum passed;
  std::size_t last = 0;
  for (std::size_t h = 0; h < weight.size(); ++h) {
    passed.add(weight[h]);
    const auto before = static_cast<std::int64_t>(std::ceil(static_cast<double>(clones) * (passed.value() / total) - uniform));
    place.push_back(std::clamp(before, place.back(), clones));
    if (weight[h] > 0) last = h;
  }
  for (std::size_t h = last; h < weight.size(); ++h) place[h + 1] = clones;  // against rounding of the last share
  return place;
}

Schema clone_schema(const Schema& survey) {
  Schema schema = survey;
  const ColumnInfo weight = survey.household[static_cast<std::size_t>(survey.find(Entity::household, "weight"))];
  for (const char* name : {"source_id", "base_weight"})
    if (survey.find(Entity::household, name) >= 0)
      throw bad_input(std::string("the survey has a column '") + name +
                      "' already, as clones have: expand the survey itself, or import it without that column");
  schema.household.push_back({"source_id", Entity::household, ColumnType::i64, {}, "household of the survey that this is a clone of", {}});
  schema.household.push_back({"base_weight", Entity::household, ColumnType::f64, weight.unit, "the survey's own weight of that household", {}});
  schema.notes.origin = "clone";
  return schema;
}

Clones::Clones(Population survey, const std::vector<double>& weight, std::int64_t clones, double uniform)
    : survey_(std::move(survey)), schema_(clone_schema(survey_.schema())), place_(place_clones(weight, clones, uniform)),
      weight_(total_of(weight) / static_cast<double>(clones)) {}

std::vector<std::size_t> Clones::sources(std::int64_t first, std::int64_t last) const {
  std::vector<std::size_t> sources;
  auto h = static_cast<std::size_t>(std::upper_bound(place_.begin(), place_.end(), first) - place_.begin()) - 1;
  for (std::int64_t clone = first; clone < last; ++clone) {
    while (place_[h + 1] <= clone) ++h;
    sources.push_back(h);
  }
  return sources;
}

std::int64_t Clones::persons(std::int64_t first, std::int64_t last) const {
  const auto& offset = survey_.person_offset;
  std::int64_t persons = 0;
  for (std::size_t h = 0; h + 1 < place_.size(); ++h) {
    const std::int64_t here = std::min(last, place_[h + 1]) - std::max(first, place_[h]);
    if (here > 0) persons += here * (offset[h + 1] - offset[h]);
  }
  return persons;
}

Population Clones::make(std::int64_t first, std::int64_t last) const {
  const std::vector<std::size_t> from = sources(first, last);
  const auto& offset = survey_.person_offset;
  Population made;
  made.notes = schema_.notes;
  for (const std::size_t h : from) made.person_offset.push_back(made.person_offset.back() + offset[h + 1] - offset[h]);
  for (const Column& column : survey_.household) made.household.push_back(household_column(column, from));
  for (const char* name : {"source_id", "base_weight"}) {
    const auto info = schema_.household[static_cast<std::size_t>(schema_.find(Entity::household, name))];
    made.household.push_back(renamed(*made.find(Entity::household, info.type == ColumnType::i64 ? "id" : "weight"), info));
  }
  auto* id = made.find(Entity::household, "id")->as<std::int64_t>();
  auto* weight = made.find(Entity::household, "weight")->as<double>();
  for (std::int64_t k = first; k < last; ++k) {
    id[k - first] = k;
    weight[k - first] = weight_;
  }
  const auto persons = static_cast<std::size_t>(made.persons());
  for (const Column& column : survey_.person) made.person.push_back(person_column(column, offset, from, persons));
  return made;
}

}  // namespace puente
