// A file in memory for HDF5 to compose, whose written parts are then copied to disk by checked calls. HDF5
// itself never writes to a disk: on a full one it can report success and lose data, or fail and bring the
// program down at its end (1.10; README, "Why it is so"). Sparse: room that is reserved but not written takes
// no memory, so the skeleton of a population larger than memory fits. Linux (memfd and /proc).
#pragma once

#include <cstdint>
#include <string>

#include "io/hdf5/descriptor.hpp"

namespace puente::io {

class MemoryFile {
 public:
  MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  /// The name under which this process can open it.
  const std::string& path() const { return path_; }
  std::int64_t size() const;
  /// Gives `target` the size of this file, claims all its room on disk and writes what was written here.
  void copy_to(const Descriptor& target) const;

 private:
  int fd_ = -1;
  std::string path_;
};

}  // namespace puente::io
