// Where households come from: memory, a file read a window at a time, or a recipe. A population is asked for by
// range, never built globally. `open_window` is called by one thread; `load` then by many, within the open window.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/read_ahead.hpp"
#include "engine/population/population.hpp"
#include "engine/rules/rules.hpp"

namespace puente {

/// A wanted column of a block: values of the population where it stores doubles, else converted ones of its own.
class BlockColumn {
 public:
  std::size_t size() const { return n_; }
  const double* data() const { return values_; }
  const double* begin() const { return values_; }
  const double* end() const { return values_ + n_; }
  double operator[](std::size_t i) const { return values_[i]; }
  /// Values that outlast the block.
  void refer_to(const double* values, std::size_t n) {
    values_ = values;
    n_ = n;
  }
  /// Room for n values of its own.
  double* make(std::size_t n) {
    if (own_.size() < n) own_.resize(n);
    refer_to(own_.data(), n);
    return own_.data();
  }
  /// The values as its own, to be changed.
  double* change() {
    if (values_ != own_.data()) {
      own_.assign(values_, values_ + n_);
      values_ = own_.data();
    }
    return own_.data();
  }
  /// Keeps the first n, after `change`.
  void shorten(std::size_t n) { n_ = n; }

 private:
  std::vector<double> own_;
  const double* values_ = nullptr;
  std::size_t n_ = 0;
};

/// The rows of one block in f64, reused from block to block.
struct BlockData {
  std::int64_t first_household = 0;   ///< number of the first household, 0 … households − 1
  std::span<const std::int64_t> id;   ///< of the population, or made_id
  std::vector<std::int64_t> made_id;
  std::vector<std::uint16_t> line;
  std::vector<std::int32_t> person_begin, household_of;
  std::vector<BlockColumn> inputs;    ///< one a wanted input, in that order
  rules::Rows rows;                   ///< points into what is above
};

/// Takes the marked persons out of a block whose inputs are `wanted`; returns how many. Their lines stay their own.
std::size_t remove_persons(BlockData& block, std::span<const rules::Input> wanted, const std::vector<bool>& marked);

class PopulationSource {
 public:
  virtual ~PopulationSource() = default;
  virtual const Schema& schema() const = 0;
  virtual std::int64_t households() const = 0;
  virtual std::int64_t persons() const = 0;
  /// Number of the household at which to cut so that about `share` [0, 1] of the persons lie before it.
  virtual std::int64_t cut_at(double share) const = 0;
  /// Makes these columns of households [first, last) available to `load`. Serial.
  virtual void open_window(std::int64_t, std::int64_t, std::span<const rules::Input>) {}
  /// The window that is opened after this one: a source that reads from a disk begins to. Serial.
  virtual void expect_window(std::int64_t, std::int64_t, std::span<const rules::Input>) {}
  /// Fills `block` with households [first, last) and the wanted columns. Thread-safe within the open window.
  virtual void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
                    BlockData& block) const = 0;
  /// Tells `ahead` what `load` will read for these households, where that lies in memory. Changes no result.
  virtual void announce(std::int64_t, std::int64_t, std::span<const rules::Input>, ReadAhead&) const {}
};

/// A population in memory; `first_household` is the number of its first household in the whole.
class MemorySource : public PopulationSource {
 public:
  explicit MemorySource(Population population);
  const Schema& schema() const override { return schema_; }
  std::int64_t households() const override { return population_.households(); }
  std::int64_t persons() const override { return population_.persons(); }
  std::int64_t cut_at(double share) const override;
  void load(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted,
            BlockData& block) const override;
  void announce(std::int64_t first, std::int64_t last, std::span<const rules::Input> wanted, ReadAhead& ahead) const override;
  const Population& population() const { return population_; }

 private:
  Population population_;
  Schema schema_;
};

/// Fills a block from the rows [first, last) of a population in memory whose first household has number `offset`.
void load_from(const Population& population, std::int64_t offset, std::int64_t first, std::int64_t last,
               std::span<const rules::Input> wanted, BlockData& block);

/// What `load_from` will read.
void announce_from(const Population& population, std::int64_t offset, std::int64_t first, std::int64_t last,
                   std::span<const rules::Input> wanted, ReadAhead& ahead);

/// Household at which `share` of the persons lie before it, by the offsets.
std::int64_t cut_by_persons(std::span<const std::int64_t> person_offset, double share);

/// Sets person_begin, household_of and rows from the local person_begin.
void index_members(BlockData& block);

}  // namespace puente
