#include "io/hdf5/memory_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "engine/core/error.hpp"

namespace puente::io {

namespace {

constexpr std::int64_t copy_bytes = 1 << 20;

Error failure(const char* doing) {
  return {ExitCode::io_error, std::string("cannot ") + doing + " a file in memory: " + std::strerror(errno)};
}

}  // namespace

MemoryFile::MemoryFile() : fd_(::memfd_create("puente", MFD_CLOEXEC)) {
  if (fd_ < 0) throw failure("create");
  path_ = "/proc/self/fd/" + std::to_string(fd_);
}

MemoryFile::~MemoryFile() { ::close(fd_); }

std::int64_t MemoryFile::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw failure("measure");
  return status.st_size;
}

void MemoryFile::copy_to(const Descriptor& target) const {
  const std::int64_t end = size();
  target.resize(end);
  target.reserve_size();
  std::vector<std::byte> buffer;
  const Descriptor source(path_, Descriptor::Mode::read);
  // Written parts alternate with holes; no written part is left when SEEK_DATA says ENXIO.
  for (std::int64_t at = 0; at < end;) {
    at = ::lseek(fd_, at, SEEK_DATA);
    if (at < 0 && errno == ENXIO) return;
    if (at < 0) throw failure("read");
    const std::int64_t hole = ::lseek(fd_, at, SEEK_HOLE);
    if (hole < 0) throw failure("read");
    buffer.resize(static_cast<std::size_t>(std::min(hole - at, copy_bytes)));
    source.read_at(at, buffer);
    target.write_at(at, buffer);
    at += static_cast<std::int64_t>(buffer.size());
  }
}

}  // namespace puente::io
