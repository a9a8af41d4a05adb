#include "engine/population/population.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"

namespace puente {

namespace {

template <class Columns>
auto find_column(Columns& columns, const std::string& name) -> decltype(&columns.front()) {
  for (auto& column : columns)
    if (column.info().name == name) return &column;
  return nullptr;
}

void check_rows(const std::vector<Column>& columns, std::int64_t rows) {
  for (const Column& column : columns)
    if (static_cast<std::int64_t>(column.rows()) != rows)
      throw bad_input("column '" + column.info().name + "' has " + std::to_string(column.rows()) + " rows, not " +
                      std::to_string(rows));
}

void check_weights(const std::int64_t* id, const double* weight, std::int64_t n) {
  for (std::int64_t h = 0; h < n; ++h)
    if (!(weight[h] >= 0) || std::isinf(weight[h]))
      throw bad_input("household " + std::to_string(id[h]) + " has weight " +
                      (std::isnan(weight[h]) ? std::string("missing") : std::to_string(weight[h])) +
                      ": weights are finite and not negative");
}

void check_ids(const std::int64_t* id, std::int64_t n) {
  std::vector<std::int64_t> sorted(id, id + n);
  if (!std::is_sorted(sorted.begin(), sorted.end())) std::sort(sorted.begin(), sorted.end());
  if (n > 0 && sorted.front() < 0)
    throw bad_input("household id " + std::to_string(sorted.front()) + " is negative: ids are 0 or more");
  const auto twin = std::adjacent_find(sorted.begin(), sorted.end());
  if (twin != sorted.end()) throw bad_input("two households have the id " + std::to_string(*twin));
}

}  // namespace

int Schema::find(Entity entity, const std::string& name) const {
  const auto& all = columns(entity);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return static_cast<int>(i);
  return -1;
}

double row_bytes(const std::vector<ColumnInfo>& columns) {
  std::size_t bytes = 0;
  for (const ColumnInfo& column : columns) bytes += bytes_of(column.type);
  return static_cast<double>(bytes);
}

double bytes_of_household(const Schema& schema, double persons) {
  return row_bytes(schema.household) + row_bytes(schema.person) * persons + static_cast<double>(sizeof(std::int64_t));
}

Schema Population::schema() const {
  Schema schema;
  for (const Column& column : household) schema.household.push_back(column.info());
  for (const Column& column : person) schema.person.push_back(column.info());
  schema.notes = notes;
  return schema;
}

const Column* Population::find(Entity entity, const std::string& name) const {
  return find_column(entity == Entity::household ? household : person, name);
}

Column* Population::find(Entity entity, const std::string& name) {
  return find_column(entity == Entity::household ? household : person, name);
}

std::size_t Population::bytes() const {
  std::size_t total = person_offset.size() * sizeof(std::int64_t);
  for (const auto* columns : {&household, &person})
    for (const Column& column : *columns) total += column.rows() * bytes_of(column.info().type);
  return total;
}

void validate(const Population& population) {
  const std::int64_t n = population.households();
  const Column* id = population.find(Entity::household, "id");
  const Column* weight = population.find(Entity::household, "weight");
  if (id == nullptr || id->info().type != ColumnType::i64)
    throw bad_input("a population needs a household column 'id' of type i64");
  if (weight == nullptr || weight->info().type != ColumnType::f64)
    throw bad_input("a population needs a household column 'weight' of type f64");
  for (std::int64_t h = 0; h < n; ++h)
    if (population.person_offset[h + 1] < population.person_offset[h])
      throw bad_input("person_offset decreases at household row " + std::to_string(h));
  check_rows(population.household, n);
  check_rows(population.person, population.persons());
  check_ids(id->as<std::int64_t>(), n);
  check_weights(id->as<std::int64_t>(), weight->as<double>(), n);
}

}  // namespace puente
