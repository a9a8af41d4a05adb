// Writes population.h5 from any number of ranks, each holding a contiguous run of households, in rank order.
// Rank 0 creates the file serially under a temporary name and claims its room; every rank writes the values
// it holds; what was written is read back and compared, checksummed, brought to disk, and the file renamed.
// Numbers and bytes of the file do not depend on the number of ranks or windows. One thread a rank.
//
// Only whole blocks of 1 MiB of the file are written by a rank; the edge of its rows that shares a block with
// a neighbour's is handed to whoever holds the block's first byte, and datasets smaller than a block are
// written by rank 0 last: file systems that cache pages a node (NFS) then never merge two nodes' versions of
// one page.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/population/population.hpp"
#include "engine/core/exchange.hpp"

namespace puente::io {

class PopulationWriter {
 public:
  /// Collective. This rank will write `households` and `persons` rows, next after those of the ranks before
  /// it. Throws on every rank: bad_input (a schema the file cannot hold), cannot_create, io_error.
  PopulationWriter(const std::string& path, const Schema& schema, std::int64_t households,
                   std::int64_t persons, Exchange& exchange);
  /// Removes the temporary file unless finish() succeeded.
  ~PopulationWriter();
  PopulationWriter(PopulationWriter&&) = delete;

  /// Writes this rank's next rows; `window` has the columns of the schema in its order. Not collective: a
  /// failed write is kept and reported by finish() on every rank.
  void write(const Population& window) { write({&window, 1}); }
  /// Several windows, one after the other: a column's rows of all of them go to the disk in one go.
  void write(std::span<const Population> windows);
  /// Collective. Completes the file under its final name, or throws on every rank and leaves nothing. `begins` hears what
  /// it turns to, for whoever times it: sync, read back, commit.
  void finish(const std::function<void(const char* part)>& begins = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Collective. Writes a population held in memory, a contiguous part on each rank.
void write_population(const Population& mine, const std::string& path, Exchange& exchange);
/// The same from one process.
void write_population(const Population& population, const std::string& path);

}  // namespace puente::io
