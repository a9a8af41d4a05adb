// How every output comes into being, whatever its format: under a temporary name beside the final one,
// brought to disk, then renamed. The final name never holds half a file, and a failure leaves an older file
// of that name untouched. One owner, one thread; under MPI rank 0 alone holds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/hdf5/memory_file.hpp"

namespace puente::io {

class OutputFile {
 public:
  /// Makes the empty temporary file. Throws Error (cannot_create) when the folder is missing or not writable,
  /// when `path` is something other than a regular file, when the disk has less than 1.2 × `expected_bytes`
  /// left or the process may not make files that large.
  OutputFile(const std::string& path, std::uint64_t expected_bytes);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes the temporary file unless commit() succeeded.
  ~OutputFile();

  const std::string& path() const { return path_; }
  const std::string& temporary() const { return temporary_; }
  /// Gives the temporary file the room and content of `memory`; Error (io_error) when the disk is full.
  void fill(const MemoryFile& memory) const;
  /// Syncs, renames to the final name, syncs the folder. Error (io_error) on any failure.
  void commit();

 private:
  std::string path_;
  std::string temporary_;
  bool committed_ = false;
};

/// Writes a whole file of known content by the protocol above.
void write_whole_file(const std::string& path, std::string_view content);

}  // namespace puente::io
