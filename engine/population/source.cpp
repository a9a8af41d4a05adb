#include "engine/population/source.hpp"

#include <algorithm>

#include "engine/core/error.hpp"

namespace puente {

void index_members(BlockData& block) {
  const auto households = block.person_begin.size() - 1;
  const auto persons = static_cast<std::size_t>(block.person_begin.back());
  block.household_of.resize(persons);
  for (std::size_t h = 0; persons > 0 && h < households; ++h)
    for (std::int32_t i = block.person_begin[h]; i < block.person_begin[h + 1]; ++i)
      block.household_of[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(h);
  block.rows = {households,      persons,           block.person_begin.data(), block.household_of.data(),
                block.id.data(), block.line.data()};
}

namespace {

/// Returns how many are kept.
template <class T>
std::size_t keep_unmarked(T* values, const std::vector<bool>& marked) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < marked.size(); ++i)
    if (!marked[i]) values[kept++] = values[i];
  return kept;
}

}  // namespace

std::size_t remove_persons(BlockData& block, std::span<const rules::Input> wanted, const std::vector<bool>& marked) {
  const std::size_t before = marked.size();
  std::int32_t kept = 0;
  for (std::size_t h = 0; h + 1 < block.person_begin.size(); ++h) {
    const std::int32_t begin = block.person_begin[h], end = block.person_begin[h + 1];
    block.person_begin[h] = kept;
    for (std::int32_t i = begin; i < end; ++i) kept += marked[static_cast<std::size_t>(i)] ? 0 : 1;
  }
  block.person_begin.back() = kept;
  block.line.resize(keep_unmarked(block.line.data(), marked));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i].entity == Entity::person) block.inputs[i].shorten(keep_unmarked(block.inputs[i].change(), marked));
  index_members(block);
  return before - static_cast<std::size_t>(kept);
}

namespace {

void load_lines(const Population& population, std::size_t first, std::size_t n, BlockData& block) {
  const Column* line = population.find(Entity::person, "line");
  block.line.resize(n);
  if (line != nullptr && line->info().type == ColumnType::i16) {
    const auto* from = line->as<std::int16_t>() + first;
    std::transform(from, from + n, block.line.begin(), [](std::int16_t l) { return static_cast<std::uint16_t>(l); });
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const auto h = static_cast<std::size_t>(block.household_of[i]);
    block.line[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>(i) - block.person_begin[h] + 1);
  }
}

}  // namespace

void load_from(const Population& population, std::int64_t offset, std::int64_t first, std::int64_t last,
               std::span<const rules::Input> wanted, BlockData& block) {
  const auto begin = static_cast<std::size_t>(first - offset);
  const auto n = static_cast<std::size_t>(last - first);
  const auto& offsets = population.person_offset;
  block.first_household = first;
  const auto* id = population.find(Entity::household, "id")->as<std::int64_t>() + begin;
  block.id = {id, n};
  const bool nobody = population.persons() == 0;
  const bool was_empty = !block.person_begin.empty() && block.person_begin.back() == 0;  // then all of it is 0
  if (nobody && !was_empty) block.person_begin.clear();
  block.person_begin.resize(n + 1);
  for (std::size_t i = 0; !nobody && i <= n; ++i)
    block.person_begin[i] = static_cast<std::int32_t>(offsets[begin + i] - offsets[begin]);
  index_members(block);
  const auto person_first = nobody ? std::size_t{0} : static_cast<std::size_t>(offsets[begin]);
  load_lines(population, person_first, block.household_of.size(), block);
  block.rows.line = block.line.data();
  block.inputs.resize(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool of_household = wanted[i].entity == Entity::household;
    const auto& columns = of_household ? population.household : population.person;
    const std::size_t rows = block.rows.count(wanted[i].entity);
    const Column& column = columns[static_cast<std::size_t>(wanted[i].column)];
    const std::size_t from = of_household ? begin : person_first;
    if (column.info().type == ColumnType::f64) block.inputs[i].refer_to(column.as<double>() + from, rows);
    else to_f64(column.view(), from, rows, block.inputs[i].make(rows));
  }
}

void announce_from(const Population& population, std::int64_t offset, std::int64_t first, std::int64_t last,
                   std::span<const rules::Input> wanted, ReadAhead& ahead) {
  const auto begin = static_cast<std::size_t>(first - offset), end = static_cast<std::size_t>(last - offset);
  const auto& offsets = population.person_offset;
  for (const rules::Input& input : wanted) {
    const bool of_household = input.entity == Entity::household;
    const Column& column = (of_household ? population.household : population.person)[static_cast<std::size_t>(input.column)];
    const std::size_t from = of_household ? begin : static_cast<std::size_t>(offsets[begin]);
    const std::size_t to = of_household ? end : static_cast<std::size_t>(offsets[end]);
    const std::size_t bytes = bytes_of(column.info().type);
    ahead.add(column.as<char>() + from * bytes, (to - from) * bytes);
  }
}

std::int64_t cut_by_persons(std::span<const std::int64_t> person_offset, double share) {
  const std::int64_t households = static_cast<std::int64_t>(person_offset.size()) - 1;
  const std::int64_t persons = person_offset.back();
  if (persons == 0) return static_cast<std::int64_t>(share * static_cast<double>(households));
  const auto target = static_cast<std::int64_t>(share * static_cast<double>(persons));
  if (share >= 1) return households;
  return std::lower_bound(person_offset.begin(), person_offset.end() - 1, target) - person_offset.begin();
}

MemorySource::MemorySource(Population population)
    : population_(std::move(population)), schema_(population_.schema()) {}

std::int64_t MemorySource::cut_at(double share) const { return cut_by_persons(population_.person_offset, share); }

void MemorySource::load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
                        BlockData& block) const {
  load_from(population_, 0, first, last, wanted, block);
}

void MemorySource::announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const {
  announce_from(population_, 0, first, last, wanted, ahead);
}

}  // namespace puente
