// Reads population.h5, any range of households at a time, with the serial driver on every rank. Everything is
// checked on the way in: format and version, shapes, offsets, category codes, and the checksums of every
// block touched, where the file has them. Files made by other tools (h5py) with the same layout open too:
// checksums and further attributes may be absent, integers may be of any byte order. HDF5 is not thread-safe:
// one thread of a process reads at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/population/population.hpp"

namespace puente::io {

class PopulationFile {
 public:
  /// Throws Error: input_missing (absent, folder), bad_input (another format, newer version, wrong layout),
  /// io_error (cut short, damaged).
  explicit PopulationFile(const std::string& path);
  ~PopulationFile();
  PopulationFile(PopulationFile&&) noexcept;

  const std::string& path() const;
  const Schema& schema() const;
  std::int64_t households() const;
  std::int64_t persons() const;
  bool has_checksums() const;

  /// Row of the first person of households first … last: last - first + 1 numbers.
  std::vector<std::int64_t> person_offsets(std::int64_t first, std::int64_t last) const;

  /// Indexes into schema().household and schema().person.
  struct Columns {
    std::vector<int> household, person;
  };
  /// Households [first, last) and their persons, with the columns asked for, in that order; person_offset
  /// from 0.
  Population read(std::int64_t first, std::int64_t last, const Columns& columns) const;
  /// The same with every column.
  Population read(std::int64_t first, std::int64_t last) const;

  /// Reads what was not read before; throws Error (io_error) at the first block that differs from its
  /// checksum.
  void verify() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same columns in the same order with the same types, units, names, labels and notes.
bool same_schema(const Schema& a, const Schema& b);

}  // namespace puente::io
