#include "engine/population/made_columns.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/error.hpp"

namespace puente {

ColumnInfo stored_as(const RecipeColumn& column, const rules::Typed& typed) {
  ColumnInfo info{column.name, column.entity, ColumnType::f64, column.unit, column.long_name, column.labels, column.ordered};
  if (column.type) info.type = *column.type;
  else if (typed.type == rules::Type::boolean) info.type = ColumnType::boolean;
  else if (info.category()) info.type = info.labels.size() < 127 ? ColumnType::i8 : ColumnType::i16;
  return info;
}

void round_to_storage(const ColumnInfo& info, std::span<double> values) {
  if (info.type == ColumnType::f64) return;
  if (info.type == ColumnType::f32) {
    for (double& x : values) x = static_cast<double>(static_cast<float>(x));
    return;
  }
  const double bound = std::ldexp(1.0, 8 * static_cast<int>(bytes_of(info.type)) - 1);
  const auto holds = [bound](double x) { return ((x > -bound) & (x < bound) & (x == std::floor(x))) | (x != x); };
  std::int64_t held = 0;
  for (const double x : values) held += holds(x) ? 1 : 0;
  if (held == static_cast<std::int64_t>(values.size())) return;
  const auto odd = std::find_if_not(values.begin(), values.end(), holds);
  throw bad_input("the made column '" + info.name + "' has the value " + shortest(*odd) + ", which does not fit its type " +
                    name_of(info.type));
}

void number_lines(BlockData& block) {
  block.line.resize(block.household_of.size());
  for (std::size_t i = 0; i < block.line.size(); ++i)
    block.line[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(i) -
                                               block.person_begin[static_cast<std::size_t>(block.household_of[i])] + 1);
  block.rows.line = block.line.data();
}

namespace {

/// Blocks of this many households stay in cache on their way into compact columns.
constexpr std::int64_t block_households = 1024;

/// Room for all rows of a population, by what a household of its first block takes.
void reserve(Population& population, std::int64_t households, const BlockData& block) {
  const auto persons = static_cast<double>(households) * static_cast<double>(block.rows.persons) / static_cast<double>(block.rows.households);
  for (Column& column : population.household) column.reserve(static_cast<std::size_t>(households));
  for (Column& column : population.person) column.reserve(static_cast<std::size_t>(1.02 * persons));
  population.person_offset.reserve(static_cast<std::size_t>(households) + 1);
}

void append_block(const BlockData& block, std::span<const rules::Input> wanted, Population& population) {
  std::size_t household = 0, person = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool of_household = wanted[i].entity == Entity::household;
    Column& column = of_household ? population.household[household++] : population.person[person++];
    if (of_household && wanted[i].column == 0) column.append_ids(block.id);
    else column.append(block.inputs[i].data(), block.inputs[i].size());
  }
  const std::int64_t before = population.person_offset.back();
  for (std::size_t h = 1; h < block.person_begin.size(); ++h) population.person_offset.push_back(before + block.person_begin[h]);
}

}  // namespace

Population make_rows(const PopulationSource& source, std::int64_t first, std::int64_t last) {
  thread_local BlockData block;
  std::vector<rules::Input> wanted;
  Population population;
  population.notes = source.schema().notes;
  for (const Entity entity : {Entity::household, Entity::person})
    for (std::size_t c = 0; c < source.schema().columns(entity).size(); ++c) {
      wanted.push_back({entity, static_cast<int>(c)});
      (entity == Entity::household ? population.household : population.person).emplace_back(source.schema().columns(entity)[c], 0);
    }
  for (std::int64_t begin = first; begin < last; begin += block_households) {
    source.load(begin, std::min(last, begin + block_households), wanted, block);
    if (begin == first) reserve(population, last - first, block);
    append_block(block, wanted, population);
  }
  return population;
}

}  // namespace puente
