// A population: households and their persons, in columns; persons of one household are adjacent. Always present are
// `id` (i64 ≥ 0, stable: all randomness is keyed on it) and `weight` (f64, households represented) of households,
// `person_offset` (persons of household h are rows [offset[h], offset[h+1])) and each person's `line` (i16, from 1).
// Filled once, then read-only and safe to share between threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/population/column.hpp"

namespace puente {

/// What a population says of itself (root attributes of population.h5).
struct PopulationNotes {
  std::string title, source, licence, currency, price_reference;
  std::string origin;     ///< survey, clone or synthetic; "" where nobody said
  std::string synthesis;  ///< of a synthetic one: what its passes found, the multipliers of its weights first
  std::string calibration;  ///< the margins its weights were made to meet; "" where they were not
  bool operator==(const PopulationNotes&) const = default;
};

/// Which columns there are, households' and persons'; the always-present ones included.
struct Schema {
  std::vector<ColumnInfo> household;
  std::vector<ColumnInfo> person;
  PopulationNotes notes;

  const std::vector<ColumnInfo>& columns(Entity entity) const {
    return entity == Entity::household ? household : person;
  }
  /// Index among columns(entity), or -1.
  int find(Entity entity, const std::string& name) const;
};

/// Bytes of a row of these columns, and of a household with so many persons and its offset, as they lie in memory.
double row_bytes(const std::vector<ColumnInfo>& columns);
double bytes_of_household(const Schema& schema, double persons);

struct Population {
  std::vector<Column> household;
  std::vector<Column> person;
  std::vector<std::int64_t> person_offset{0};
  PopulationNotes notes;

  std::int64_t households() const { return static_cast<std::int64_t>(person_offset.size()) - 1; }
  std::int64_t persons() const { return person_offset.back(); }
  Schema schema() const;
  const Column* find(Entity entity, const std::string& name) const;
  Column* find(Entity entity, const std::string& name);
  /// Bytes of all columns and the offsets.
  std::size_t bytes() const;
};

/// Throws Error (bad_input) naming the first household when an invariant above does not hold, a weight is missing,
/// negative or infinite, or two households share an id.
void validate(const Population& population);

}  // namespace puente
